/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs all attempts and prints a line "NAME RESULT" for each, "# TABLE" before each table, and "# end".
 *
 *   attack LEVEL
 *
 * As LEVEL "twin" it leaves out what would be felt if it succeeded: then it runs where it may succeed. As LEVEL "session" it is
 * run by hand in a break-glass session: at once, only the attempts, and those on what would outlive the boot.
 *
 * It calls itself LEVEL and waits for SIGUSR1 first: the test says when, so that records in the kernel's log can be
 * told apart, and no pod is in another's way.
 */
#include "attack.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct attempt *const tables[] = {
	files,        settings, disks,     mapper,  process_1, services, node_sockets, namespaces,
	kernel_doors, lockdown, terminals, selinux, devices,   cgroups,  node_files,   time_and_power,
};

static const struct attempt *const session_tables[] = {
	outlive,      settings, disks,   mapper,  process_1,  namespaces,
	kernel_doors, lockdown, devices, cgroups, node_files, time_and_power,
};

/* After this many seconds an attempt hangs. None takes one. */
enum { DEADLINE = 60 };

static const char *const error_names[] = {
#define NAME(error) [error] = #error
	NAME(EPERM),
	NAME(ENOENT),
	NAME(ESRCH),
	NAME(EINTR),
	NAME(EIO),
	NAME(ENXIO),
	NAME(E2BIG),
	NAME(ENOEXEC),
	NAME(EBADF),
	NAME(ECHILD),
	NAME(EAGAIN),
	NAME(ENOMEM),
	NAME(EACCES),
	NAME(EFAULT),
	NAME(ENOTBLK),
	NAME(EBUSY),
	NAME(EEXIST),
	NAME(EXDEV),
	NAME(ENODEV),
	NAME(ENOTDIR),
	NAME(EISDIR),
	NAME(EINVAL),
	NAME(ENFILE),
	NAME(EMFILE),
	NAME(ENOTTY),
	NAME(ETXTBSY),
	NAME(EFBIG),
	NAME(ENOSPC),
	NAME(ESPIPE),
	NAME(EROFS),
	NAME(EMLINK),
	NAME(EPIPE),
	NAME(EDOM),
	NAME(ERANGE),
	NAME(EDEADLK),
	NAME(ENAMETOOLONG),
	NAME(ENOSYS),
	NAME(ENOTEMPTY),
	NAME(ELOOP),
	NAME(ENODATA),
	NAME(EPROTO),
	NAME(EBADMSG),
	NAME(EOVERFLOW),
	NAME(ENOTSOCK),
	NAME(EDESTADDRREQ),
	NAME(EMSGSIZE),
	NAME(EPROTOTYPE),
	NAME(EOPNOTSUPP),
	NAME(EPROTONOSUPPORT),
	NAME(ESOCKTNOSUPPORT),
	NAME(EPFNOSUPPORT),
	NAME(EAFNOSUPPORT),
	NAME(EADDRINUSE),
	NAME(EADDRNOTAVAIL),
	NAME(ENETDOWN),
	NAME(ENETUNREACH),
	NAME(ECONNRESET),
	NAME(ENOTCONN),
	NAME(ETIMEDOUT),
	NAME(ECONNREFUSED),
	NAME(EHOSTUNREACH),
	NAME(EALREADY),
	NAME(EINPROGRESS),
	NAME(EUCLEAN),
	NAME(EDQUOT),
	NAME(ENOKEY),
	NAME(EKEYEXPIRED),
	NAME(EKEYREJECTED),
	NAME(EUSERS),
	NAME(ENOMSG),
#undef NAME
};

/* Where the process that tries leaves what came of it. */
static int *outcome;

static void print_outcome(const char *name, int status)
{
	size_t error = *outcome < 0 ? (size_t)-*outcome : 0;

	if (WIFSIGNALED(status))
		printf("%s signal-%d\n", name, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		printf("%s ok\n", name); /* it went on as another program */
	else if (*outcome == UNSEEN)
		printf("%s unseen\n", name);
	else if (error == 0)
		printf("%s ok\n", name);
	else if (error < sizeof(error_names) / sizeof(error_names[0]) && error_names[error])
		printf("%s %s\n", name, error_names[error]);
	else
		printf("%s error-%zu\n", name, error);
}

void run(const struct attempt *row)
{
	int status = 0;

	*outcome = -ECANCELED;
	fflush(stdout);
	pid_t pid = fork();

	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (pid == 0) {
		alarm(DEADLINE);
		prctl(PR_SET_NAME, row->name);
		*outcome = row->attempt(row->argument);
		remove_device_node();
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	print_outcome(row->name, status);
}

static void run_table(const struct attempt *table)
{
	for (const struct attempt *row = table; row->name; row++)
		run(row);
}

static void run_tables(const struct attempt *const *list, size_t count)
{
	puts("# attempts");
	for (size_t i = 0; i < count; i++)
		run_table(list[i]);
}

static void wait_for_start(const char *level)
{
	sigset_t start;
	int signal;

	sigemptyset(&start);
	sigaddset(&start, SIGUSR1);
	sigprocmask(SIG_BLOCK, &start, NULL);
	prctl(PR_SET_NAME, level);
	sigwait(&start, &signal);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: attack LEVEL\n", stderr);
		return 2;
	}
	bool in_session = strcmp(argv[1], "session") == 0;

	if (!in_session)
		wait_for_start(argv[1]);
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (outcome == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	mkdir(MOUNT_POINT, 0755);
	if (in_session) {
		run_tables(session_tables, sizeof(session_tables) / sizeof(session_tables[0]));
		puts("# end");
		return 0;
	}
	run_tables(tables, sizeof(tables) / sizeof(tables[0]));
	puts("# sockets");
	run_sockets();
	puts("# file-systems");
	run_file_systems();
	puts("# line-disciplines");
	run_line_disciplines();
	puts("# system-calls");
	run_system_calls();
	if (strcmp(argv[1], "twin") != 0) {
		puts("# attempts");
		run_table(last);
	}
	puts("# end");
	return 0;
}
