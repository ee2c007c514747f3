/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes the data types of SSH (RFC 4251, section 5). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that are still to be read. */
struct wire {
	const uint8_t *next;
	size_t left;
};

/* Each takes one value from the front; false if it isn't there as a whole, and nothing was taken. */
[[nodiscard]] bool wire_byte(struct wire *wire, uint8_t *value);
[[nodiscard]] bool wire_number(struct wire *wire, uint32_t *value);
[[nodiscard]] bool wire_string(struct wire *wire, struct wire *string); /* string points into wire's bytes */

/* Whether the bytes are exactly those of text, or begin with them. */
bool wire_equals(const struct wire *wire, const char *text);
bool wire_begins(const struct wire *wire, const char *text);

/* Bytes that are being written into a buffer, which the caller makes large enough. */
struct wire_writer {
	uint8_t *next;
};

void wire_put(struct wire_writer *writer, const void *bytes, size_t length);
void wire_put_number(struct wire_writer *writer, uint32_t value);
void wire_put_string(struct wire_writer *writer, const void *bytes, size_t length);
