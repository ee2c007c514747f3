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

/* One descriptor may write 10 lines in 5 s (devkmsg_open() of kernel/printk/printk.c): after as many it is another. */
enum { LINES_OF_DESCRIPTOR = 10 };

static int kmsg = -1;
static unsigned lines;

static void close_kmsg(void)
{
	if (kmsg >= 0)
		close(kmsg);
	kmsg = -1;
}

/* Where a line goes. */
static int descriptor(void)
{
	if (getpid() != 1)
		return STDERR_FILENO;
	if (kmsg < 0 || lines == LINES_OF_DESCRIPTOR) {
		close_kmsg();
		kmsg = open("/dev/kmsg", O_WRONLY | O_APPEND | O_CLOEXEC);
		lines = 0;
	}
	lines++;
	return kmsg >= 0 ? kmsg : STDERR_FILENO;
}

const char *log_stage(const char *stage)
{
	const char *before = prefix;

	prefix = stage;
	if (!stage)
		close_kmsg();
	return before;
}

/* One record of Documentation/ABI/testing/dev-kmsg. The file stays open for the steps of a stage. */
static void write_line(int level, const char *format, va_list arguments)
{
	char line[768];
	int length = snprintf(line, sizeof(line), "<%d>holdfast: %s%s", level, prefix ? prefix : "",
			      prefix ? ": " : "");

	vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, arguments);
	make_printable(line);
	length = (int)strlen(line);
	line[length++] = '\n';

	ssize_t written = write(descriptor(), line, (size_t)length);

	(void)written; /* there is nobody left to tell */
	if (!prefix)
		close_kmsg();
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
