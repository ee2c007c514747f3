/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "../cgroup.h"
#include "../child.h"
#include "../clock.h"
#include "../error.h"
#include "../file.h"
#include "../service_config.h"
#include "../text.h"
#include "admission.h"
#include "audit.h"
#include "confine.h"
#include "protocol.h"
#include "trace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static char cgroup_path[64]; /* of the last session */

enum {
	KILL_PATIENCE = 5000,  /* ms: what is stuck in the kernel goes when it can; the console goes on */
	LOOK_AGAIN = 50,       /* ms: nobody tells when a cgroup has become empty */
	END_AFTER_CLOSE = 200, /* ms */
};

/* ---- the shell's side ---- */

/* The line discipline edits lines, and the shell doesn't: so typed.c knows what it reads. */
static void set_line_mode(int slave)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	tcsetattr(slave, TCSANOW, &typed_mode);
	ioctl(slave, TIOCSWINSZ, &size);
}

[[noreturn]] static void become_shell(int slave)
{
	static char shell[] = "/usr/bin/sh", name[] = "sh";
	static char path[] = "PATH=/usr/bin:/usr/sbin", home[] = "HOME=/tmp", term[] = "TERM=vt100";
	static char prompt[] = "PS1=" PROTOCOL_SHELL;
	static char *const arguments[] = { name, NULL };
	static char *const environment[] = { path, home, term, prompt, NULL };

	child_reset_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	for (int number = STDIN_FILENO; number <= STDERR_FILENO; number++)
		dup2(slave, number);
	syscall(SYS_close_range, 3, ~0U, 0);
	if (ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0) {
		dprintf(STDERR_FILENO, "no terminal for the session: %s\n", strerror(errno));
		_exit(126);
	}
	set_line_mode(STDIN_FILENO);
	if (audit_join() < 0)
		dprintf(STDERR_FILENO, "%s: audit does not tell what is executed\n", failure());
	if (file_write("/proc/self/oom_score_adj", "0") < 0) /* the console's own is low */
		dprintf(STDERR_FILENO, "%s\n", failure());
	if (chdir("/tmp") < 0 && chdir("/") < 0)
		_exit(126);
	if (confine() < 0) {
		dprintf(STDERR_FILENO, "no session: %s\n", failure());
		_exit(126);
	}
	execve(shell, arguments, environment);
	dprintf(STDERR_FILENO, "no session: execute %s: %s\n", shell, strerror(errno));
	_exit(127);
}

/* ---- opening ---- */

