/* SPDX-License-Identifier: Apache-2.0 */
// sources: smbios.c error.c
#include "check.h"
#include "error.h"
#include "smbios.h"

#include <errno.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAME "holdfast.node.conf"
#define HEADER "\x0b\x05\x00\x0e\x01" /* type 11, 5 bytes, handle, number of strings */
#define PLAIN "io.systemd.credential:" NAME "="
#define BINARY "io.systemd.credential.binary:" NAME "="
#define LITERAL(text) text, sizeof(text) /* with the NUL, the second one behind the last string */

static char value[32];

static ssize_t look(const char *structure, size_t length)
{
	unsigned char *alone = malloc(length + 1); /* so that reading beyond it is seen */

	memcpy(alone + 1, structure, length);

	ssize_t result = smbios_credential(alone + 1, length, NAME, value, sizeof(value));

	free(alone);
	return result;
}

static const struct {
	const char *structure;
	size_t length;
	const char *value;
} right[] = {
	{ LITERAL(HEADER PLAIN "[node]\n\0"), "[node]\n" },
	{ LITERAL(HEADER "other\0" PLAIN "x\0more\0"), "x" },
	{ LITERAL(HEADER "io.systemd.credential:" NAME "2=y\0" PLAIN "x\0"), "x" },
	{ LITERAL(HEADER "io.systemd.credential:holdfast=y\0" PLAIN "x\0"), "x" },
	{ LITERAL(HEADER BINARY "W25vZGVdCg==\0"), "[node]\n" },
	{ LITERAL(HEADER PLAIN "x\0" PLAIN "y\0"), "x" },
	{ LITERAL(HEADER PLAIN "\0"), "" },
	{ LITERAL("\x0b\x07\x00\x0e\x01zz" PLAIN "x\0"), "x" }, /* a longer header */
	{ LITERAL(HEADER PLAIN "1234567890123456789012345678901\0"), "1234567890123456789012345678901" },
};

static void the_value_is_found(void)
{
	for (size_t i = 0; i < COUNT(right); i++) {
		CHECK(look(right[i].structure, right[i].length) == (ssize_t)strlen(right[i].value));
		CHECK_TEXT(value, right[i].value);
	}
}

static void what_is_not_there_is_not_found(void)
{
	static const struct {
		const char *structure;
		size_t length;
	} without[] = {
		{ LITERAL(HEADER "\0") },
		{ LITERAL(HEADER "other\0") },
		{ LITERAL(HEADER "io.systemd.credential:" NAME "\0") },
		{ LITERAL(HEADER "xio.systemd.credential:" NAME "=x\0") },
		{ LITERAL(HEADER "other\0\0" PLAIN "behind the end\0") },
		{ HEADER, sizeof(HEADER) - 1 },
		{ "\x0b\x04\x00\x0e", 4 }, /* the shortest header */
	};

	for (size_t i = 0; i < COUNT(without); i++)
		CHECK(look(without[i].structure, without[i].length) == -ENOENT);
}

static const struct {
	const char *structure;
	size_t length;
	const char *says;
} wrong[] = {
	{ "", 0, "not an SMBIOS structure of type 11" },
	{ HEADER, 3, "not an SMBIOS structure" },
	{ HEADER, 4, "not an SMBIOS structure" }, /* shorter than its own header says */
	{ LITERAL("\x01\x05\x00\x0e\x01" PLAIN "x\0"), "not an SMBIOS structure" },
	{ LITERAL("\x0b\x03\x00\x0e\x01" PLAIN "x\0"), "not an SMBIOS structure" },
	{ LITERAL("\x0b\xff\x00\x0e\x01" PLAIN "x\0"), "not an SMBIOS structure" },
	{ HEADER "other", sizeof(HEADER "other") - 1, "string without an end" },
	{ HEADER PLAIN "x", sizeof(HEADER PLAIN "x") - 1, "string without an end" },
	{ LITERAL(HEADER PLAIN "12345678901234567890123456789012\0"), "more than 31 bytes" },
	{ LITERAL(HEADER BINARY "W25vZ\0"), "no multiple of four" },
	{ LITERAL(HEADER BINARY "W25v=AAA\0"), "not base64 at character 5" },
};

static void wrong_structures_are_refused(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		ssize_t length = look(wrong[i].structure, wrong[i].length);

		CHECK(length < 0 && length != -ENOENT);
		CHECK_CONTAINS(failure(), wrong[i].says);
	}
}

/* RFC 4648, section 10, and what its strict readers refuse. */
static void base64(void)
{
	static const struct {
		const char *text, *value; /* NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "Zg==", "f" },
		{ "Zm8=", "fo" },
		{ "Zm9v", "foo" },
		{ "Zm9vYmFy", "foobar" },
		{ "+/+/", "\xfb\xff\xbf" },
		{ "Zm9", NULL },
		{ "Zm9=", NULL },  /* bits behind the end */
		{ "Zh==", NULL },
		{ "Z===", NULL },
		{ "====", NULL },
		{ "=AAA", NULL },
		{ "Zg==Zg==", NULL },
		{ "Zm8=Zm9v", NULL },
		{ "Zm=v", NULL },
		{ "Zm9v\n", NULL },
		{ "Zm 9", NULL },
		{ "-_-_", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ssize_t length = base64_decode(cases[i].text, strlen(cases[i].text), value, sizeof(value));

		CHECK((length >= 0) == (cases[i].value != NULL));
		if (length >= 0 && cases[i].value)
			CHECK_TEXT(value, cases[i].value);
	}
	CHECK(base64_decode("Zm9v", 4, value, 4) == 3);
	CHECK(base64_decode("Zm9v", 4, value, 3) == -EFBIG); /* no place for the NUL */
	CHECK(base64_decode("", 0, value, 0) == -EFBIG);
}

int main(void)
{
	the_value_is_found();
	what_is_not_there_is_not_found();
	wrong_structures_are_refused();
	base64();
	return checks_end();
}
