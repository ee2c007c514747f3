/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/challenge.c text.c
#include "check.h"
#include "console/challenge.h"

static const struct challenge usual = {
	.node = "node-1",
	.version = "0.1.0",
	.root = "db3b72c65f140d7c06b83d870bd5ec33db3b72c65f140d7c06b83d870bd5ec33",
	.boot = "2c1bb2a1-8e4b-4d77-9a71-5c1b4a0c7f6e",
	.nonce = { 0x00, 0x01, 0xfe, 0xff, [31] = 0x0a },
	.expires = 1767225600,
};

/* The bytes that people sign are an interface: tools and people make the file anew from the screen. */
static void the_text_is_exact(void)
{
	char text[CHALLENGE_TEXT_MAX];

	CHECK(challenge_format(&usual, text) == strlen(text));
	CHECK_TEXT(text, "holdfast break-glass 1\n"
			 "node node-1\n"
			 "version 0.1.0\n"
			 "root db3b72c65f140d7c06b83d870bd5ec33db3b72c65f140d7c06b83d870bd5ec33\n"
			 "boot 2c1bb2a1-8e4b-4d77-9a71-5c1b4a0c7f6e\n"
			 "nonce 0001feff0000000000000000000000000000000000000000000000000000000a\n"
			 "expires 2026-01-01T00:00:00Z\n");
}

/* Whether the text differs from the usual one. */
static int differs(const struct challenge *challenge)
{
	char text[CHALLENGE_TEXT_MAX], other[CHALLENGE_TEXT_MAX];

	challenge_format(&usual, text);
	challenge_format(challenge, other);
	return strcmp(text, other) != 0;
}

static void each_field_is_bound(void)
{
	struct challenge challenge = usual;

	CHECK(!differs(&challenge));
	challenge.node = "node-2";
	CHECK(differs(&challenge));
	challenge = usual;
	challenge.version = "0.1.1";
	CHECK(differs(&challenge));
	challenge = usual;
	challenge.root = "eb3b72c65f140d7c06b83d870bd5ec33db3b72c65f140d7c06b83d870bd5ec33";
	CHECK(differs(&challenge));
	challenge = usual;
	challenge.boot = "3c1bb2a1-8e4b-4d77-9a71-5c1b4a0c7f6e";
	CHECK(differs(&challenge));
	for (unsigned bit = 0; bit < CHALLENGE_NONCE * 8; bit++) {
		challenge = usual;
		challenge.nonce[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(differs(&challenge));
	}
	challenge = usual;
	challenge.expires++;
	CHECK(differs(&challenge));
}

static void a_value_can_not_end_its_line(void)
{
	struct challenge challenge = usual;
	char text[CHALLENGE_TEXT_MAX];

	challenge.node = "a\nversion 6\r\x1b[2J\xc3\xa9\x7f";
	challenge_format(&challenge, text);
	CHECK_CONTAINS(text, "\nnode a?version 6??[2J???\nversion 0.1.0\n");
	/* the first and the last character that is printed */
	challenge.node = "\x1f ~\x7f";
	challenge_format(&challenge, text);
	CHECK_CONTAINS(text, "\nnode ? ~?\nversion 0.1.0\n");
}

/* However long the values are, the nonce and the expiry stand in the text as a whole. */
static void long_values_are_cut(void)
{
	static char value[4096];
	const struct challenge challenge = {
		value, value, value, value, { [31] = 0x77 }, 253402300799,
	};
	char text[CHALLENGE_TEXT_MAX];

	memset(value, 'x', sizeof(value) - 1);
	CHECK(challenge_format(&challenge, text) == strlen(text) && strlen(text) < CHALLENGE_TEXT_MAX - 1);
	CHECK_CONTAINS(text, "0077\nexpires 9999-12-31T23:59:59Z\n");

	/* 64 characters, of the root hash 128 */
	char expected[CHALLENGE_TEXT_MAX];

	snprintf(expected, sizeof(expected), "\nnode %.64s\nversion %.64s\nroot %.128s\nboot %.64s\nnonce ", value,
		 value, value, value);
	CHECK_CONTAINS(text, expected);
}

int main(void)
{
	the_text_is_exact();
	each_field_is_bound();
	a_value_can_not_end_its_line();
	long_values_are_cut();
	return checks_end();
}
