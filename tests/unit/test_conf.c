/* SPDX-License-Identifier: Apache-2.0 */
// sources: conf.c error.c
#include "check.h"
#include "conf.h"
#include "error.h"

#include <errno.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What the keys below store: the values, each with "." behind it. */
struct values {
	char name[256], list[256], other[256], field[4];
};

static int append(char *into, const char *value)
{
	if (strcmp(value, "bad") == 0)
		return fail(0, "not %s again", value);
	snprintf(into + strlen(into), 256 - strlen(into), "%s.", value);
	return 0;
}

static int store_name(void *into, const char *value)
{
	return append(((struct values *)into)->name, value);
}

static int store_list(void *into, const char *value)
{
	return append(((struct values *)into)->list, value);
}

static int store_other(void *into, const char *value)
{
	return append(((struct values *)into)->other, value);
}

static const struct conf_key keys[] = {
	{ .section = "first", .name = "name", .store = store_name, .required = true },
	{ .section = "first", .name = "list", .store = store_list, .repeatable = true },
	{ .section = "second", .name = "name", .store = store_other },
	{ .section = "second", .name = "field", CONF_FIELD(struct values, field) },
	{ .name = NULL },
};

static int parse(const char *file, size_t length, struct values *values)
{
	char text[1024];

	*values = (struct values){ 0 };
	memset(text, 'x', sizeof(text)); /* what follows the file isn't part of it */
	memcpy(text, file, length);
	return conf_parse("test.conf", text, length, keys, values);
}

static const struct {
	const char *file, *name, *list, *other;
} right[] = {
	{ "[first]\nname = a\n", "a.", "", "" },
	{ "[first]\nname=a", "a.", "", "" }, /* no newline at the end */
	{ "\n# comment\n; comment\n  [first]  \n\t name \t=\t a b \t\n", "a b.", "", "" },
	{ "[first]\nname = a = b\n", "a = b.", "", "" },
	{ "[first]\nname = a # b\n", "a # b.", "", "" }, /* comments have lines of their own */
	{ "[first]\nlist = a\nname = n\nlist = b\n", "n.", "a.b.", "" },
	{ "[first]\nname = a\n[second]\nname = b\n", "a.", "", "b." }, /* the same key elsewhere */
	{ "[second]\nname = b\n[first]\nname = a\n[second]\n", "a.", "", "b." },
	{ "[first]\nname = \xc3\xa4\n", "\xc3\xa4.", "", "" },
};

static void right_files_are_taken(void)
{
	for (size_t i = 0; i < COUNT(right); i++) {
		struct values values;

		CHECK(parse(right[i].file, strlen(right[i].file), &values) == 0);
		CHECK_TEXT(values.name, right[i].name);
		CHECK_TEXT(values.list, right[i].list);
		CHECK_TEXT(values.other, right[i].other);
	}
}

static void a_key_without_a_function_is_a_field(void)
{
	static const char file[] = "[first]\nname = a\n[second]\nfield = abc\nname = b\n";
	struct values values;

	CHECK(parse(file, sizeof(file) - 1, &values) == 0);
	CHECK_TEXT(values.field, "abc");
	CHECK_TEXT(values.other, "b.");
}

static const struct {
	const char *file, *says;
} wrong[] = {
	{ "[first]\nname = a\n[second]\nfield = abcd\n", "line 4: field: is longer than 3 characters" },
	{ "", "test.conf: name is missing in section [first]" },
	{ "[first]\n", "test.conf: name is missing" },
	{ "name = a\n", "test.conf line 1: key name stands before any [section]" },
	{ "[first]\nname = a\nname = a\n", "test.conf line 3: a second value for name" },
	{ "[first]\nname = a\n[first]\nname = a\n", "line 4: a second value" },
	{ "[first]\nlist = a\n\nlist = bad\nname = a\n", "test.conf line 4: list: not bad again" },
	{ "[first]\nname =\n", "line 2: name has no value" },
	{ "[first]\nname = \t \n", "line 2: name has no value" },
	{ "[first]\nname\n", "line 2: neither [section] nor key = value" },
	{ "[first]\n= a\n", "line 2: unknown key  in" },
	{ "[first]\nName = a\n", "line 2: unknown key Name in section [first]" },
	{ "[first]\nname = a\n[second]\nlist = a\n", "line 4: unknown key list in section [second]" },
	{ "[third]\n", "line 1: unknown section [third]" },
	{ "[First]\n", "unknown section [First]" },
	{ "[ first ]\n", "unknown section" },
	{ "[]\n", "unknown section" },
	{ "[first\n", "a section must look like [name]" },
	{ "[first] # why\n", "a section must look like [name]" },
	{ "[first]]\n", "a section must look like [name]" },
	{ "[first]\nname = a \\\n b\n", "line 3: neither" }, /* no continuation lines */
	{ "[first]\r\nname = a\r\n", "line 1: it ends with a carriage return" },
	{ "[first]\nname = a\x1b[2J\n", "line 2: it holds a control character (0x1b)" },
	{ "[first]\nname = a\x7f\n", "control character (0x7f)" },
	{ "# \x01\n[first]\nname = a\n", "line 1: it holds a control character" },
	{ "\x01# a comment\n[first]\nname = a\n", "line 1: it holds a control character" },
};

