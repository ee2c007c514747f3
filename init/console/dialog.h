/* SPDX-License-Identifier: Apache-2.0 */
/* What the console and a person say to each other before a session: README.md, "Protocol". */
#pragma once

#include "admission.h"
#include "breakglass_config.h"
#include "identity.h"
#include "lines.h"
#include "session.h"
#include "signers.h"
#include "terminal.h"

struct dialog {
	struct terminal *terminal;
	struct session *session;
	const struct identity *identity;
	struct signers signers;
	struct breakglass_config config;
	struct admission admission;
	struct line_reader reader;
	struct answer answer;
	unsigned long long prompt_at;    /* when the next answer is looked at and asked for; 0: it was */
	unsigned long long challenge_at; /* when the last challenge was given */
	unsigned long long typed_at;     /* when the last byte came */
	bool rescue;
};

/* Reads allowed_signers and breakglass.conf, which may be missing, of a directory. 0 or fail()s. */
int dialog_read_signers(struct dialog *dialog, const char *directory);

/* Reads who may break glass. Without a list, or with one that can't be read, nobody may. */
void dialog_start(struct dialog *dialog);

/* The line that ends a screen: what Enter does. */
const char *dialog_invitation(const struct dialog *dialog);

/* Bytes from the line while there is no session. */
void dialog_typed(struct dialog *dialog, const char *bytes, size_t length);

/* Time has passed: the prompt again, or the end of a challenge or of an answer that broke off. */
void dialog_turn(struct dialog *dialog);

/* Whether somebody is in the middle of something. */
bool dialog_is_busy(const struct dialog *dialog);

/* The line hung up: what was begun is void. */
void dialog_hang_up(struct dialog *dialog);
