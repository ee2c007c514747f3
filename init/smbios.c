/* SPDX-License-Identifier: Apache-2.0 */
#include "smbios.h"

#include "error.h"

#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

enum { OEM_STRINGS = 11, HEADER_SIZE = 4 };

/* The value of a base64 digit, or -1. */
static int digit_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/*
 * Four characters to up to three bytes. Returns how many bytes, or -1. "=" may
 * stand for the last one or two, and the bits that it cuts off must be zero:
 * each value has one spelling.
 */
static int decode_group(const char *group, unsigned char bytes[3])
{
	int padding = group[3] != '=' ? 0 : group[2] != '=' ? 1 : 2;
	uint32_t bits = 0;

	for (int i = 0; i < 4; i++) {
		int value = i < 4 - padding ? digit_value(group[i]) : 0;

		if (value < 0)
			return -1;
		bits = bits << 6 | (uint32_t)value;
	}
	for (int i = 0; i < 3; i++)
		bytes[i] = (unsigned char)(bits >> (16 - 8 * i));
	for (int i = 3 - padding; i < 3; i++)
		if (bytes[i] != 0)
			return -1;
	return 3 - padding;
}

ssize_t base64_decode(const char *text, size_t length, char *into, size_t size)
{
	size_t used = 0;

	if (length % 4 != 0)
		return fail(0, "base64 whose length is no multiple of four");
	for (size_t i = 0; i < length; i += 4) {
		unsigned char bytes[3];
		int count = decode_group(text + i, bytes);

		if (count < 0 || (count < 3 && i + 4 != length))
			return fail(0, "not base64 at character %zu", i + 1);
		if (used + (size_t)count >= size)
			return fail(EFBIG, "base64 of more than %zu bytes", size - 1);
		memcpy(into + used, bytes, (size_t)count);
		used += (size_t)count;
	}
	if (size == 0)
		return fail(EFBIG, "base64");
	into[used] = '\0';
	return (ssize_t)used;
}

/* If string is PREFIX NAME "=" VALUE: the value; else NULL. */
static const char *value_of(const char *string, const char *prefix, const char *name)
{
	size_t prefix_length = strlen(prefix), name_length = strlen(name);

	if (strncmp(string, prefix, prefix_length) != 0 ||
	    strncmp(string + prefix_length, name, name_length) != 0 ||
	    string[prefix_length + name_length] != '=')
		return NULL;
	return string + prefix_length + name_length + 1;
}

static ssize_t copy_text(const char *text, size_t length, char *into, size_t size)
{
	if (length >= size)
		return fail(EFBIG, "text of more than %zu bytes", size - 1);
	memcpy(into, text, length + 1);
	return (ssize_t)length;
}

ssize_t smbios_credential(const unsigned char *structure, size_t length, const char *name, char *into,
			  size_t size)
{
	/* Type, length of the part before the strings, handle; then how many strings there are. */
	if (length < HEADER_SIZE || structure[0] != OEM_STRINGS || structure[1] < HEADER_SIZE ||
	    structure[1] > length)
		return fail(0, "not an SMBIOS structure of type %d", OEM_STRINGS);

	const char *string = (const char *)structure + structure[1], *end = (const char *)structure + length,
		   *next;

	/* Each string ends with NUL, the last one with two. */
	for (; string < end && *string; string = next + 1) {
		const char *value;

		next = memchr(string, '\0', (size_t)(end - string));
		if (!next)
			return fail(0, "an SMBIOS string without an end");
		if ((value = value_of(string, "io.systemd.credential:", name)))
			return copy_text(value, (size_t)(next - value), into, size);
		if ((value = value_of(string, "io.systemd.credential.binary:", name)))
			return base64_decode(value, (size_t)(next - value), into, size);
	}
	return -ENOENT;
}
