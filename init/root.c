/* SPDX-License-Identifier: Apache-2.0 */
/* The last steps of the initramfs: mounts the verified root and becomes its /sbin/init. */
#include "error.h"
#include "log.h"
#include "node.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mman.h> /* MADV_POPULATE_READ, which musl lacks */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char sysroot[] = "/sysroot";

/* Has every page of a file read, and so verified: they are in memory when they are needed. */
static int verify_file(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (file < 0 || fstat(file, &status) < 0) {
		int result = fail(errno, "open %s", path);

		if (file >= 0)
			close(file);
		return result;
	}

	size_t size = (size_t)status.st_size;
	void *pages = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
	int error = pages == MAP_FAILED || madvise(pages, size, MADV_POPULATE_READ) < 0 ? errno : 0;

	if (pages != MAP_FAILED)
		munmap(pages, size);
	close(file);
	return error ? fail(error, "read %s through dm-verity", path) : 0;
}

/* What a root is entered with. A damaged block of it is found here, where the early rescue can still be offered. */
static int verify_entrance(void)
{
	static const char *const files[] = {
		"/sysroot/usr/sbin/init",
		"/sysroot/etc/selinux/holdfast/policy/policy.33",
	};
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(files) / sizeof(files[0]); i++)
		result = verify_file(files[i]);
	return result;
}

int step_root(struct node *node)
{
	mkdir(sysroot, 0755);
	/*
	 * Not nosuid: no file has such a bit (rootfs/assemble), and to SELinux it
	 * is what tells programs of the root from those of the state, which is
	 * nosuid: only from here does a program enter a domain of the host.
	 */
	if (mount(node->mapped_root, sysroot, "erofs", MS_RDONLY | MS_NODEV, NULL) < 0)
		return fail(errno, "mount the erofs on %s (%s) on %s", node->mapped_root, node->root_device,
			    sysroot);
	if (faccessat(AT_FDCWD, "/sysroot/usr/sbin/init", X_OK, AT_EACCESS) < 0)
		return fail(errno, "find /usr/sbin/init in the root");
	return verify_entrance();
}

/* The kernel's file systems go with us, so that no step has to be done twice. */
static int move_mounts(void)
{
	static const char *const moved[] = { "/dev", "/proc", "/sys", "/run" };

	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		char target[32];

		snprintf(target, sizeof(target), "%s%s", sysroot, moved[i]);
		if (mount(moved[i], target, NULL, MS_MOVE, NULL) < 0)
			return fail(errno, "move %s to %s", moved[i], target);
	}
	return 0;
}

/* As Documentation/filesystems/ramfs-rootfs-initramfs.rst tells: the initramfs can't be unmounted, only covered. */
static int enter_root(void)
{
	if (chdir(sysroot) < 0)
		return fail(errno, "go to %s", sysroot);
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return fail(errno, "move %s to /", sysroot);
	if (chroot(".") < 0 || chdir("/") < 0)
		return fail(errno, "make %s the root", sysroot);
	return 0;
}

/*
 * Removes all below a directory, to give its memory back. Closes it. Other
 * file systems are never entered; what can't be removed stays.
 */
static void remove_below(int directory, dev_t device)
{
	DIR *list = fdopendir(directory);

	if (!list) {
		close(directory);
		return;
	}
	for (struct dirent *entry; (entry = readdir(list));) {
		const char *name = entry->d_name;
		struct stat status;

		if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0')))
			continue;
		if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || status.st_dev != device)
			continue;
		if (!S_ISDIR(status.st_mode)) {
			unlinkat(directory, name, 0);
			continue;
		}
		int below = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (below >= 0)
			remove_below(below, device);
		unlinkat(directory, name, AT_REMOVEDIR);
	}
	closedir(list);
}

/* Takes the descriptor of the initramfs' root. If that is no file system in memory, nothing is removed. */
static void free_initramfs(int initramfs)
{
	struct statfs system;
	struct stat status;

	if (fstatfs(initramfs, &system) == 0 && fstat(initramfs, &status) == 0 &&
	    (system.f_type == RAMFS_MAGIC || system.f_type == TMPFS_MAGIC))
		remove_below(initramfs, status.st_dev);
	else
		close(initramfs);
}

int step_switch(struct node *node)
{
	static char path[] = "/sbin/init";
	static char *const arguments[] = { path, NULL }, *const environment[] = { NULL };
	int result = node_save(node);

	if (result < 0)
		return result;

	int initramfs = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (initramfs < 0)
		return fail(errno, "open the initramfs");
	result = move_mounts();
	if (result == 0)
		result = enter_root();
	if (result < 0) {
		close(initramfs);
		return result;
	}
	free_initramfs(initramfs);
	log_notice("entering the root");
	execve(path, arguments, environment);
	return fail(errno, "execute %s of the root", path);
}
