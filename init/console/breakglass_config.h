/* SPDX-License-Identifier: Apache-2.0 */
/*
 * breakglass.conf, beside the list of signers. All keys may be missing:
 *
 *   [break-glass]
 *   quorum = 1         how many different people must sign
 *   challenge = 10min  how long a challenge is good
 *   idle = 10min       a session without input ends after this time
 *   session = 1h       every session ends after this time
 *
 * The times given here are the defaults and the most: an image can only shorten them. Pure.
 */
#pragma once

#include <stddef.h>

enum { QUORUM_MAX = 8 };

struct breakglass_config {
	unsigned quorum;                   /* 1 to QUORUM_MAX */
	unsigned challenge, idle, session; /* seconds */
};

/* What holds when there is no file. */
extern const struct breakglass_config breakglass_defaults;

/*
 * Parses text as conf_parse() does (changed in place, text[length] writable) into *config, which starts as the
 * defaults. people is how many names the list has: a quorum that they can't reach is an error. 0 or fail()s.
 */
int breakglass_config_parse(const char *name, char *text, size_t length, size_t people,
			    struct breakglass_config *config);
