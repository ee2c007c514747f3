/* SPDX-License-Identifier: Apache-2.0 */
#include "launch.h"

#include "cgroup.h"
#include "child.h"
#include "error.h"
#include "file.h"
#include "label.h"
#include "notify.h"
#include "service_config.h"
#include "service_log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Standard input is /dev/null already: process 1's own. So is the output where no log can be made. */
static void open_output(const struct service_config *config)
{
	int output = service_log_open(config->name);

	if (output < 0)
		return;
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
}

static int set_limits(const struct service_config *config)
{
	/* A program that can deal with more raises it itself, as Go does; select(2) breaks above 1024. */
	rlim_t soft = config->open_files < 1024 ? config->open_files : 1024;
	struct rlimit files = { soft, config->open_files };
	char score[8];

	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		return fail(errno, "set the limit of open files to %u", config->open_files);
	snprintf(score, sizeof(score), "%d", config->oom_score_adjust);
	return file_write("/proc/self/oom_score_adj", score);
}

/*
 * What leaves the bounding set can't come back: at exec, root gets the
 * permitted set from it (capabilities(7)). A capability that this kernel
 * doesn't know (EINVAL) needs no dropping, nor do those after it.
 */
static int confine(const struct service_config *config)
{
	for (int number = 0; number < 64; number++) {
		if (config->capabilities & (uint64_t)1 << number)
			continue;
		if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0) {
			if (errno == EINVAL)
				break;
			return fail(errno, "drop capability %d", number);
		}
	}
	if (config->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(errno, "set no_new_privs");
	return 0;
}

/* Without a domain it would stay in that of process 1, which may execute no service's program. */
static int enter_domain(const struct service_config *config)
{
	return config->domain[0] ? label_next_program(config->domain) : 0;
}

/* Does not return, unless the program can't be executed: the file's environment, and ours of sd_notify(3). */
static void execute(const struct service_config *config)
{
	static char socket[] = "NOTIFY_SOCKET=" NOTIFY_SOCKET;
	char watchdog[40], *environment[SERVICE_WORDS_MAX + 2];
	size_t count = 0;

	for (; config->environment[count]; count++)
		environment[count] = config->environment[count];
	if (config->ready == READY_NOTIFY)
		environment[count++] = socket;
	if (config->watchdog) {
		snprintf(watchdog, sizeof(watchdog), "WATCHDOG_USEC=%llu", config->watchdog * 1000ULL);
		environment[count++] = watchdog;
	}
	environment[count] = NULL;
	execve(config->argv[0], config->argv, environment);
	fail(errno, "execute %s", config->argv[0]);
}

[[noreturn]] static void become(const struct service_config *config)
{
	child_unblock_signals();
	setsid();
	umask(0022);
	open_output(config);
	if (set_limits(config) == 0 && confine(config) == 0 && enter_domain(config) == 0)
		execute(config);
	dprintf(STDERR_FILENO, "%s\n", failure());
	_exit(127);
}

int launch(const struct service_config *config, bool until_exec, pid_t *pid, int *pidfd)
{
	int cgroup = cgroup_of_service(config);

	if (cgroup < 0)
		return cgroup;

	struct clone_args arguments = {
		.flags = CLONE_PIDFD | CLONE_INTO_CGROUP | CLONE_CLEAR_SIGHAND |
			 (until_exec ? CLONE_VFORK : 0U),
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (unsigned)cgroup,
	};
	long result = syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (result == 0)
		become(config);
	int error = errno;
	close(cgroup);
	if (result < 0)
		return fail(error, "start a process for %s", config->name);
	*pid = (pid_t)result;
	return 0;
}
