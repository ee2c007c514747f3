/* SPDX-License-Identifier: Apache-2.0 */
/* Process 1 of the node. In a process namespace of its own a container has another process 1, and sees none of this. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Seizing doesn't stop it; the end of this process lets it go. */
static int trace(const char *argument)
{
	(void)argument;
	return sees_process_1() ? result_of(ptrace(PTRACE_SEIZE, 1, NULL, NULL)) : UNSEEN;
}

/* An address where nothing is: the right to do it is looked at first. */
static int copy_memory(const char *write)
{
	char byte[1] = { 0 };
	struct iovec here = { byte, 1 }, there = { (void *)16, 1 };

	if (!sees_process_1())
		return UNSEEN;
	return result_of(write ? process_vm_writev(1, &here, 1, &there, 1, 0)
			       : process_vm_readv(1, &here, 1, &there, 1, 0));
}

static int open_file(const char *path)
{
	return sees_process_1() ? try_open(path, O_RDONLY) : UNSEEN;
}

static int open_memory(const char *path)
{
	return sees_process_1() ? try_open(path, O_RDWR) : UNSEEN;
}

static int list_folder(const char *path)
{
	return sees_process_1() ? try_list(path) : UNSEEN;
}

static int enter(const char *path)
{
	if (!sees_process_1())
		return UNSEEN;
	int namespace = open(path, O_RDONLY | O_CLOEXEC);

	if (namespace < 0)
		return -errno;
	int result = result_of(setns(namespace, 0));

	close(namespace);
	return result;
}

/* By a descriptor of the process: enters its mounts, or takes one of its own descriptors. */
static int use_pidfd(const char *what)
{
	if (!sees_process_1())
		return UNSEEN;
	int process = (int)syscall(SYS_pidfd_open, 1, 0);

	if (process < 0)
		return -errno;
	int result = result_of(strcmp(what, "mounts") == 0 ? setns(process, CLONE_NEWNS)
							   : syscall(SYS_pidfd_getfd, process, 0, 0));

	close(process);
	return result;
}

static int send_signal(const char *number)
{
	return sees_process_1() ? result_of(kill(1, atoi(number))) : UNSEEN;
}

/* Real-time signals are what asks other process 1s to restart or switch off. */
static int send_real_time_signal(const char *argument)
{
	(void)argument;
	return sees_process_1() ? result_of(kill(1, SIGRTMIN + 5)) : UNSEEN;
}

static int set_limit(const char *argument)
{
	struct rlimit limit;

	(void)argument;
	if (!sees_process_1())
		return UNSEEN;
	if (prlimit(1, RLIMIT_CORE, NULL, &limit) < 0)
		return -errno;
	return result_of(prlimit(1, RLIMIT_CORE, &limit, NULL));
}

static int set_priority(const char *argument)
{
	(void)argument;
	if (!sees_process_1())
		return UNSEEN;
	errno = 0;
	int priority = getpriority(PRIO_PROCESS, 1);

	return errno ? -errno : result_of(setpriority(PRIO_PROCESS, 1, priority));
}

static int set_processors(const char *argument)
{
	cpu_set_t processors;

	(void)argument;
	if (!sees_process_1())
		return UNSEEN;
	if (sched_getaffinity(1, sizeof(processors), &processors) < 0)
		return -errno;
	return result_of(sched_setaffinity(1, sizeof(processors), &processors));
}

static int write_back(const char *path)
{
	return sees_process_1() ? try_write_back(path) : UNSEEN;
}

const struct attempt process_1[] = {
	{ "init-ptrace", trace, NULL, "PTRACE_SEIZE" },
	{ "init-vm-read", copy_memory, NULL, "process_vm_readv" },
	{ "init-vm-write", copy_memory, "write", "process_vm_writev" },
	{ "init-mem", open_memory, "/proc/1/mem", "its memory" },
	{ "init-maps", open_file, "/proc/1/maps", "its memory's layout" },
	{ "init-environ", open_file, "/proc/1/environ", "" },
	{ "init-exe", open_file, "/proc/1/exe", "its program" },
	{ "init-root", list_folder, "/proc/1/root/", "its root" },
	{ "init-cwd", list_folder, "/proc/1/cwd/", "" },
	{ "init-fd", list_folder, "/proc/1/fd", "its descriptors" },
	{ "init-stack", open_file, "/proc/1/stack", "" },
	{ "init-setns-mnt", enter, "/proc/1/ns/mnt", "setns" },
	{ "init-setns-net", enter, "/proc/1/ns/net", "" },
	{ "init-setns-uts", enter, "/proc/1/ns/uts", "" },
	{ "init-setns-cg", enter, "/proc/1/ns/cgroup", "" },
	{ "init-pidfd-ns", use_pidfd, "mounts", "setns by a descriptor of the process" },
	{ "init-pidfd-fd", use_pidfd, "descriptor", "pidfd_getfd" },
	{ "init-signal-0", send_signal, "0", "whether it may be signalled" },
	{ "init-sigcont", send_signal, "18", "a signal that it doesn't mind" },
	{ "init-sigkill", send_signal, "9", "which the kernel keeps from process 1" },
	{ "init-sigrt", send_real_time_signal, NULL, "a signal that it doesn't know" },
	{ "init-prlimit", set_limit, NULL, "its limits" },
	{ "init-priority", set_priority, NULL, "" },
	{ "init-affinity", set_processors, NULL, "" },
	{ "init-oom", write_back, "/proc/1/oom_score_adj", "" },
	{ "init-attr", write_back, "/proc/1/attr/current", "its SELinux context" },
	{ "init-sched", write_back, "/proc/1/autogroup", "" },
	{ "init-timens", write_back, "/proc/1/timens_offsets", "" },
	{ 0 },
};
