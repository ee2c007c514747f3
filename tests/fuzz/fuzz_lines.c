/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/lines.c
#include "console/lines.h"

#include <stdlib.h>
#include <string.h>

/* Whatever comes, a line and an answer hold nothing but printable ASCII, fit, and are what was echoed. */
static void check_line(const struct line_reader *reader, const char *echoed, size_t length)
{
	if (reader->length > LINE_MAX_LENGTH || strlen(reader->text) != reader->length)
		abort();
	if (reader->length != length || memcmp(reader->text, echoed, length) != 0)
		abort();
	for (size_t i = 0; i < reader->length; i++)
		if (reader->text[i] < ' ' || reader->text[i] > '~')
			abort();
}

static void take_line(const struct line_reader *reader, struct answer *answer)
{
	enum answer_event event = answer_add(answer, reader->text, reader->length);

	if (answer->length > sizeof(answer->text))
		abort();
	if (event == ANSWER_COMPLETE && (answer->length < 2 || answer->text[answer->length - 1] != '\n'))
		abort();
	if (event == ANSWER_COMPLETE || event == ANSWER_TOO_LONG)
		answer_reset(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct line_reader reader;
	static struct answer answer;
	static char echoed[LINE_MAX_LENGTH + 1];
	size_t length = 0;

	line_reader_reset(&reader);
	answer_reset(&answer);
	for (size_t i = 0; i < size; i++) {
		switch (line_put(&reader, data[i])) {
		case LINE_ADDED:
			if (length == LINE_MAX_LENGTH)
				abort();
			echoed[length++] = reader.text[reader.length - 1];
			break;
		case LINE_ERASED:
			if (length-- == 0)
				abort();
			break;
		case LINE_DONE:
			check_line(&reader, echoed, length);
			take_line(&reader, &answer);
			length = 0;
			break;
		case LINE_TOO_LONG:
		case LINE_CANCEL:
			length = 0;
			break;
		case LINE_NOTHING:
			if (data[i] == 0x15)
				length = 0;
			break;
		}
	}
	return 0;
}
