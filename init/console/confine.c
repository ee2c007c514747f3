/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds a session, outermost first: its cgroup (session.c), a view of
 * the files in which nearly all is read-only and no disk has a device, the domain session_t, few capabilities that nothing can add to, and
 * a filter of system calls. Verity and lockdown hold it like everybody else.
 */
#include "confine.h"

#include "../error.h"
#include "../file.h"
#include "call_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- files ---- */

static const char *const devices[] = { "null", "zero", "full", "random", "urandom", "tty", "pts" };

/* A /dev of its own, with what a shell needs: no disk, no memory, no TPM, no other terminal. */
static int cover_devices(void)
{
	int trees[COUNT(devices)];
	char path[32];

	for (size_t i = 0; i < COUNT(devices); i++) {
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		trees[i] = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (trees[i] < 0 && errno != ENOENT)
			return fail(errno, "take %s along", path);
	}
	if (mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=16k") < 0)
		return fail(errno, "cover /dev");
	for (size_t i = 0; i < COUNT(devices); i++) {
		struct stat status;

		if (trees[i] < 0)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		fstat(trees[i], &status);
		if ((S_ISDIR(status.st_mode) ? mkdir(path, 0755) : mknod(path, S_IFREG | 0600, 0)) < 0 ||
		    syscall(SYS_move_mount, trees[i], "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return fail(errno, "give the session %s", path);
		close(trees[i]);
	}
	return 0;
}

/* Where node.conf may stand, with its secrets: SMBIOS, fw_cfg, EFI variables. In the early rescue no policy hides them. */
static int cover_firmware(void)
{
	static const char firmware[] = "/sys/firmware";

	if (mount("tmpfs", firmware, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0555,size=4k") < 0 &&
	    errno != ENOENT)
		return fail(errno, "cover %s", firmware);
	return 0;
}

static int change_mount(const char *path, unsigned flags, uint64_t set, uint64_t clear)
{
	struct mount_attr attributes = { .attr_set = set, .attr_clr = clear };

	if (syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof(attributes)) < 0)
		return fail(errno, "make mounts on %s %s", path, clear ? "writable" : "read-only");
	return 0;
}

/* Where room can be made on a full disk, and nothing of what a session leaves behind is kept. */
static const char *const writable[] = { "/tmp", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods" };

static int limit_files(void)
{
	int result;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return fail(errno, "make a mount namespace");
	for (size_t i = 0; i < COUNT(writable); i++)
		if (mount(writable[i], writable[i], NULL, MS_BIND, NULL) < 0 && errno != ENOENT)
			return fail(errno, "keep %s apart", writable[i]);
	if ((result = cover_devices()) < 0 || (result = cover_firmware()) < 0 ||
	    (result = change_mount("/", AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0)) < 0)
		return result;
	for (size_t i = 0; i < COUNT(writable); i++) {
		if (access(writable[i], F_OK) < 0)
			continue;
		result =
			change_mount(writable[i], 0, MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODEV, MOUNT_ATTR_RDONLY);
		if (result < 0)
			return result;
	}
	return 0;
}

/* ---- privileges ---- */

static int enter_domain(void)
{
	char current[128];

	/* Without a policy, as in the early rescue, there are no contexts and no domain to enter. */
	if (file_read_line("/proc/self/attr/current", current, sizeof(current)) < 0 || !strchr(current, ':'))
		return 0;
	return file_write("/proc/self/attr/exec", "system_u:system_r:session_t:s0");
}

/* What repairs a network, reads logs and makes room. Nothing that leads past the image's policy. */
static const int kept_capabilities[] = {
	CAP_DAC_OVERRIDE,                             /* files of any user in /var */
	CAP_KILL,         CAP_NET_ADMIN, CAP_NET_RAW, /* ping, traceroute */
	CAP_SYSLOG,                                   /* dmesg */
};

/* From the bounding set root gets its capabilities at exec; what left it can't come back (capabilities(7)). */
static int limit_capabilities(void)
{
	uint64_t kept = 0;

	for (size_t i = 0; i < COUNT(kept_capabilities); i++)
		kept |= UINT64_C(1) << kept_capabilities[i];
	for (int number = 0; number < 64; number++)
		if (!(kept & UINT64_C(1) << number) && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0 &&
		    errno != EINVAL)
			return fail(errno, "drop capability %d", number);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(errno, "set no_new_privs");
	return 0;
}

static int filter_calls(void)
{
	struct sock_filter filter[CALL_FILTER_MAX];
	struct sock_fprog program = { (unsigned short)call_filter_make(filter), filter };

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return fail(errno, "filter system calls");
	return 0;
}

int confine(void)
{
	int result = enter_domain(); /* while /proc can be written */

	if (result == 0)
		result = limit_files();
	if (result == 0)
		result = limit_capabilities();
	return result < 0 ? result : filter_calls();
}
