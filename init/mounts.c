/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's own file systems. Nothing that a service can write may be executed, hold a device or a setuid file. */
#include "error.h"
#include "file.h"
#include "input.h"
#include "log.h"
#include "node.h"
#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

struct mount {
	const char *target, *type, *options;
	unsigned long flags;
	mode_t mode; /* of the directory that is made for it; 0: the root has one */
};

enum { SAFE = MS_NOSUID | MS_NODEV | MS_NOEXEC };

static const struct mount early_mounts[] = {
	{ "/proc", "proc",     NULL,                                SAFE,                  0555 },
	{ "/sys",  "sysfs",    NULL,                                SAFE,                  0555 },
	{ "/dev",  "devtmpfs", "mode=0755",                         MS_NOSUID | MS_NOEXEC, 0755 },
	{ "/run",  "tmpfs",    "mode=0755,size=20%,nr_inodes=800k", SAFE | MS_STRICTATIME, 0755 },
};

/* The four above come with us from the initramfs. */
static const struct mount root_mounts[] = {
	{ "/dev/pts",             "devpts",     "mode=0620,gid=5,ptmxmode=0666",    MS_NOSUID | MS_NOEXEC, 0755  },
	{ "/dev/shm",             "tmpfs",      "mode=1777,size=64M",               SAFE,                  01777 },
	{ "/dev/mqueue",          "mqueue",     NULL,                               SAFE,                  01777 },
	{ "/sys/fs/cgroup",       "cgroup2",    "nsdelegate,memory_recursiveprot",  SAFE,                  0     },
	{ "/sys/fs/bpf",          "bpf",        "mode=0700",                        SAFE,                  0     },
	{ "/sys/kernel/security", "securityfs", NULL,                               SAFE,                  0     },
	{ "/tmp",                 "tmpfs",      "mode=1777,size=64M,nr_inodes=64k", SAFE,                  0     },
};

static int mount_all(const struct mount *mounts, size_t count)
{
	for (const struct mount *entry = mounts; entry < mounts + count; entry++) {
		if (entry->mode)
			mkdir(entry->target, entry->mode); /* if it is not there: mount() tells */
		if (mount(entry->type, entry->target, entry->type, entry->flags, entry->options) < 0 &&
		    errno != EBUSY) /* devtmpfs may be there already: CONFIG_DEVTMPFS_MOUNT */
			return fail(errno, "mount %s on %s", entry->type, entry->target);
	}
	return 0;
}

/*
 * The kernel gave us the console, or nothing where it found none. A terminal
 * may block; and with 0 to 2 taken no other file gets a number that a child
 * believes to be its standard files.
 */
static int leave_console(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		return fail(errno, "open /dev/null");
	for (int number = STDIN_FILENO; number <= STDERR_FILENO; number++)
		dup2(null, number);
	if (null > STDERR_FILENO)
		close(null);
	return 0;
}

int step_mounts_early(struct node *node)
{
	(void)node;
	int result = mount_all(early_mounts, sizeof(early_mounts) / sizeof(early_mounts[0]));

	if (result == 0)
		result = leave_console();
	return result < 0 ? result : make_directory("/run/holdfast", 0755);
}

/* Of the mounts below, what a session in the initramfs needs. */
int step_rescue_mounts(struct node *node)
{
	static const struct mount mounts[] = {
		{ "/dev/pts",       "devpts",  "mode=0620,gid=5,ptmxmode=0666", MS_NOSUID | MS_NOEXEC, 0755 },
		{ "/sys/fs/cgroup", "cgroup2", NULL,                            SAFE,                  0555 },
		{ "/tmp",           "tmpfs",   "mode=1777,size=8M",             SAFE,                  0755 },
	};

	(void)node;
	return mount_all(mounts, sizeof(mounts) / sizeof(mounts[0]));
}

int step_handover(struct node *node)
{
	int result = leave_console();

	if (result == 0)
		result = node_load(node);
	if (result < 0)
		return result;
	if (watchdog_take_over(node) < 0) /* a node without one is still a node */
		log_error("%s", failure());
	input_take_over(node);
	return 0;
}

int step_mounts(struct node *node)
{
	(void)node;
	/* Pods with mountPropagation and the runtime's own mounts must reach each other. */
	if (mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		return fail(errno, "make mounts below / shared");
	return mount_all(root_mounts, sizeof(root_mounts) / sizeof(root_mounts[0]));
}
