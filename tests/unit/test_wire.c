/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/wire.c
#include "check.h"
#include "console/wire.h"

#include <stdlib.h>

/* The first `left` of eight bytes, alone in memory so that reading beyond them is seen. */
static uint8_t *bytes_of(size_t left)
{
	static const uint8_t bytes[8] = { 0x00, 0x00, 0x00, 0x03, 0xa1, 0xb2, 0xc3, 0xd4 };
	uint8_t *part = malloc(left + 1);

	memcpy(part + 1, bytes, left);
	return part;
}

/* Each reader takes what is whole, and then stands behind it; what is cut it leaves as it was. */
static void what_is_cut_is_not_read(void)
{
	for (size_t left = 0; left <= 8; left++) {
		uint8_t *part = bytes_of(left), byte = 0xee;
		const struct wire start = { part + 1, left };
		struct wire wire = start, string = { NULL, 99 };
		uint32_t number = 0xeeeeeeee;

		CHECK(wire_byte(&wire, &byte) == (left >= 1));
		CHECK(wire.left == left - (left >= 1) && wire.next == start.next + (left >= 1));
		CHECK(byte == (left >= 1 ? 0 : 0xee));

		wire = start;
		CHECK(wire_number(&wire, &number) == (left >= 4));
		CHECK(wire.left == (left >= 4 ? left - 4 : left) && number == (left >= 4 ? 3 : 0xeeeeeeee));

		wire = start;
		CHECK(wire_string(&wire, &string) == (left >= 7));
		CHECK(wire.left == (left >= 7 ? left - 7 : left) && string.left == (left >= 7 ? 3 : 99));
		if (left >= 7)
			CHECK(string.next[0] == 0xa1 && string.next[2] == 0xc3 && wire.next == string.next + 3);
		free(part);
	}
}

static void numbers_are_written_as_they_are_read(void)
{
	static const uint32_t numbers[] = { 0, 1, 0x7f, 0x80, 0x1234, 0x123456, 0x12345678, 0xffffffff };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint8_t bytes[4];
		struct wire_writer writer = { bytes };
		uint32_t again;

		wire_put_number(&writer, numbers[i]);
		struct wire wire = { bytes, sizeof(bytes) };
		CHECK(writer.next == bytes + 4 && wire_number(&wire, &again) && again == numbers[i]);
		CHECK(bytes[0] == numbers[i] >> 24 && bytes[3] == (numbers[i] & 0xff));
	}
}

static void texts_are_compared_as_a_whole(void)
{
	const struct wire wire = { (const uint8_t *)"ssh:x", 5 }, cut = { wire.next, 3 }, none = { wire.next, 0 };

	CHECK(wire_begins(&wire, "ssh:") && wire_begins(&wire, "ssh:x") && wire_begins(&wire, ""));
	CHECK(!wire_begins(&wire, "ssh:xy") && !wire_begins(&wire, "sshx") && !wire_begins(&cut, "ssh:"));
	CHECK(wire_equals(&wire, "ssh:x") && wire_equals(&cut, "ssh") && wire_equals(&none, ""));
	CHECK(!wire_equals(&wire, "ssh:") && !wire_equals(&wire, "ssh:y") && !wire_equals(&none, "s"));
}

int main(void)
{
	what_is_cut_is_not_read();
	numbers_are_written_as_they_are_read();
	texts_are_compared_as_a_whole();
	return checks_end();
}
