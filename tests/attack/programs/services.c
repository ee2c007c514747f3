/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime and the agent: their processes and programs. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Arguments are "PROCESS FILE". */
static const char *file_of(const char *argument)
{
	char process[16], file[64];

	sscanf(argument, "%15s %63s", process, file);
	return process_file(process, file);
}

static int read_file(const char *argument)
{
	const char *path = file_of(argument);

	return path ? try_open(path, O_RDONLY) : UNSEEN;
}

static int write_file(const char *argument)
{
	const char *path = file_of(argument);

	return path ? try_open(path, O_RDWR) : UNSEEN;
}

static int list_folder(const char *argument)
{
	const char *path = file_of(argument);

	return path ? try_list(path) : UNSEEN;
}

static int trace(const char *process)
{
	pid_t pid = host_process(process);

	return pid ? result_of(ptrace(PTRACE_SEIZE, pid, NULL, NULL)) : UNSEEN;
}

static int ask_signal(const char *process)
{
	pid_t pid = host_process(process);

	return pid ? result_of(kill(pid, 0)) : UNSEEN;
}

static int continue_it(const char *process)
{
	pid_t pid = host_process(process);

	return pid ? result_of(kill(pid, SIGCONT)) : UNSEEN;
}

static int take_descriptor(const char *process)
{
	pid_t pid = host_process(process);
	int descriptor = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	if (!pid)
		return UNSEEN;
	if (descriptor < 0)
		return -errno;
	int result = result_of(syscall(SYS_pidfd_getfd, descriptor, 3, 0));

	close(descriptor);
	return result;
}

/* The runtime's program runs in the container for a moment: it must not be writable through /proc/self/exe. */
static int write_own_program(const char *path)
{
	return try_open(path, O_WRONLY);
}

static int write_program(const char *path)
{
	return try_open(host_path(path), O_WRONLY);
}

const struct attempt services[] = {
	{ "runtime-exe", write_file, "runtime exe", "its program, to write" },
	{ "runtime-mem", write_file, "runtime mem", "its memory" },
	{ "runtime-maps", read_file, "runtime maps", "" },
	{ "runtime-environ", read_file, "runtime environ", "" },
	{ "runtime-root", list_folder, "runtime root/", "its root" },
	{ "runtime-fd", list_folder, "runtime fd", "" },
	{ "runtime-ptrace", trace, "runtime", "" },
	{ "runtime-signal0", ask_signal, "runtime", "" },
	{ "runtime-sigcont", continue_it, "runtime", "" },
	{ "runtime-getfd", take_descriptor, "runtime", "pidfd_getfd" },
	{ "agent-exe", write_file, "agent exe", "" },
	{ "agent-mem", write_file, "agent mem", "" },
	{ "agent-environ", read_file, "agent environ", "" },
	{ "agent-root", list_folder, "agent root/", "" },
	{ "agent-fd", list_folder, "agent fd", "" },
	{ "agent-ptrace", trace, "agent", "" },
	{ "agent-signal0", ask_signal, "agent", "" },
	{ "agent-sigcont", continue_it, "agent", "" },
	{ "agent-getfd", take_descriptor, "agent", "pidfd_getfd" },
	{ "pod-ptrace", trace, "other-pod", "a process of another pod" },
	{ "pod-signal0", ask_signal, "other-pod", "" },
	{ "pod-sigcont", continue_it, "other-pod", "" },
	{ "own-exe", write_own_program, "/proc/self/exe", "a program that runs" },
	{ "runtime-program", write_program, "/usr/bin/containerd", "the file on the root" },
	{ "crun-program", write_program, "/usr/bin/crun", "" },
	{ "shim-program", write_program, "/usr/bin/containerd-shim-runc-v2", "" },
	{ 0 },
};

static int kill_it(const char *process)
{
	pid_t pid = host_process(process);

	return pid ? result_of(kill(pid, SIGKILL)) : UNSEEN;
}

int attack_take(const char *process);

/* What would be felt if it succeeded. */
const struct attempt last[] = {
	{ "pod-sigkill", kill_it, "other-pod", "end another pod" },
	{ "agent-sigkill", kill_it, "agent", "end the agent" },
	{ "cg-take-agent", attack_take, "agent", "the agent into a group of one's own" },
	{ "cg-take-runtime", attack_take, "runtime", "" },
	{ "cg-take-init", attack_take, "init", "" },
	{ "runtime-sigkill", kill_it, "runtime", "end the runtime" },
	{ 0 },
};
