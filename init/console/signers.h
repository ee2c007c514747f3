/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may break glass: a list in the format of ssh-keygen(1), ALLOWED SIGNERS,
 *
 *   NAME [OPTION[,OPTION…]] KEYTYPE BASE64 [COMMENT]
 *
 * read strictly: one line that isn't understood makes the whole list an
 * error that names it. NAME is one name without patterns, because a quorum counts names. A key
 * stands there once. OPTIONs are namespaces="A,B" (without: any), valid-after="TIME" and
 * valid-before="TIME", where TIME is YYYYMMDD[HHMM[SS]][Z], always in UTC. cert-authority is refused.
 * Pure: no system call, no allocation.
 */
#pragma once

#include "ssh_key.h"

enum { SIGNERS_MAX = 64, SIGNER_NAME_MAX = 64, SIGNER_NAMESPACES_MAX = 128, SIGNER_LINE_MAX = 1024 };

struct signer {
	char name[SIGNER_NAME_MAX];
	struct ssh_key key;
	char namespaces[SIGNER_NAMESPACES_MAX]; /* "A,B"; "" for any */
	int64_t valid_after,
		valid_before; /* seconds since 1970; both inclusive; INT64_MIN, INT64_MAX: no limit */
};

struct signers {
	size_t count;
	struct signer list[SIGNERS_MAX];
};

/*
 * Reads the list in text (length bytes); name is the file's name, for errors. An empty list is right: nobody
 * may. 0, or fail()s with "NAME line N: why"; then signers->count is 0.
 */
int signers_parse(const char *name, const char *text, size_t length, struct signers *signers);

/* The one with this key, or NULL. Whether it may sign now is for signer_check(). */
const struct signer *signers_find(const struct signers *signers, const struct ssh_key *key);

/* How many different people stand in the list. */
size_t signers_names(const struct signers *signers);

enum signer_check { SIGNER_VALID, SIGNER_NAMESPACE, SIGNER_TOO_EARLY, SIGNER_TOO_LATE };

/* Whether a signer may sign in this namespace at this time (seconds since 1970). */
enum signer_check signer_check(const struct signer *signer, const char *namespace, int64_t now);
