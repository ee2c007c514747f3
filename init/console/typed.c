/* SPDX-License-Identifier: Apache-2.0 */
#include "typed.h"

#include <stdio.h>

enum { CTRL_C = 3, CTRL_D = 4, CTRL_U = 21, CTRL_W = 23, CTRL_Z = 26, CTRL_BACKSLASH = 28, DELETE = 127 };

const struct termios typed_mode = {
	.c_iflag = ICRNL | IGNBRK,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = CS8 | CREAD | CLOCAL | B115200,
	.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOKE | ECHOCTL,
	.c_cc = {
		[VINTR] = CTRL_C,
		[VQUIT] = CTRL_BACKSLASH,
		[VERASE] = DELETE,
		[VKILL] = CTRL_U,
		[VEOF] = CTRL_D,
		[VSUSP] = CTRL_Z,
		[VWERASE] = CTRL_W,
		[VMIN] = 1,
	},
};

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

/* Of a word: isalnum() of the kernel, which takes bytes for Latin-1 (lib/ctype.c), and "_". */
static bool is_of_word(char c)
{
	unsigned char byte = (unsigned char)c;

	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       byte == '_' || (byte >= 0xc0 && byte != 0xd7 && byte != 0xf7);
}

/* As eraser() of drivers/tty/n_tty.c: what is no word, and the word before that, back to what is none again. */
static void erase_word(struct typed *typed)
{
	while (typed->length && !is_of_word(typed->line[typed->length - 1]))
		typed->length--;
	while (typed->length && is_of_word(typed->line[typed->length - 1]))
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