static void wrong_files_are_refused(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct values values;

		CHECK(parse(wrong[i].file, strlen(wrong[i].file), &values) < 0);
		CHECK_CONTAINS(failure(), wrong[i].says);
	}
}

static void a_nul_byte_is_refused(void)
{
	static const char file[] = "[first]\nname = a\0b\n";
	struct values values;

	CHECK(parse(file, sizeof(file) - 1, &values) < 0);
	CHECK_CONTAINS(failure(), "line 2: it holds a NUL byte");
}

static void booleans(void)
{
	static const char *const refused[] = { "", "Yes", "true", "1", "on", "yes ", "n" };
	bool value;

	CHECK(conf_boolean("yes", &value) == 0 && value);
	CHECK(conf_boolean("no", &value) == 0 && !value);
	for (size_t i = 0; i < COUNT(refused); i++)
		CHECK(conf_boolean(refused[i], &value) < 0);
}

static void numbers(void)
{
	static const char *const refused[] = { "", "-1", "+1", " 1", "1 ", "0x10", "1.0", "a", "18446744073709551616",
					       "20000000000000000000" };
	unsigned long long value;

	CHECK(conf_number("0", 10, &value) == 0 && value == 0);
	CHECK(conf_number("10", 10, &value) == 0 && value == 10);
	CHECK(conf_number("11", 10, &value) < 0);
	CHECK(conf_number("9", 5, &value) < 0);
	CHECK(conf_number("8", 8, &value) == 0 && value == 8);
	CHECK(conf_number("9", 8, &value) < 0);
	CHECK(conf_number("18446744073709551615", ~0ULL, &value) == 0 && value == ~0ULL);
	for (size_t i = 0; i < COUNT(refused); i++)
		CHECK(conf_number(refused[i], ~0ULL, &value) < 0);
}

static void sizes(void)
{
	static const char *const refused[] = { "", "M", "1m", "1 M", "1MB", "1T", "-1", "9223372036854775808",
					       "9007199254740992K", "18446744073709551615G" };
	unsigned long long value;

	CHECK(conf_size("512", &value) == 0 && value == 512);
	CHECK(conf_size("64K", &value) == 0 && value == 64 * 1024);
	CHECK(conf_size("512M", &value) == 0 && value == 512ULL << 20);
	CHECK(conf_size("2G", &value) == 0 && value == 2ULL << 30);
	CHECK(conf_size("9223372036854775807", &value) == 0);
	for (size_t i = 0; i < COUNT(refused); i++)
		CHECK(conf_size(refused[i], &value) < 0);
}

static void durations(void)
{
	static const char *const refused[] = { "", "0s", "10", "s", "1 s", "1.5s", "1d", "-1s", "25h", "86401s",
					       "1441min", "99999999999999999999s" };
	unsigned value;

	CHECK(conf_duration("500ms", &value) == 0 && value == 500);
	CHECK(conf_duration("30s", &value) == 0 && value == 30000);
	CHECK(conf_duration("5min", &value) == 0 && value == 300000);
	CHECK(conf_duration("24h", &value) == 0 && value == 86400000);
	for (size_t i = 0; i < COUNT(refused); i++)
		CHECK(conf_duration(refused[i], &value) < 0);
}

static void strings(void)
{
	char value[4];

	CHECK(conf_string("abc", value, sizeof(value)) == 0);
	CHECK_TEXT(value, "abc");
	CHECK(conf_string("abcd", value, sizeof(value)) < 0);
	CHECK(conf_string("", value, sizeof(value)) < 0);
}

int main(void)
{
	right_files_are_taken();
	a_key_without_a_function_is_a_field();
	wrong_files_are_refused();
	a_nul_byte_is_refused();
	booleans();
	numbers();
	sizes();
	durations();
	strings();
	return checks_end();
}