static int open_terminals(int *master, int *slave)
{
	*master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	int locked = 0;

	if (*master < 0 || ioctl(*master, TIOCSPTLCK, &locked) < 0 ||
	    (*slave = ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
		int result = fail(errno, "open a pseudo-terminal");

		if (*master >= 0)
			close(*master);
		return result;
	}
	return 0;
}

/*
 * A new cgroup for each session: from Linux 6.12 on, who is started into one
 * that was killed once dies at once (kill_seq of kernel/cgroup/cgroup.c). One
 * that can't be removed holds what hangs in the kernel, and stays.
 */
static int make_cgroup(void)
{
	enum { CGROUPS_MAX = 16 };
	struct service_config limits = {
		.memory_max = 64 << 20,
		.cpu_weight = 100,
		.pids_max = 64,
	};

	for (unsigned number = 1; number <= CGROUPS_MAX; number++) {
		snprintf(limits.cgroup, sizeof(limits.cgroup), "session-%u", number);
		snprintf(cgroup_path, sizeof(cgroup_path), CGROUP_SYSTEM "/%s", limits.cgroup);
		if (rmdir(cgroup_path) == 0 || errno == ENOENT)
			return cgroup_of_service(&limits);
		cgroup_signal(cgroup_path, SIGKILL);
	}
	return fail(EBUSY, "make a cgroup for the session");
}

static int start_shell(struct session *session, int slave)
{
	int cgroup = make_cgroup();

	if (cgroup < 0)
		return cgroup;

	struct clone_args arguments = {
		.flags = CLONE_PIDFD | CLONE_INTO_CGROUP,
		.pidfd = (uintptr_t)&session->pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (unsigned)cgroup,
	};
	long result = syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (result == 0)
		become_shell(slave);
	int error = errno;
	close(cgroup);
	return result < 0 ? fail(error, "start a process for the session") : 0;
}

static int start(struct session *session)
{
	int slave = -1, result = open_terminals(&session->master, &slave);

	if (result < 0)
		return result;
	result = start_shell(session, slave);
	close(slave);
	if (result < 0)
		close(session->master);
	return result;
}

/* "who=alice key=SHA256:… who=bob key=SHA256:…": for the record. */
static void name_people(const struct admission *admission, char *into, size_t size)
{
	struct text text = text_in(into, size);

	for (unsigned i = 0; i < admission->signed_count; i++) {
		char fingerprint[SSH_FINGERPRINT];

		ssh_key_fingerprint(&admission->signed_by[i]->key, fingerprint);
		text_add(&text, "%swho=%s key=%s", i ? " " : "", admission->signed_by[i]->name, fingerprint);
	}
}

/*
 * The only way to a shell. It looks for itself whether enough people have signed, and the traces come first: who
 * can't be recorded in the kernel's log is not let in either.
 */
int session_open(struct session *session, const struct admission *admission,
		 const struct admission_answer *answer, const char *image, char report[SESSION_REPORT])
{
	char people[1200];

	if (answer->verdict != ADMISSION_OPEN || admission->quorum < 1 ||
	    admission->signed_count < admission->quorum)
		return fail(0, "not enough people have signed");
	if (session->state != SESSION_NONE)
		return fail(0, "a session is open already");
	name_people(admission, people, sizeof(people));

	int result = trace_enter(people, image, report, SESSION_REPORT);

	if (result < 0)
		return result;
	result = start(session);
	if (result < 0) {
		trace_leave(failure());
		return result;
	}
	session->state = SESSION_OPEN;
	session->began = session->last_input = now_milliseconds();
	session->input_length = 0;
	session->typed.length = 0;
	return 0;
}

/* ---- while it is open ---- */

size_t session_room(const struct session *session)
{
	return session->state == SESSION_OPEN ? sizeof(session->input) - session->input_length : 0;
}

/* Whether the shell, or what it runs, reads lines. */
static bool reads_lines(const struct session *session)
{
	struct termios mode;

	return tcgetattr(session->master, &mode) < 0 || (mode.c_lflag & ICANON);
}

static void record_typed(struct session *session, const char *bytes, size_t length)
{
	bool canonical = reads_lines(session);
	char line[TYPED_RECORD];

	for (size_t i = 0; i < length; i++)
		if (typed_add(&session->typed, bytes[i], canonical, line))
			trace_typed(line);
}

size_t session_typed(struct session *session, const char *bytes, size_t length)
{
	if (length > session_room(session))
		length = session_room(session);
	for (size_t i = 0; i < length; i++)
		session->input[session->input_length + i] = bytes[i] == '\b' ? 127 : bytes[i];
	record_typed(session, session->input + session->input_length, length);
	session->input_length += length;
	if (length)
		session->last_input = now_milliseconds();
	return length;
}

/* From the line to the session. */
static void carry_input(struct session *session)
{
	ssize_t taken =
		session->input_length ? write(session->master, session->input, session->input_length) : 0;

	if (taken <= 0)
		return;
	session->input_length -= (size_t)taken;
	memmove(session->input, session->input + taken, session->input_length);
}

/*
 * From the session to the line: no more than the line takes, so a session
 * that shouts waits. Whether there may be more; -EIO if nobody has the session's terminal open any more.
 */
static int carry_output(struct session *session, struct terminal *terminal)
{
	char bytes[1024];
	size_t room = terminal_room(terminal);

	if (room == 0)
		return 0;
	ssize_t length = read(session->master, bytes, room < sizeof(bytes) ? room : sizeof(bytes));

	if (length < 0)
		return errno == EIO ? -EIO : 0;
	terminal_write(terminal, bytes, (size_t)length);
	return length > 0;
}

/* A shell that exits closes its terminal a moment before it has ended: who saw the one may wait for the other. */
static bool shell_has_ended(const struct session *session, bool is_closed)
{
	struct pollfd ended = { .fd = session->pidfd, .events = POLLIN };

	return poll(&ended, 1, is_closed ? END_AFTER_CLOSE : 0) > 0;
}

static const char *reason_to_end(const struct session *session, bool is_closed)
{
	unsigned long long now = now_milliseconds();

	if (shell_has_ended(session, is_closed))
		return "the shell was left";
	if (now - session->last_input >= session->limits.idle)
		return "nothing was typed for too long";
	if (now - session->began >= session->limits.whole)
		return "it may not last longer";
	return NULL;
}

void session_end(struct session *session, struct terminal *terminal, const char *why)
{
	char line[TYPED_RECORD];

	if (session->state != SESSION_OPEN)
		return;
	cgroup_signal(cgroup_path, SIGKILL);
	while (carry_output(session, terminal) > 0)
		; /* the last words, as far as there is room for them */
	if (typed_end(&session->typed, line))
		trace_typed(line);
	close(session->master);
	close(session->pidfd);
	session->state = SESSION_ENDING;
	session->ending_since = now_milliseconds();
	trace_leave(why);
	terminal_print(terminal, "\n" PROTOCOL_CLOSED "%s\n", why);
}

static void look_whether_gone(struct session *session)
{
	if (cgroup_is_populated(cgroup_path)) {
		if (now_milliseconds() - session->ending_since < KILL_PATIENCE)
			return;
		trace_say("something of the session can't be killed now: it hangs in the kernel");
	}
	session->state = SESSION_NONE;
}

void session_turn(struct session *session, struct terminal *terminal)
{
	/* Looked at in each turn: a carrier that went before there was a session, or that there never was, ends none. */
	bool lost_carrier = terminal_lost_carrier(terminal);

	if (session->state == SESSION_OPEN) {
		carry_input(session);

		bool closed = carry_output(session, terminal) == -EIO;
		const char *why = reason_to_end(session, closed);

		if (!why && closed)
			why = "its terminal was closed";
		else if (!why && terminal->descriptor < 0)
			why = "the line hung up";
		else if (!why && lost_carrier)
			why = "the line lost its carrier";
		if (why)
			session_end(session, terminal, why);
	}
	if (session->state == SESSION_ENDING)
		look_whether_gone(session);
}

unsigned session_patience(const struct session *session)
{
	enum { LOOK_AT_LIMITS = 1000 };

	return session->state == SESSION_ENDING ? LOOK_AGAIN : LOOK_AT_LIMITS;
}

void session_clean_up(void)
{
	DIR *list = opendir(CGROUP_SYSTEM);

	if (!list)
		return;
	for (struct dirent *entry; (entry = readdir(list));) {
		if (strncmp(entry->d_name, "session-", strlen("session-")) != 0)
			continue;
		snprintf(cgroup_path, sizeof(cgroup_path), CGROUP_SYSTEM "/%.20s", entry->d_name);
		cgroup_signal(cgroup_path, SIGKILL);
	}
	closedir(list);
}
