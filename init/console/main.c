/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The break-glass console: a child of process 1 that owns the terminal.
 *
 *   console                    on a node that runs
 *   console --rescue REASON    in the initramfs, where REASON keeps the root from being entered; ends in time
 *   console --check DIRECTORY  when an image is built: whether the lists in it are right, and who may get in
 *
 * One thread, one poll(). README.md argues why nobody gets a shell without a
 * valid signature.
 */
#include "../clock.h"
#include "../error.h"
#include "../log.h"
#include "dialog.h"
#include "screen.h"
#include "trace.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	TICK = 100,              /* ms */
	BYTES_A_TICK = 2048,     /* that are looked at; a serial line brings 1152 */
	REOPEN_AFTER = 2000,     /* ms between two tries to open a terminal */
	RESCUE_TIME = 5 * 60000, /* ms in which somebody must get in */
	LOOK_AT_STATUS = 2000,   /* ms */
};

static struct console {
	struct terminal terminal;
	struct session session;
	struct identity identity;
	struct dialog dialog;
	int signals;
	bool rescue, asked_to_end, had_session;
	unsigned long long tick_began, reopen_at, status_at, rescue_until;
	size_t tick_bytes;
} console;

static void open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP); /* the terminal's end is seen when it is read */
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	console.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void take_signals(void)
{
	struct signalfd_siginfo signal;

	while (read(console.signals, &signal, sizeof(signal)) == sizeof(signal))
		if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT)
			console.asked_to_end = true;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		; /* shells and helpers: who waits for their end has another way to see it */
}

/* ---- the line ---- */

static void greet(const char *reason)
{
	if (!console.rescue)
		return;
	terminal_print(&console.terminal, "\n  Holdfast %s, root %.16s: this node can't start\n  %.76s\n\n",
		       console.identity.version, console.identity.root, reason);
	terminal_print(&console.terminal, "It restarts in %d min.\n%s", RESCUE_TIME / 60000,
		       dialog_invitation(&console.dialog));
}

static void keep_terminal_open(void)
{
	static bool told;
	unsigned long long now = now_milliseconds();

	if (console.terminal.descriptor >= 0 || now < console.reopen_at)
		return;
	console.reopen_at = now + REOPEN_AFTER;
	if (terminal_open(&console.terminal) == 0) {
		told = false;
		return;
	}
	if (!told)
		log_error("%s; trying again", failure());
	told = true;
}

/* How many bytes may be read now. Beyond a tick's share a flood waits, and what nobody reads is thrown away. */
static size_t share(void)
{
	unsigned long long now = now_milliseconds();

	if (now - console.tick_began >= TICK) {
		console.tick_began = now;
		console.tick_bytes = 0;
	}
	size_t left = BYTES_A_TICK - console.tick_bytes;

	if (console.session.state == SESSION_OPEN && session_room(&console.session) < left)
		return session_room(&console.session);
	return left;
}

/* events are poll's. Where nothing may be read nothing is: a read of 0 bytes looks like the line's end. */
static void read_terminal(short events)
{
	char bytes[256];
	size_t size = share();
	ssize_t length = 0;

	if (size)
		length = terminal_read(&console.terminal, bytes, size < sizeof(bytes) ? size : sizeof(bytes));
	else if (events & (POLLHUP | POLLERR))
		terminal_close(&console.terminal);
	if (console.terminal.descriptor < 0) {
		dialog_hang_up(&console.dialog);
		return;
	}
	console.tick_bytes += (size_t)length;
	if (console.session.state == SESSION_OPEN)
		session_typed(&console.session, bytes, (size_t)length);
	else
		dialog_typed(&console.dialog, bytes, (size_t)length);
	if (console.tick_bytes >= BYTES_A_TICK && console.session.state != SESSION_OPEN)
		terminal_forget_input(&console.terminal);
}

/* ---- the turn ---- */

