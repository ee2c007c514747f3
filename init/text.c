/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

struct text text_in(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct text){ buffer, 0, size };
}

void text_add(struct text *text, const char *format, ...)
{
	size_t left = text->size - text->length;
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(text->start + text->length, left, format, arguments);
	va_end(arguments);
	if (length > 0)
		text->length += (size_t)length < left ? (size_t)length : left - 1;
}

void text_add_json(struct text *text, const char *string)
{
	text_add(text, "\"");
	for (; *string; string++) {
		unsigned char c = (unsigned char)*string;

		if (c == '"' || c == '\\')
			text_add(text, "\\%c", c);
		else if (c < ' ')
			text_add(text, "\\u%04x", c);
		else
			text_add(text, "%c", c < 0x7f ? c : '?');
	}
	text_add(text, "\"");
}

size_t text_length(const struct text *text)
{
	return text->length;
}
