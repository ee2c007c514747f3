/* SPDX-License-Identifier: Apache-2.0 */
#include "base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The six bits of a character, or -1. */
static int bits_of(char c)
{
	const char *found = c ? strchr(alphabet, c) : NULL;

	return found ? (int)(found - alphabet) : -1;
}

/* What is left when the characters end: whole groups, or one that padding fills. */
static bool ends_right(unsigned in_group, unsigned padding, uint32_t group)
{
	switch (in_group) {
	case 0:
		return padding == 0;
	case 2:
		return padding == 2 && (group & 0xf) == 0;
	case 3:
		return padding == 1 && (group & 0x3) == 0;
	default:
		return false;
	}
}

bool base64_decode(const char *text, size_t length, uint8_t *into, size_t size, size_t *decoded)
{
	unsigned in_group = 0, padding = 0;
	uint32_t group = 0; /* the last characters' bits */
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		if (is_white(text[i]))
			continue;
		if (text[i] == '=') {
			padding++;
			continue;
		}

		int bits = bits_of(text[i]);

		if (bits < 0 || padding)
			return false;
		group = (group << 6 | (unsigned)bits) & 0xffffff;
		/* Each character but the first of a group completes a byte; its lowest bits wait for the next. */
		if (in_group) {
			if (count == size)
				return false;
			into[count++] = (uint8_t)(group >> (6 - 2 * in_group));
		}
		in_group = (in_group + 1) % 4;
	}
	*decoded = count;
	return ends_right(in_group, padding, group);
}

void base64_encode(const uint8_t *bytes, size_t length, char *into)
{
	uint32_t waiting = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < length; i++) {
		waiting = (waiting << 8 | bytes[i]) & 0xffff;
		for (bits += 8; bits >= 6; bits -= 6)
			*into++ = alphabet[waiting >> (bits - 6) & 63];
	}
	if (bits)
		*into++ = alphabet[waiting << (6 - bits) & 63];
	*into = '\0';
}
