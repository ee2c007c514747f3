/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char sentence[384];

void make_printable(char *text)
{
	for (; *text; text++)
		if (strchr("\t\n\r", *text))
			*text = ' ';
		else if (*text < ' ' || *text > '~')
			*text = '?';
}

int fail(int errnum, const char *format, ...)
{
	char text[sizeof(sentence)]; /* an argument may be the old sentence */
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	size_t length = strlen(text);
	if (errnum)
		snprintf(text + length, sizeof(text) - length, ": %s", strerror(errnum));
	make_printable(text);
	memcpy(sentence, text, sizeof(sentence));
	return errnum ? -errnum : -EINVAL;
}

const char *failure(void)
{
	return sentence;
}
