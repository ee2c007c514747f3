/* SPDX-License-Identifier: Apache-2.0 */
#include "typed.h"

#include <stdio.h>
#include <string.h>

enum { CTRL_C = 3, CTRL_D = 4, CTRL_U = 21, CTRL_W = 23, CTRL_Z = 26, CTRL_BACKSLASH = 28, DELETE = 127 };

bool typed_end(struct typed *typed, char *text)
{
	char *end = text;

	for (size_t i = 0; i < typed->length; i++) {
		unsigned char c = (unsigned char)typed->line[i];

		if (c >= ' ' && c < DELETE && c != '\\')
			*end++ = (char)c;
		else
			end += sprintf(end, c == '\\' ? "\\\\" : "\\x%02x", c);
	}
	*end = '\0';
	typed->length = 0;
	return end > text;
}

/* UTF-8 is one byte after the other here: so is it in a terminal without IUTF8. */
static void erase_word(struct typed *typed)
{
	while (typed->length && strchr(" \t", typed->line[typed->length - 1]))
		typed->length--;
	while (typed->length && !strchr(" \t", typed->line[typed->length - 1]))
		typed->length--;
}

/* What the line discipline does itself. Whether it was that. */
static bool edit(struct typed *typed, char byte)
{
	switch (byte) {
	case DELETE:
		if (typed->length)
			typed->length--;
		return true;
	case CTRL_W:
		erase_word(typed);
		return true;
	case CTRL_U:
		typed->length = 0;
		return true;
	default:
		return false;
	}
}

bool typed_add(struct typed *typed, char byte, bool canonical, char *text)
{
	if (canonical && edit(typed, byte))
		return false;
	if (byte == '\r' || byte == '\n' || (canonical && byte == CTRL_D))
		return typed_end(typed, text);
	typed->line[typed->length++] = byte;
	/* A signal throws away what was typed; the record keeps it, with the key. */
	if (canonical && (byte == CTRL_C || byte == CTRL_Z || byte == CTRL_BACKSLASH))
		return typed_end(typed, text);
	return typed->length == sizeof(typed->line) ? typed_end(typed, text) : false;
}
