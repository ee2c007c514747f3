/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/lines.c
#include "check.h"
#include "console/lines.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END   "-----END SSH SIGNATURE-----"

/* Appends to `into` what the reader makes of bytes: its lines, each with a "|", ^ for a cancelled, ! for too long. */
static void read_bytes(struct line_reader *reader, const char *bytes, size_t length, char *into)
{
	for (size_t i = 0; i < length; i++) {
		switch (line_put(reader, (uint8_t)bytes[i])) {
		case LINE_DONE:
			CHECK(strlen(reader->text) == reader->length);
			strcat(into, reader->text);
			strcat(into, "|");
			break;
		case LINE_TOO_LONG:
			strcat(into, "!");
			break;
		case LINE_CANCEL:
			strcat(into, "^");
			break;
		case LINE_NOTHING:
		case LINE_ADDED:
		case LINE_ERASED:
			break;
		}
	}
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t length;
	const char *lines;
} sent[] = {
	{ BYTES("\r"), "|" },
	{ BYTES("\n"), "|" },
	{ BYTES("\r\n"), "|" },
	{ BYTES("\n\r"), "||" },
	{ BYTES("a\rb\nc\r\nd"), "a|b|c|" },
	{ BYTES("a\r\n\r\nb\n\n"), "a||b||" },
	/* telnet's CR NUL, and a NUL of a BREAK in CR LF */
	{ BYTES("a\r\0b\r\0\nc\n"), "a|b|c|" },
	{ BYTES("\0a\0b\0\r"), "ab|" },
	/* control characters */
	{ BYTES(" a  b \r"), " a  b |" },
	{ BYTES("a\tb\a\v\f\x01\x1f\r"), "a b|" },
	{ BYTES("abc\b\bd\x7f\r"), "a|" },
	{ BYTES("a\b\b\bx\r"), "x|" },
	{ BYTES("abc\x15xyz\r"), "xyz|" },
	{ BYTES("abc\x03xyz\r\x04"), "^xyz|^" },
	/* bytes that are no ASCII */
	{ BYTES("a\xff\xfe\x80z\r"), "a???z|" },
	{ BYTES("\xc3\xa9\r"), "??|" },
	/* keys and bracketed paste */
	{ BYTES("\x1b[200~abc\x1b[201~\r"), "abc|" },
	{ BYTES("a\x1b[Ab\x1bOPc\x1b[1;5Dd\x1bxe\r"), "abcde|" },
	{ BYTES("\x1b\x1b[Aa\r"), "a|" },
	/* cut sequences never swallow an Enter, nor what follows it */
	{ BYTES("a\x1b\rb\r"), "a|b|" },
	{ BYTES("a\x1b[\rb\r"), "a|b|" },
	{ BYTES("a\x1b[20\nb\r"), "a|b|" },
	{ BYTES("a\x1bO\rb\r"), "a|b|" },
	{ BYTES("a\x1b[1\x80" "b\r"), "a?b|" },
	{ BYTES("a\x1b[2\0" "00~b\r"), "ab|" },
	{ BYTES("a\x1b[12\x03" "b\r"), "^b|" },
	{ BYTES("ab\x1b[1\x7f" "c\r"), "ac|" },
	{ BYTES("a\x1b[2 qb\r"), "ab|" },
	{ BYTES("a\x1b[Ob\r"), "ab|" },
	{ BYTES("a\x1b[4@b\r"), "ab|" },
	{ BYTES("a\x1b" "7b\r"), "ab|" },
	{ BYTES("a\x1bO5b\r"), "ab|" },
	/* each is as long as it may be, however many there are */
	{ BYTES("\x1b[1;222A\x1b[1;222A\x1b[1;222A\x1b[1;222Aa\r"), "a|" },
	/* one that never ends is text after 16 bytes */
	{ BYTES("\x1b[1111111111111111" "22\r"), "22|" },
};

static void bytes_become_lines(void)
{
	for (size_t i = 0; i < COUNT(sent); i++) {
		struct line_reader reader = { 0 };
		char lines[256] = "";

		read_bytes(&reader, sent[i].bytes, sent[i].length, lines);
		CHECK_TEXT(lines, sent[i].lines);
	}
}

static void echo_follows_the_line(void)
{
	struct line_reader reader = { 0 };

	CHECK(line_put(&reader, 'a') == LINE_ADDED && reader.text[reader.length - 1] == 'a');
	CHECK(line_put(&reader, '\b') == LINE_ERASED);
	CHECK(line_put(&reader, '\b') == LINE_NOTHING);
	CHECK(line_put(&reader, '\a') == LINE_NOTHING);
	CHECK(line_put(&reader, 0xff) == LINE_ADDED && reader.text[reader.length - 1] == '?');
}

/* Sends count times 'x', and an Enter. */
static void send_long(struct line_reader *reader, size_t count, char *into)
{
	for (size_t i = 0; i < count; i++)
		read_bytes(reader, "x", 1, into);
	read_bytes(reader, "\r", 1, into);
}