static void wait_for_something(void)
{
	struct terminal *terminal = &console.terminal;
	struct session *session = &console.session;
	bool open = session->state == SESSION_OPEN;
	short line = (short)((share() ? POLLIN : 0) | (terminal->length ? POLLOUT : 0));
	short shell = (short)((terminal_room(terminal) ? POLLIN : 0) | (session->input_length ? POLLOUT : 0));
	struct pollfd wait[] = {
		{ .fd = console.signals,                      .events = POLLIN },
		{ .fd = terminal->descriptor,                 .events = line   },
		{ .fd = open ? session->pidfd : -1,           .events = POLLIN },
		{ .fd = open && shell ? session->master : -1, .events = shell  },
	};
	unsigned patience = session_patience(session);

	if (!share())
		patience = TICK;
	poll(wait, sizeof(wait) / sizeof(wait[0]), (int)patience);
	if (wait[1].revents)
		read_terminal(wait[1].revents);
}

static void turn(void)
{
	unsigned long long now = now_milliseconds();
	bool had = console.session.state != SESSION_NONE;

	take_signals();
	keep_terminal_open();
	terminal_flush(&console.terminal);
	session_turn(&console.session, &console.terminal);
	if (console.session.state != SESSION_NONE)
		return;
	if (had) {
		console.had_session = true;
		terminal_print(&console.terminal, "%s", dialog_invitation(&console.dialog));
	}
	dialog_turn(&console.dialog);
	if (!console.rescue && !dialog_is_busy(&console.dialog) &&
	    now - console.status_at >= LOOK_AT_STATUS) {
		console.status_at = now;
		screen_turn(&console.terminal, dialog_invitation(&console.dialog));
	}
}

/* A rescue is over after one session, or when nobody came. */
static bool is_over(void)
{
	if (console.session.state != SESSION_NONE)
		return false;
	return console.asked_to_end ||
	       (console.rescue && (console.had_session || now_milliseconds() >= console.rescue_until));
}

static int check(const char *directory)
{
	const struct signers *signers = &console.dialog.signers;

	if (dialog_read_signers(&console.dialog, directory) < 0) {
		fprintf(stderr, "console: %s\n", failure());
		return 1;
	}
	if (signers->count == 0) {
		fprintf(stderr, "console: %s: nobody may get in\n", directory);
		return 1;
	}
	for (size_t i = 0; i < signers->count; i++) {
		char fingerprint[SSH_FINGERPRINT];

		ssh_key_fingerprint(&signers->list[i].key, fingerprint);
		printf("  break-glass: %s %s\n", signers->list[i].name, fingerprint);
	}
	printf("  break-glass: %u of %zu must sign\n", console.dialog.config.quorum, signers_names(signers));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--check") == 0)
		return check(argv[2]);
	console.rescue = argc == 3 && strcmp(argv[1], "--rescue") == 0;
	if (argc != 1 && !console.rescue) {
		fputs("usage: console [--rescue REASON | --check DIRECTORY]\n", stderr);
		return 2;
	}
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	open_signals();
	session_clean_up();
	trace_start();
	identity_read(&console.identity, console.rescue);
	snprintf(console.terminal.path, sizeof(console.terminal.path), "%s", console.identity.device);
	console.dialog.terminal = &console.terminal;
	console.dialog.session = &console.session;
	console.dialog.identity = &console.identity;
	console.dialog.rescue = console.rescue;
	dialog_start(&console.dialog);
	console.terminal.descriptor = -1;
	console.rescue_until = now_milliseconds() + RESCUE_TIME;
	if (console.rescue && !console.dialog.signers.count)
		return 1;
	keep_terminal_open();
	greet(console.rescue ? argv[2] : "");
	while (!is_over()) {
		wait_for_something();
		turn();
		if (console.asked_to_end)
			session_end(&console.session, &console.terminal, "the console is asked to end");
	}
	terminal_flush(&console.terminal);
	return 0;
}
