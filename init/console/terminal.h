/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line that a person sits at. Nothing here waits for it: what it doesn't
 * take is kept, as far as there is room, and a line that hung up is opened anew.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { TERMINAL_BUFFER = 16 * 1024 };

struct terminal {
	char path[32];
	int descriptor;   /* -1 while it can't be opened */
	bool has_carrier; /* the last time that somebody looked */
	char output[TERMINAL_BUFFER];
	size_t start, length; /* of what waits in output */
};

/* Opens it, or tries again. Keeps the speed that the kernel set. 0 or fail()s. */
int terminal_open(struct terminal *terminal);

void terminal_close(struct terminal *terminal);

/* Bytes of what came in, 0 if nothing did, or fail()s: it hung up, and is closed. */
ssize_t terminal_read(struct terminal *terminal, char *into, size_t size);

/* What came in until now and was not read is forgotten. */
void terminal_forget_input(struct terminal *terminal);

/* How much terminal_write() takes now. */
size_t terminal_room(const struct terminal *terminal);

/* Puts bytes in line and sends what the line takes. What doesn't fit is lost. */
void terminal_write(struct terminal *terminal, const char *bytes, size_t length);

/* The same for text: "\n" becomes "\r\n". */
[[gnu::format(printf, 2, 3)]] void terminal_print(struct terminal *terminal, const char *format, ...);

/* Sends what waits, as far as the line takes it. */
void terminal_flush(struct terminal *terminal);

/* Whether it had a carrier the last time and has none now: the plug was pulled, or a modem hung up. */
bool terminal_lost_carrier(struct terminal *terminal);
