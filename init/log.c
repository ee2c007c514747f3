/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "error.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Levels of Documentation/admin-guide/kernel-parameters.txt, "loglevel". */
enum { LEVEL_ERROR = 3, LEVEL_NOTICE = 5 };

static const char *prefix;
static char last_error[200];

const char *log_stage(const char *stage)
{
	const char *before = prefix;

	prefix = stage;
	return before;
}

/*
 * One record of Documentation/ABI/testing/dev-kmsg. The file is opened anew
 * for each: a descriptor that stays open may write only 10 lines in 5 s.
 */
static void write_line(int level, const char *format, va_list arguments)
{
	char line[768];
	int length = snprintf(line, sizeof(line), "<%d>holdfast: %s%s", level, prefix ? prefix : "",
			      prefix ? ": " : "");

	vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, arguments);
	make_printable(line);
	length = (int)strlen(line);
	line[length++] = '\n';

	int kmsg = getpid() == 1 ? open("/dev/kmsg", O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	ssize_t written = write(kmsg >= 0 ? kmsg : STDERR_FILENO, line, (size_t)length);

	(void)written; /* there is nobody left to tell */
	if (kmsg >= 0)
		close(kmsg);
}

void log_notice(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(LEVEL_NOTICE, format, arguments);
	va_end(arguments);
}

void log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(LEVEL_ERROR, format, arguments);
	va_end(arguments);
	va_start(arguments, format);
	vsnprintf(last_error, sizeof(last_error), format, arguments);
	va_end(arguments);
}

const char *log_last_error(void)
{
	return last_error;
}
