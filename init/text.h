/* SPDX-License-Identifier: Apache-2.0 */
/* Text that grows in a buffer of fixed size; what doesn't fit is cut. Pure. */
#pragma once

#include <stddef.h>

struct text {
	char *start;
	size_t length, size;
};

struct text text_in(char *buffer, size_t size);

[[gnu::format(printf, 2, 3)]] void text_add(struct text *text, const char *format, ...);

/* Adds a string as JSON (RFC 8259), with its quotation marks. Bytes that are not ASCII become '?'. */
void text_add_json(struct text *text, const char *string);

size_t text_length(const struct text *text);
