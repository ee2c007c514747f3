/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes over a serial line, byte by byte, made into lines and answers. The other side may be a person, a
 * script, a modem, noise or an attacker. Pure: no system call, no allocation, memory and work per byte bounded.
 *
 * - CR, LF and CR LF end a line.
 * - BS and DEL erase a character, Ctrl-U the line; Ctrl-C and Ctrl-D cancel it.
 * - A tab is a blank. NUL (a BREAK, telnet's CR NUL) and all other control characters are dropped.
 * - Escape sequences (cursor keys, bracketed paste) are dropped, also when cut; CR and LF end them, too.
 * - A byte over 0x7e becomes '?': noise in a signature must not vanish from it.
 * - A line over LINE_MAX_LENGTH characters is reported as too long when it ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_MAX_LENGTH = 4095, ANSWER_MAX = 4096 };

enum line_event {
	LINE_NOTHING,  /* the byte says nothing yet */
	LINE_ADDED,    /* it is the line's new last character: echo it if you echo */
	LINE_ERASED,   /* the last character is gone: "\b \b" */
	LINE_DONE,     /* a line is complete: text, length */
	LINE_TOO_LONG, /* a line has ended that was too long; nothing of it is kept */
	LINE_CANCEL,   /* Ctrl-C or Ctrl-D: the line so far is gone */
};

struct line_reader {
	char text[LINE_MAX_LENGTH + 1]; /* NUL-terminated whenever LINE_DONE was returned */
	size_t length;
	bool done; /* the next byte starts a new line */
	bool too_long, after_cr;
	uint8_t escape; /* where in an escape sequence: see lines.c */
	uint8_t escape_length;
};

/* Starts anew; all-zero memory is a reader that has just started. */
void line_reader_reset(struct line_reader *reader);

/* Takes one byte. The line of a LINE_DONE stays until the next byte. */
enum line_event line_put(struct line_reader *reader, uint8_t byte);

enum answer_event {
	ANSWER_EMPTY,    /* an empty line where an answer may begin: show the prompt again */
	ANSWER_MORE,     /* armour has begun and not ended */
	ANSWER_COMPLETE, /* text, length: give it to admission_answer(), then reset */
	ANSWER_TOO_LONG, /* give admission_answer() a NULL, then reset */
};

/* Lines that make one answer: armour from its BEGIN to its END line, or any other single line. */
struct answer {
	char text[ANSWER_MAX];
	size_t length;
	bool in_armour;
};

void answer_reset(struct answer *answer);
enum answer_event answer_add(struct answer *answer, const char *line, size_t length);
