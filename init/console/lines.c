/* SPDX-License-Identifier: Apache-2.0 */
#include "lines.h"

#include <string.h>

/* Where in an escape sequence (ECMA-48) the reader is. */
enum { OUTSIDE, AFTER_ESC, IN_SEQUENCE, ONE_MORE };

enum { BS = 0x08, DEL = 0x7f, ESC = 0x1b, CTRL_C = 0x03, CTRL_D = 0x04, CTRL_U = 0x15 };

/* Longer than any key or paste marker sends: what goes on after it is text. */
enum { SEQUENCE_MAX = 16 };

void line_reader_reset(struct line_reader *reader)
{
	*reader = (struct line_reader){ 0 };
}

/* Whether the byte belongs to an escape sequence. A control character ends any and counts for itself. */
static bool skip_escape(struct line_reader *reader, uint8_t byte)
{
	if (byte == ESC) {
		reader->escape = AFTER_ESC;
		return true;
	}
	if (byte < ' ' || byte >= DEL || reader->escape == OUTSIDE) {
		reader->escape = OUTSIDE;
		return false;
	}
	if (reader->escape == AFTER_ESC && (byte == '[' || byte == 'O')) {
		reader->escape = byte == '[' ? IN_SEQUENCE : ONE_MORE;
		reader->escape_length = 0;
	} else if (reader->escape != IN_SEQUENCE || byte >= '@' || ++reader->escape_length == SEQUENCE_MAX) {
		reader->escape = OUTSIDE;
	}
	return true;
}

static void clear_line(struct line_reader *reader)
{
	reader->length = 0;
	reader->too_long = false;
	reader->done = false;
}

static enum line_event end_line(struct line_reader *reader)
{
	if (reader->too_long) {
		clear_line(reader);
		return LINE_TOO_LONG;
	}
	reader->text[reader->length] = '\0';
	reader->done = true;
	return LINE_DONE;
}

static enum line_event add(struct line_reader *reader, char c)
{
	if (reader->length == LINE_MAX_LENGTH) {
		reader->too_long = true;
		return LINE_NOTHING;
	}
	reader->text[reader->length++] = c;
	return LINE_ADDED;
}

static enum line_event erase(struct line_reader *reader)
{
	if (reader->length == 0)
		return LINE_NOTHING;
	reader->length--;
	return LINE_ERASED;
}

static enum line_event take(struct line_reader *reader, uint8_t byte)
{
	switch (byte) {
	case BS:
	case DEL:
		return erase(reader);
	case CTRL_U:
		clear_line(reader);
		return LINE_NOTHING;
	case CTRL_C:
	case CTRL_D:
		clear_line(reader);
		return LINE_CANCEL;
	case '\t':
		return add(reader, ' ');
	default:
		if (byte < ' ')
			return LINE_NOTHING;
		return add(reader, byte < DEL ? (char)byte : '?');
	}
}

enum line_event line_put(struct line_reader *reader, uint8_t byte)
{
	/* NULs are nowhere: not between CR and LF, and not in an escape sequence. */
	if (byte == '\0')
		return LINE_NOTHING;

	bool second_half = byte == '\n' && reader->after_cr;

	reader->after_cr = byte == '\r';
	if (second_half)
		return LINE_NOTHING;
	if (reader->done)
		clear_line(reader);
	if (skip_escape(reader, byte))
		return LINE_NOTHING;
	return byte == '\r' || byte == '\n' ? end_line(reader) : take(reader, byte);
}

void answer_reset(struct answer *answer)
{
	answer->length = 0;
	answer->in_armour = false;
}

static bool is_line(const char *line, size_t length, const char *text)
{
	return length == strlen(text) && memcmp(line, text, length) == 0;
}

enum answer_event answer_add(struct answer *answer, const char *line, size_t length)
{
	while (length && line[length - 1] == ' ')
		length--;
	for (; length && *line == ' '; length--)
		line++;
	if (length == 0)
		return answer->in_armour ? ANSWER_MORE : ANSWER_EMPTY;
	/* A BEGIN starts anew, so that a paste that broke off can be repeated. */
	if (is_line(line, length, "-----BEGIN SSH SIGNATURE-----")) {
		answer->length = 0;
		answer->in_armour = true;
	}
	if (answer->length + length + 1 > sizeof(answer->text))
		return ANSWER_TOO_LONG;
	memcpy(answer->text + answer->length, line, length);
	answer->length += length;
	answer->text[answer->length++] = '\n';
	if (answer->in_armour && !is_line(line, length, "-----END SSH SIGNATURE-----"))
		return ANSWER_MORE;
	return ANSWER_COMPLETE;
}
