/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/typed.c
#include "check.h"
#include "console/typed.h"

/* What the records of some bytes are, each followed by "|". */
static const char *records(const char *bytes, size_t length, bool canonical)
{
	static char all[4 * TYPED_RECORD];
	struct typed typed = { 0 };
	char text[TYPED_RECORD];

	all[0] = '\0';
	for (size_t i = 0; i < length; i++)
		if (typed_add(&typed, bytes[i], canonical, text))
			strcat(strcat(all, text), "|");
	if (typed_end(&typed, text))
		strcat(strcat(all, text), "…");
	return all;
}

static const struct {
	const char *typed, *records;
	bool raw;
} cases[] = {
	{ "ls -l\r", "ls -l|", false },
	{ "ls\ncat x\r", "ls|cat x|", false },
	{ "\r\r\n", "", false },
	{ "lz\177s\r", "ls|", false },
	{ "\177\177ls\r", "ls|", false },
	{ "rm -rf /\025ls\r", "ls|", false },
	{ "echo one two  \027three\r", "echo one three|", false },
	{ "\027\027x\r", "x|", false },
	{ "sleep 9\003ls\r", "sleep 9\\x03|ls|", false },
	{ "cat\032", "cat\\x1a|", false },
	{ "cat\034", "cat\\x1c|", false },
	{ "half\004", "half|", false },
	{ "\004", "", false },
	{ "a\\b\r", "a\\\\b|", false },
	{ "\x1b[A\r", "\\x1b[A|", false },
	{ "\xc3\xa4\r", "\\xc3\\xa4|", false },
	{ "unfinished", "unfinished…", false },
	/* A program that reads keys: nothing is erased. */
	{ "q\177\r", "q\\x7f|", true },
	{ "\003\004\r", "\\x03\\x04|", true },
};

static void lines_are_what_the_shell_reads(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK_TEXT(records(cases[i].typed, strlen(cases[i].typed), !cases[i].raw), cases[i].records);
	CHECK_TEXT(records("a\0b\r", 4, true), "a\\x00b|");
}

static void a_long_line_gives_several_records(void)
{
	char bytes[TYPED_LINE + 11], text[TYPED_RECORD];
	struct typed typed = { 0 };
	size_t lengths[2], count = 0;

	memset(bytes, '\x01', sizeof(bytes));
	bytes[sizeof(bytes) - 1] = '\r';
	for (size_t i = 0; i < sizeof(bytes); i++)
		if (typed_add(&typed, bytes[i], true, text) && count < 2)
			lengths[count++] = strlen(text);
	CHECK(count == 2 && lengths[0] == 4 * TYPED_LINE && lengths[1] == 4 * 10);
}

int main(void)
{
	lines_are_what_the_shell_reads();
	a_long_line_gives_several_records();
	return checks_end();
}