static void length_is_bounded(void)
{
	static char lines[3 * LINE_MAX_LENGTH];
	struct line_reader reader = { 0 };

	send_long(&reader, LINE_MAX_LENGTH, lines);
	CHECK(strlen(lines) == LINE_MAX_LENGTH + 1);
	lines[0] = '\0';
	send_long(&reader, LINE_MAX_LENGTH + 1, lines);
	send_long(&reader, 1000000, lines);
	send_long(&reader, 2, lines);
	CHECK_TEXT(lines, "!!xx|");
	/* what was too long can be taken back */
	lines[0] = '\0';
	for (size_t i = 0; i < LINE_MAX_LENGTH + 9; i++)
		(void)line_put(&reader, 'y');
	read_bytes(&reader, "\x15z\r", 3, lines);
	CHECK_TEXT(lines, "z|");
}

static void a_reset_forgets(void)
{
	struct line_reader reader = { 0 };
	char lines[16] = "";

	read_bytes(&reader, "abc\x1b[", 5, lines);
	line_reader_reset(&reader);
	read_bytes(&reader, "d\r", 2, lines);
	CHECK_TEXT(lines, "d|");
}

static enum answer_event add(struct answer *answer, const char *line)
{
	return answer_add(answer, line, strlen(line));
}

static void one_line_is_an_answer(void)
{
	struct answer answer = { 0 };

	CHECK(add(&answer, "") == ANSWER_EMPTY);
	CHECK(add(&answer, "   ") == ANSWER_EMPTY);
	CHECK(add(&answer, "  U1NIU0lH  ") == ANSWER_COMPLETE);
	CHECK(answer.length == 9 && memcmp(answer.text, "U1NIU0lH\n", 9) == 0);
}

static void armour_is_an_answer(void)
{
	struct answer answer = { 0 };
	static const char whole[] = BEGIN "\nabc\ndef\n" END "\n";

	CHECK(add(&answer, BEGIN) == ANSWER_MORE);
	CHECK(add(&answer, "") == ANSWER_MORE);
	CHECK(add(&answer, "abc") == ANSWER_MORE);
	CHECK(add(&answer, " def ") == ANSWER_MORE);
	CHECK(add(&answer, END " ") == ANSWER_COMPLETE);
	CHECK(answer.length == strlen(whole) && memcmp(answer.text, whole, answer.length) == 0);
}

/* Lines of the same length as the BEGIN and END lines. */
static void armour_begins_and_ends_by_its_words(void)
{
	struct answer answer = { 0 };
	char like_begin[] = BEGIN, like_end[] = END;

	like_begin[0] = like_end[0] = '+';
	CHECK(add(&answer, like_begin) == ANSWER_COMPLETE);
	answer_reset(&answer);
	CHECK(add(&answer, BEGIN) == ANSWER_MORE);
	CHECK(add(&answer, like_begin) == ANSWER_MORE);
	CHECK(add(&answer, like_end) == ANSWER_MORE);
	CHECK(add(&answer, END) == ANSWER_COMPLETE);
	CHECK(answer.length == 2 * sizeof(BEGIN) + 2 * sizeof(END));
}

static void a_second_begin_starts_anew(void)
{
	struct answer answer = { 0 };
	static const char whole[] = BEGIN "\nabc\n" END "\n";

	CHECK(add(&answer, BEGIN) == ANSWER_MORE);
	CHECK(add(&answer, "broken off") == ANSWER_MORE);
	CHECK(add(&answer, BEGIN) == ANSWER_MORE);
	CHECK(add(&answer, "abc") == ANSWER_MORE);
	CHECK(add(&answer, END) == ANSWER_COMPLETE);
	CHECK(answer.length == strlen(whole) && memcmp(answer.text, whole, answer.length) == 0);
	answer_reset(&answer);
	CHECK(answer.length == 0 && add(&answer, "x") == ANSWER_COMPLETE);
}

static void an_answer_is_bounded(void)
{
	static const char line[] = "0123456789012345678901234567890123456789012345678901234567890123456789";
	struct answer answer = { 0 };
	enum answer_event event = add(&answer, BEGIN);
	size_t lines = 0;

	for (; event == ANSWER_MORE && lines < 1000; lines++)
		event = add(&answer, line);
	CHECK(event == ANSWER_TOO_LONG && lines == (ANSWER_MAX - strlen(BEGIN) - 1) / strlen(line) - 0);
	CHECK(answer.length <= sizeof(answer.text));

	static char longest[ANSWER_MAX];

	memset(longest, 'x', sizeof(longest));
	answer_reset(&answer);
	CHECK(answer_add(&answer, longest, ANSWER_MAX - 1) == ANSWER_COMPLETE && answer.length == ANSWER_MAX);
	answer_reset(&answer);
	CHECK(answer_add(&answer, longest, ANSWER_MAX) == ANSWER_TOO_LONG);
}

int main(void)
{
	bytes_become_lines();
	echo_follows_the_line();
	length_is_bounded();
	a_reset_forgets();
	one_line_is_an_answer();
	armour_is_an_answer();
	armour_begins_and_ends_by_its_words();
	a_second_begin_starts_anew();
	an_answer_is_bounded();
	return checks_end();
}
