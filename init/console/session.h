/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A break-glass session: a shell on a pseudo-terminal of its own, in a cgroup
 * of its own. The console carries bytes between the two terminals, so that
 * whatever happens to the line, and whatever the shell does, it ends in time.
 */
#pragma once

#include "terminal.h"
#include "typed.h"

#include <stdbool.h>
#include <sys/types.h>

struct admission;
struct admission_answer;

enum session_state {
	SESSION_NONE,
	SESSION_OPEN,
	SESSION_ENDING, /* everything in it was killed and has not gone yet */
};

struct session_limits {
	unsigned idle, whole; /* ms */
};

struct session {
	enum session_state state;
	struct session_limits limits;
	int pidfd, master;
	unsigned long long began, last_input, ending_since; /* as now_milliseconds() */
	char input[4096];                                   /* typed, not yet taken by the session */
	size_t input_length;
	struct typed typed;
};

/*
 * Opens a session, for an answer with which enough people have signed, and
 * for nothing else. image is what they enter, for the record; report gets lines
 * about that record. 0 or fail()s.
 */
enum { SESSION_REPORT = 1024 };
int session_open(struct session *session, const struct admission *admission,
		 const struct admission_answer *answer, const char *image, char report[SESSION_REPORT]);

/* Bytes from the line. Returns how many were taken. */
size_t session_typed(struct session *session, const char *bytes, size_t length);

/* How many bytes it would take. */
size_t session_room(const struct session *session);

/* Something may have happened: carries bytes, looks at the limits and at the shell. */
void session_turn(struct session *session, struct terminal *terminal);

/* Milliseconds until it wants a turn even if nothing happens. */
unsigned session_patience(const struct session *session);

/* Kills everything in it; why is for the person and the record. */
void session_end(struct session *session, struct terminal *terminal, const char *why);

/* Whatever an earlier console left behind ends now. */
void session_clean_up(void);
