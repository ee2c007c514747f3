/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines that a person typed in a session, as the kernel's line discipline
 * hands them to the shell (termios(3), canonical mode). The shell has no line editing of its own, so
 * what stands here is what it read. Pure: no system call, no allocation.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

enum {
	TYPED_LINE = 200, /* of a record, which the kernel's log takes whole; a longer line gives several */
	TYPED_RECORD = 4 * TYPED_LINE + 1,
};

/* The terminal that is meant: the keys that would make more of a line are off. */
extern const struct termios typed_mode;

struct typed {
	char line[TYPED_LINE];
	size_t length;
};

/*
 * Adds one byte. canonical: the terminal is in canonical mode; if not, a
 * program reads key by key, and nothing is erased. Returns true when a line is
 * complete: then text (TYPED_RECORD bytes) has it, printable, other bytes as
 * \xNN. An empty line is none.
 */
bool typed_add(struct typed *typed, char byte, bool canonical, char *text);

/* What is left of an unfinished line, as above. */
bool typed_end(struct typed *typed, char *text);
