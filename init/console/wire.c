/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

#include <string.h>

static void advance(struct wire *wire, size_t length)
{
	wire->next += length;
	wire->left -= length;
}

static uint32_t number_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

bool wire_byte(struct wire *wire, uint8_t *value)
{
	if (wire->left < 1)
		return false;
	*value = *wire->next;
	advance(wire, 1);
	return true;
}

bool wire_number(struct wire *wire, uint32_t *value)
{
	if (wire->left < 4)
		return false;
	*value = number_at(wire->next);
	advance(wire, 4);
	return true;
}

bool wire_string(struct wire *wire, struct wire *string)
{
	if (wire->left < 4 || number_at(wire->next) > wire->left - 4)
		return false;
	*string = (struct wire){ wire->next + 4, number_at(wire->next) };
	advance(wire, 4 + string->left);
	return true;
}

bool wire_begins(const struct wire *wire, const char *text)
{
	size_t length = strlen(text);

	return wire->left >= length && memcmp(wire->next, text, length) == 0;
}

bool wire_equals(const struct wire *wire, const char *text)
{
	return wire->left == strlen(text) && wire_begins(wire, text);
}

void wire_put(struct wire_writer *writer, const void *bytes, size_t length)
{
	memcpy(writer->next, bytes, length);
	writer->next += length;
}

void wire_put_number(struct wire_writer *writer, uint32_t value)
{
	const uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
				   (uint8_t)value };

	wire_put(writer, bytes, sizeof(bytes));
}

void wire_put_string(struct wire_writer *writer, const void *bytes, size_t length)
{
	wire_put_number(writer, (uint32_t)length);
	wire_put(writer, bytes, length);
}
