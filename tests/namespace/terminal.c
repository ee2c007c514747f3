/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial line for the console of a machine, as QEMU gives one to a node: a
 * pseudo-terminal whose other side is a socket.
 *
 *   terminal SOCKET LOG
 *
 * Prints the path of the terminal, then carries bytes between it and whoever
 * is connected to SOCKET, one at a time. All that the machine writes goes to
 * LOG, too. Ends by a signal, which hangs up the line.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

static void must(int done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "terminal: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	unlink(path);
	must(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		     listen(listener, 1) == 0,
	     path);
	return listener;
}

/* Master of a new terminal, which stays open here, so that it isn't hung up while the machine has it closed. */
static int open_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	struct termios mode;

	must(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0, "open a pseudo-terminal");
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(slave >= 0 && tcgetattr(slave, &mode) == 0, ptsname(master));
	cfmakeraw(&mode);
	mode.c_cflag |= HUPCL | CRTSCTS; /* the console must take them away */
	cfsetspeed(&mode, B19200);       /* and leave this */
	must(tcsetattr(slave, TCSANOW, &mode) == 0, "set its mode");
	must(fcntl(master, F_SETFL, O_NONBLOCK) == 0, "set its mode");
	puts(ptsname(master));
	fflush(stdout);
	return master;
}

/* What the machine said, to the log and to the client. */
static void carry_output(int master, int client, int log)
{
	char bytes[4096];
	ssize_t length = read(master, bytes, sizeof(bytes));

	if (length > 0)
		must(write(log, bytes, (size_t)length) == length, "write the log");
	for (ssize_t done = 0, piece; done < length && client >= 0; done += piece)
		if ((piece = write(client, bytes + done, (size_t)(length - done))) < 0)
			break;
}

/* What the client typed, while the other direction goes on, as on a line. Length of it, 0 at the end. */
static ssize_t carry_input(int client, int master, int log)
{
	char bytes[4096];
	ssize_t length = read(client, bytes, sizeof(bytes));

	for (ssize_t done = 0; done < length;) {
		struct pollfd wait = { .fd = master, .events = POLLIN | POLLOUT };

		poll(&wait, 1, -1);
		if (wait.revents & POLLIN)
			carry_output(master, client, log);
		ssize_t piece = write(master, bytes + done, (size_t)(length - done));

		done += piece > 0 ? piece : 0;
	}
	return length;
}

int main(int argc, char **argv)
{
	must(argc == 3, "arguments");
	int listener = listen_at(argv[1]), master = open_terminal(), client = -1;
	int log = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	must(log >= 0, argv[2]);
	signal(SIGPIPE, SIG_IGN); /* who was connected may go in the middle of a word */
	for (;;) {
		struct pollfd wait[] = {
			{ .fd = master, .events = POLLIN },
			{ .fd = client < 0 ? listener : client, .events = POLLIN },
		};

		poll(wait, 2, -1);
		if (wait[0].revents & POLLIN)
			carry_output(master, client, log);
		if (wait[1].revents && client < 0) {
			client = accept(listener, NULL, NULL);
		} else if (wait[1].revents && carry_input(client, master, log) <= 0) {
			close(client);
			client = -1;
		}
	}
}
