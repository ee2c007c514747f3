/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include "clock.h"
#include "error.h"
#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Signals get their default again in a child: process 1 blocks them all. And
 * a fault of the child is no fault of process 1, whose handler would reboot.
 */
void child_reset_signals(void)
{
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL); /* fails for SIGKILL and SIGSTOP, which have no other */
	child_unblock_signals();
}

void child_unblock_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Standard input is process 1's own: /dev/null. */
void child_print_to_kernel_log(void)
{
	int kmsg = open("/dev/kmsg", O_WRONLY | O_APPEND | O_CLOEXEC);

	dup2(kmsg, STDOUT_FILENO);
	dup2(kmsg, STDERR_FILENO);
	close(kmsg);
}

/* Waits for the child, feeding the watchdog; kills it at the deadline. */
static int wait_for(pid_t pid, int pidfd, const char *name, unsigned deadline_milliseconds)
{
	unsigned long long deadline = now_milliseconds() + deadline_milliseconds;
	bool killed = false;
	int status;

	for (;;) {
		struct pollfd ended = { .fd = pidfd, .events = POLLIN };
		unsigned long long now = now_milliseconds();

		if (now >= deadline && !killed) {
			/* It is ours and not yet waited for: the number is still its own. */
			kill(pid, SIGKILL);
			killed = true;
			/* In the kernel it may be beyond signals: then we go on without it. */
			deadline = now + 5000;
		} else if (now >= deadline) {
			return fail(ETIMEDOUT, "%s does not even end when killed", name);
		}
		unsigned long long wait = deadline - now;
		poll(&ended, 1, wait < WATCHDOG_FEED_EVERY ? (int)wait : WATCHDOG_FEED_EVERY);
		watchdog_feed();
		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
	}
	if (killed)
		return fail(ETIMEDOUT, "%s killed after %u ms", name, deadline_milliseconds);
	if (WIFSIGNALED(status)) {
		fail(0, "%s ended by signal %d", name, WTERMSIG(status));
		return -EINTR;
	}
	return WEXITSTATUS(status);
}

static int in_child(const char *name, int (*work)(void *argument), void *argument,
		    unsigned deadline_milliseconds)
{
	pid_t pid = fork();

	if (pid < 0)
		return fail(errno, "start %s", name);
	if (pid == 0) {
		child_reset_signals();
		_exit(work(argument));
	}

	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int result = wait_for(pid, pidfd, name, deadline_milliseconds);

	if (pidfd >= 0)
		close(pidfd);
	return result;
}

int child_call(int (*work)(void *argument), void *argument, unsigned deadline_milliseconds)
{
	return in_child("a child of process 1", work, argument, deadline_milliseconds);
}

/* execve() takes words that are not const, though it doesn't change them. */
union program {
	const char *const *given;
	char *const *taken;
};

static int execute(void *argument)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin", *const environment[] = { path, NULL };
	const union program *program = argument;

	child_print_to_kernel_log();
	execve(program->given[0], program->taken, environment);
	return 127;
}

int child_run(const char *const argv[], unsigned deadline_milliseconds)
{
	if (access(argv[0], X_OK) < 0)
		return fail(errno, "execute %s", argv[0]);

	union program program = { .given = argv };
	return in_child(argv[0], execute, &program, deadline_milliseconds);
}
