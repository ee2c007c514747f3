/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal.h"

#include "../error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/*
 * Raw, in the kernel's speed and format. CLOCAL: a missing carrier means
 * nothing. No HUPCL: closing drops no modem line. IGNBRK: BREAK is no byte and
 * no signal. No flow control: noise that looks like XOFF must not stop us.
 */
static int set_mode(int descriptor)
{
	struct termios mode;

	if (tcgetattr(descriptor, &mode) < 0)
		return -errno;
	mode.c_iflag = IGNBRK | IGNPAR;
	mode.c_oflag = 0;
	mode.c_lflag = 0;
	mode.c_cflag &= ~(tcflag_t)(HUPCL | CRTSCTS);
	mode.c_cflag |= CLOCAL | CREAD;
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	return tcsetattr(descriptor, TCSANOW, &mode) < 0 ? -errno : 0;
}

static bool read_carrier(const struct terminal *terminal)
{
	int lines;

	return ioctl(terminal->descriptor, TIOCMGET, &lines) == 0 && (lines & TIOCM_CAR);
}

int terminal_open(struct terminal *terminal)
{
	int descriptor = open(terminal->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);

	terminal->descriptor = -1;
	if (descriptor < 0)
		return fail(errno, "open the terminal %s", terminal->path);

	int result = set_mode(descriptor);

	if (result < 0) {
		close(descriptor);
		return fail(-result, "set the mode of the terminal %s", terminal->path);
	}
	terminal->descriptor = descriptor;
	terminal->start = terminal->length = 0;
	terminal->has_carrier = read_carrier(terminal);
	return 0;
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->descriptor >= 0)
		close(terminal->descriptor);
	terminal->descriptor = -1;
	terminal->start = terminal->length = 0;
}

ssize_t terminal_read(struct terminal *terminal, char *into, size_t size)
{
	if (terminal->descriptor < 0)
		return 0;

	ssize_t length = read(terminal->descriptor, into, size);

	if (length > 0)
		return length;
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	int error = length < 0 ? errno : 0;
	terminal_close(terminal);
	return fail(error, "the terminal %s hung up", terminal->path);
}

void terminal_forget_input(struct terminal *terminal)
{
	if (terminal->descriptor >= 0)
		tcflush(terminal->descriptor, TCIFLUSH);
}

size_t terminal_room(const struct terminal *terminal)
{
	return sizeof(terminal->output) - terminal->length;
}

void terminal_flush(struct terminal *terminal)
{
	while (terminal->descriptor >= 0 && terminal->length > 0) {
		size_t piece = sizeof(terminal->output) - terminal->start;

		if (piece > terminal->length)
			piece = terminal->length;
		ssize_t written = write(terminal->descriptor, terminal->output + terminal->start, piece);

		if (written <= 0)
			return; /* it is full; or it hung up, which reading it tells */
		terminal->start = (terminal->start + (size_t)written) % sizeof(terminal->output);
		terminal->length -= (size_t)written;
	}
}

void terminal_write(struct terminal *terminal, const char *bytes, size_t length)
{
	if (length > terminal_room(terminal))
		length = terminal_room(terminal);
	for (size_t i = 0; i < length; i++)
		terminal->output[(terminal->start + terminal->length++) % sizeof(terminal->output)] =
			bytes[i];
	terminal_flush(terminal);
}

void terminal_print(struct terminal *terminal, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (const char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		terminal_write(terminal, line, (size_t)(end - line));
		if (*end == '\n') {
			terminal_write(terminal, "\r\n", 2);
			end++;
		}
	}
}

bool terminal_lost_carrier(struct terminal *terminal)
{
	bool had = terminal->has_carrier;

	if (terminal->descriptor < 0)
		return false;
	terminal->has_carrier = read_carrier(terminal);
	return had && !terminal->has_carrier;
}
