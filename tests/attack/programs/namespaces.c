/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, mounts and names of the node. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int new_namespaces(const char *flags)
{
	return result_of(unshare((int)strtoul(flags, NULL, 16)));
}

static int new_by_clone(const char *flags)
{
	long pid = syscall(SYS_clone, strtoul(flags, NULL, 16) | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return result_of(pid);
}

static int new_by_clone3(const char *flags)
{
	struct clone_args arguments = { .flags = strtoul(flags, NULL, 16), .exit_signal = SIGCHLD };
	long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return result_of(pid);
}

static int mount_tmpfs(const char *argument)
{
	(void)argument;
	if (mount("none", MOUNT_POINT, "tmpfs", 0, NULL) < 0)
		return -errno;
	umount2(MOUNT_POINT, MNT_DETACH);
	return 0;
}

static int mount_bind(const char *argument)
{
	if (mount(argument, MOUNT_POINT, NULL, MS_BIND, NULL) < 0)
		return -errno;
	umount2(MOUNT_POINT, MNT_DETACH);
	return 0;
}

/* A mount that others get, too. */
static int share_mounts(const char *argument)
{
	return result_of(mount(NULL, argument, NULL, MS_SHARED, NULL));
}

static int remount_writable(const char *argument)
{
	return result_of(mount(NULL, host_path(argument), NULL, MS_REMOUNT | MS_BIND, NULL));
}

/* What is hidden by a mount in the container. */
static int uncover(const char *argument)
{
	return result_of(umount2(argument, MNT_DETACH));
}

static int open_file_system(const char *type)
{
	return result_of(syscall(SYS_fsopen, type, 0));
}

static int clone_tree(const char *path)
{
	return result_of(syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | AT_RECURSIVE));
}

static int set_mount_attributes(const char *path)
{
	struct mount_attr attributes = { .attr_clr = MOUNT_ATTR_RDONLY };

	return result_of(syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &attributes, sizeof(attributes)));
}

static int move_tree(const char *path)
{
	/* From a descriptor that is none. */
	return result_of(syscall(SYS_move_mount, -1, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH));
}

static int pivot(const char *argument)
{
	return result_of(syscall(SYS_pivot_root, argument, argument));
}

static int change_root(const char *argument)
{
	return result_of(chroot(argument));
}

/* The classic way out of a chroot: a folder above the new root stays open. */
static int leave_root(const char *argument)
{
	int above = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (above < 0 || chroot(argument) < 0)
		return -errno;
	if (fchdir(above) < 0)
		return -errno;
	for (int i = 0; i < 32; i++)
		if (chdir("..") < 0)
			return -errno;
	/* Out of the container would be where the node's root is. */
	return try_open("etc/holdfast/services/runtime.conf", O_RDONLY);
}

static int set_name(const char *argument)
{
	char name[65];

	(void)argument;
	if (gethostname(name, sizeof(name)) < 0)
		return -errno;
	return result_of(sethostname(name, strlen(name)));
}

static int set_domain(const char *argument)
{
	return result_of(setdomainname(argument, strlen(argument)));
}

const struct attempt namespaces[] = {
	{ "new-user", new_namespaces, "10000000", "a user namespace" },
	{ "new-user-net", new_namespaces, "50000000", "... with a network: nf_tables and more" },
	{ "new-user-clone", new_by_clone, "10000000", "... by clone" },
	{ "new-user-clone3", new_by_clone3, "10000000", "... by clone3, which a filter can't look into" },
	{ "new-mount", new_namespaces, "00020000", "" },
	{ "new-net", new_namespaces, "40000000", "" },
	{ "new-pid", new_namespaces, "20000000", "" },
	{ "new-ipc", new_namespaces, "08000000", "" },
	{ "new-uts", new_namespaces, "04000000", "" },
	{ "new-cgroup", new_namespaces, "02000000", "" },
	{ "new-time", new_namespaces, "00000080", "" },
	{ "mount-tmpfs", mount_tmpfs, NULL, "" },
	{ "mount-bind", mount_bind, "/proc", "" },
	{ "mount-shared", share_mounts, "/volume", "mounts that reach the host" },
	{ "remount-root", remount_writable, "/", "the container's root, the node's for a pod that has it" },
	{ "remount-sys", remount_writable, "/sys", "" },
	{ "unmask-proc", uncover, "/proc/keys", "what the runtime has hidden" },
	{ "unmount-host", uncover, "/host", "" },
	{ "fsopen", open_file_system, "tmpfs", "" },
	{ "open-tree", clone_tree, "/", "" },
	{ "mount-setattr", set_mount_attributes, "/volume", "" },
	{ "move-mount", move_tree, MOUNT_POINT, "" },
	{ "pivot-root", pivot, VOLUME, "" },
	{ "chroot", change_root, VOLUME, "" },
	{ "chroot-leave", leave_root, VOLUME, "out of the container by a folder that stays open" },
	{ "sethostname", set_name, NULL, "the same name" },
	{ "setdomainname", set_domain, "(none)", "" },
	{ 0 },
};
