/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/typed.c
#include "check.h"
#include "console/typed.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

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
	/* a word ends where n_tty.c says: letters, digits and "_" */
	{ "rm -rf /etc/x\027\r", "rm -rf /etc/|", false },
	{ "a_1--\027b\r", "b|", false },
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

/* ---- beside a terminal of this kernel ---- */

static void escape(const char *bytes, size_t length, char *text)
{
	*text = '\0';
	for (size_t i = 0; i < length; i++, text += strlen(text)) {
		unsigned char c = (unsigned char)bytes[i];

		sprintf(text, c == '\\' ? "\\\\" : c >= ' ' && c < 127 ? "%c" : "\\x%02x", c);
	}
}

static int open_terminal(int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return -1;
	*slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_NONBLOCK);
	return *slave < 0 || tcsetattr(*slave, TCSANOW, &typed_mode) < 0 ? -1 : master;
}

/* Types one line of count bytes from `keys` and an end, and compares what is recorded with what a shell would read. */
static void type_a_line(int master, int slave, uint32_t *random, size_t count)
{
	static const char keys[] = "ab9Z_ \t/-.\\'@`[{\x7f\x7f\x17\x17\x15\x01\x1b\xe4\xc0\xbf\xd7\xf7\xaa\xff";
	char recorded[TYPED_RECORD] = "", wanted[TYPED_RECORD], bytes[256], echo[1024];
	struct typed typed = { 0 };
	bool complete = false;

	for (size_t i = 0; i <= count; i++) {
		*random = *random * 1664525 + 1013904223;

		/* the last one ends the line; the NUL of the text is a key, too */
		char key = i < count ? keys[(*random >> 16) % sizeof(keys)] : "\r\n\x04"[(*random >> 16) % 3];

		CHECK(write(master, &key, 1) == 1);
		complete = typed_add(&typed, key, true, recorded);
	}

	struct pollfd line = { .fd = slave, .events = POLLIN };

	CHECK(poll(&line, 1, 60000) == 1);

	ssize_t length = read(slave, bytes, sizeof(bytes));

	CHECK(length >= 0);
	if (length > 0 && bytes[length - 1] == '\n')
		length--;
	escape(bytes, length > 0 ? (size_t)length : 0, wanted);
	CHECK_TEXT(complete ? recorded : "", wanted);
	while (read(master, echo, sizeof(echo)) > 0)
		;
}

static void lines_are_what_the_kernel_hands_out(void)
{
	int slave = -1, master = open_terminal(&slave);
	uint32_t random = 1;

	CHECK(master >= 0);
	for (size_t line = 0; master >= 0 && line < 5000 && !checks_failed; line++)
		type_a_line(master, slave, &random, line % 24);
	close(slave);
	close(master);
}

int main(void)
{
	lines_are_what_the_shell_reads();
	a_long_line_gives_several_records();
	lines_are_what_the_kernel_hands_out();
	return checks_end();
}
