/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup.h"

#include "error.h"
#include "file.h"
#include "node.h"
#include "service_config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* memory-low of a service protects it only within this. As the kubelet reserves for the system (kubelet.yaml). */
#define SYSTEM_MEMORY_LOW "160M"

/* Enables for the children of path every controller that path has: the kubelet wants them all, from the top. */
static int delegate_controllers(const char *path)
{
	char file[128], controllers[256], all[2 * sizeof(controllers)], *end = all;

	snprintf(file, sizeof(file), "%s/cgroup.controllers", path);
	ssize_t length = file_read_line(file, controllers, sizeof(controllers));
	if (length < 0)
		return (int)length;

	for (const char *c = controllers, *name = c; *c; c++) { /* "cpu io" becomes "+cpu +io" */
		if (c == name)
			*end++ = '+';
		if (*c == ' ')
			name = c + 1;
		*end++ = *c;
	}
	*end = '\0';
	snprintf(file, sizeof(file), "%s/cgroup.subtree_control", path);
	return file_write(file, all); /* in one: each write walks the whole tree */
}

int step_cgroups(struct node *node)
{
	int result;

	(void)node;
	/* Process 1 leaves the root first: a cgroup with processes of its own can't have controllers below. */
	if ((result = make_directory(CGROUP_ROOT "/init", 0755)) < 0 ||
	    (result = file_write(CGROUP_ROOT "/init/cgroup.procs", "0")) < 0 ||
	    (result = delegate_controllers(CGROUP_ROOT)) < 0 ||
	    (result = make_directory(CGROUP_SYSTEM, 0755)) < 0 ||
	    (result = delegate_controllers(CGROUP_SYSTEM)) < 0)
		return result;
	return file_write(CGROUP_SYSTEM "/memory.low", SYSTEM_MEMORY_LOW);
}

/* Writes a limit, if there is one. */
static int set_limit(const char *path, const char *file, unsigned long long value)
{
	char name[160], text[24];

	if (!value)
		return 0;
	snprintf(name, sizeof(name), "%s/%s", path, file);
	snprintf(text, sizeof(text), "%llu", value);
	return file_write(name, text);
}

int cgroup_of_service(const struct service_config *config)
{
	char path[96];
	int result;

	snprintf(path, sizeof(path), CGROUP_SYSTEM "/%s", config->cgroup);
	if ((result = make_directory(path, 0755)) < 0 ||
	    (result = set_limit(path, "memory.max", config->memory_max)) < 0 ||
	    (result = set_limit(path, "memory.low", config->memory_low)) < 0 ||
	    (result = set_limit(path, "cpu.weight", config->cpu_weight)) < 0 ||
	    (result = set_limit(path, "pids.max", config->pids_max)) < 0)
		return result;

	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0 ? fail(errno, "open %s", path) : directory;
}

/* Signals the processes that stand in one cgroup.procs file. */
static void signal_processes(const char *path, int number)
{
	char file[4096], text[8192];

	if ((size_t)snprintf(file, sizeof(file), "%s/cgroup.procs", path) >= sizeof(file))
		return;

	int procs = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t length = procs < 0 ? -1 : read(procs, text, sizeof(text) - 1);
	if (procs >= 0)
		close(procs);
	if (length <= 0)
		return;
	text[length] = '\0';
	for (char *rest, *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		pid_t pid = (pid_t)strtol(line, NULL, 10);

		if (pid > 1) /* 0 would be our own process group */
			kill(pid, number);
	}
}

/* Depth first through the cgroups below path; their depth is that of pods: kubepods, class, pod, container. */
static void signal_below(const char *path, int number, int depth)
{
	DIR *directory = depth < 8 ? opendir(path) : NULL;

	if (!directory)
		return;
	for (struct dirent *entry; (entry = readdir(directory));) {
		char below[4096];

		if (entry->d_type == DT_DIR && entry->d_name[0] != '.' &&
		    (size_t)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) < sizeof(below))
			signal_below(below, number, depth + 1);
	}
	closedir(directory);
	signal_processes(path, number);
}

void cgroup_signal(const char *path, int number)
{
	char file[160];

	if (number != SIGKILL) {
		signal_below(path, number, 0);
		return;
	}
	/* Walking and killing loses a race against fork; cgroup.kill doesn't. */
	snprintf(file, sizeof(file), "%s/cgroup.kill", path);
	file_write(file, "1");
}

bool cgroup_is_populated(const char *path)
{
	char file[160], events[128];

	snprintf(file, sizeof(file), "%s/cgroup.events", path);
	return file_read(file, events, sizeof(events)) > 0 && strstr(events, "populated 1");
}
