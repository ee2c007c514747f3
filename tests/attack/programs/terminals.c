/* SPDX-License-Identifier: Apache-2.0 */
/* Terminals: typing for others, the console, line disciplines. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Opens a pair of terminals of one's own and returns the one that programs use, or a negative error number. */
static int own_terminal(void)
{
	char path[32];
	int number, unlocked = 0;
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0 || ioctl(master, TIOCGPTN, &number) < 0)
		return -errno;
	snprintf(path, sizeof(path), "/dev/pts/%d", number);
	int terminal = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	return terminal < 0 ? -errno : terminal;
}

static int open_pair(const char *argument)
{
	int terminal = own_terminal();

	(void)argument;
	return terminal < 0 ? terminal : 0;
}

/* Types into the terminal that it controls, as su's callers found. */
static int type_ahead(const char *argument)
{
	int terminal = own_terminal();

	if (terminal < 0)
		return terminal;
	setsid();
	ioctl(terminal, TIOCSCTTY, 0);
	return result_of(ioctl(terminal, TIOCSTI, argument));
}

static int paste(const char *argument)
{
	char code[] = { 2, 0 };
	int terminal = own_terminal();

	(void)argument;
	return terminal < 0 ? terminal : result_of(ioctl(terminal, TIOCLINUX, code));
}

/* Makes a terminal get what is written to the console. */
static int take_console(const char *argument)
{
	int terminal = own_terminal();

	(void)argument;
	return terminal < 0 ? terminal : result_of(ioctl(terminal, TIOCCONS));
}

static int type_on_device(const char *name)
{
	int error = 0;
	const char *path = device_path(name, &error);
	int terminal = path ? open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;

	if (terminal < 0)
		return path ? -errno : error;
	error = result_of(ioctl(terminal, TIOCSTI, ""));
	close(terminal);
	return error;
}

static int set_discipline(const char *number)
{
	int discipline = atoi(number);
	int terminal = own_terminal();

	return terminal < 0 ? terminal : result_of(ioctl(terminal, TIOCSETD, &discipline));
}

const struct attempt terminals[] = {
	{ "tty-pair", open_pair, NULL, "a terminal of one's own: programs in containers need one" },
	{ "tty-sti", type_ahead, "x", "TIOCSTI on it" },
	{ "tty-linux", paste, NULL, "TIOCLINUX" },
	{ "tty-cons", take_console, NULL, "TIOCCONS" },
	{ "tty-serial", try_device, "ttyS0", "the node's console" },
	{ "tty-serial-sti", type_on_device, "ttyS0", "typing on it" },
	{ "tty-console", try_device, "console", "the container's console, if it has one" },
	{ "tty-serial-1", try_device, "ttyS1", "another serial port" },
	{ 0 },
};

void run_line_disciplines(void)
{
	char name[16], number[4];

	for (int i = 0; i <= 30; i++) {
		snprintf(name, sizeof(name), "discipline-%d", i);
		snprintf(number, sizeof(number), "%d", i);
		run(&(struct attempt){ name, set_discipline, number, "" });
	}
}
