/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups of the node: leaving one's own, and harming others'. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOP "/sys/fs/cgroup"

static int make_group(const char *path)
{
	int result = result_of(mkdir(path, 0755));

	if (result == 0)
		rmdir(path);
	return result;
}

/* It isn't empty, so it stays: EBUSY says that it was only that. */
static int remove_group(const char *path)
{
	return result_of(rmdir(path));
}

/* The file of the container's own group, in a static buffer; as it is named where groups of others are seen, too. */
static const char *own_group(const char *file)
{
	static char path[PATH_MAX];
	char line[PATH_MAX - 64] = "";
	FILE *group = fopen("/proc/self/cgroup", "re");

	if (group) {
		if (!fgets(line, sizeof(line), group))
			line[0] = '\0';
		fclose(group);
	}
	line[strcspn(line, "\n")] = '\0';
	/* "0::/PATH" */
	snprintf(path, sizeof(path), TOP "%s/%s", strlen(line) > 3 ? line + 3 : "", file);
	return path;
}

/* Into a group beside the container's or into its own, where they could be frozen or killed. */
int attack_take(const char *process);
int attack_take(const char *process)
{
	char number[16];
	pid_t pid = strcmp(process, "init") == 0 ? (sees_process_1() ? 1 : 0) : host_process(process);

	if (pid == 0)
		return UNSEEN;
	snprintf(number, sizeof(number), "%d", (int)pid);
	if (mkdir(TOP "/attack", 0755) < 0 && errno != EEXIST)
		return try_write(own_group("cgroup.procs"), number);
	int result = try_write(TOP "/attack/cgroup.procs", number);

	rmdir(TOP "/attack");
	return result;
}

static int leave(const char *argument)
{
	(void)argument;
	if (mkdir(TOP "/attack", 0755) < 0)
		return -errno;
	int result = try_write(TOP "/attack/cgroup.procs", "0");

	/* It goes with this process. */
	return result;
}

const struct attempt cgroups[] = {
	{ "cg-top-procs", try_nonsense, TOP "/cgroup.procs", "into the root of all groups" },
	{ "cg-agent-procs", try_nonsense, TOP "/system/agent/cgroup.procs", "into the agent's" },
	{ "cg-init-procs", try_nonsense, TOP "/init/cgroup.procs", "" },
	{ "cg-runtime-kill", try_nonsense, TOP "/system/runtime/cgroup.kill", "kill all of the runtime's" },
	{ "cg-agent-kill", try_nonsense, TOP "/system/agent/cgroup.kill", "" },
	{ "cg-agent-freeze", try_nonsense, TOP "/system/agent/cgroup.freeze", "" },
	{ "cg-agent-memory", try_nonsense, TOP "/system/agent/memory.max", "" },
	{ "cg-pods-memory", try_nonsense, TOP "/kubepods/memory.max", "the limit of all pods" },
	{ "cg-controllers", try_nonsense, TOP "/cgroup.subtree_control", "" },
	{ "cg-make", make_group, TOP "/attack", "a group beside the node's" },
	{ "cg-remove", remove_group, TOP "/kubepods", "" },
	{ "cg-leave", leave, NULL, "this process into a group without limits" },
	{ "cg-own-limit", try_nonsense, TOP "/memory.max", "the container's own limit" },
	{ "cg-bpf-folder", try_make_file, "/sys/fs/bpf", "pinned BPF programs" },
	{ 0 },
};
