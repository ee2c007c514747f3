/* SPDX-License-Identifier: Apache-2.0 */
/* The disk, past all file systems: raw reads and writes, and mounts of what is on it. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

enum { SECTOR = 512 };

static int make_node(const char *name)
{
	int error = 0;

	/* The numbers don't matter: whether a node can be made at all. */
	return device_node(name, S_IFBLK, 254, 0, &error) ? 0 : error;
}

/* The first sector: no file system or table that is here keeps anything of its own in it while it is mounted. */
static int write_disk(const char *name)
{
	static _Alignas(4096) char sector[SECTOR];
	int error = 0;
	const char *path = device_path(name, &error);

	if (!path)
		return error;
	int disk = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (disk < 0)
		return -errno;
	if (pread(disk, sector, SECTOR, 0) != SECTOR || pwrite(disk, sector, SECTOR, 0) != SECTOR)
		error = -errno;
	close(disk);
	return error;
}

/* With the same flags as the node's own mount: others would be refused with EBUSY. */
static int mount_disk(const char *argument)
{
	char name[16], type[16];
	unsigned long flags;
	int error = 0;

	sscanf(argument, "%15s %15s %lu", name, type, &flags);
	const char *path = device_path(name, &error);

	/* Without a device: what the system call says to a path that doesn't exist. */
	if (mount(path ? path : "/dev/none", MOUNT_POINT, type, flags, NULL) < 0)
		return -errno;
	umount2(MOUNT_POINT, MNT_DETACH);
	return 0;
}

static int reread_table(const char *name)
{
	int error = 0;
	const char *path = device_path(name, &error);
	int disk = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (disk < 0)
		return path ? -errno : error;
	/* Partition 1000 does not exist. */
	struct blkpg_partition partition = { .pno = 1000 };
	struct blkpg_ioctl_arg change = { .op = BLKPG_DEL_PARTITION,
					  .datalen = sizeof(partition),
					  .data = &partition };

	error = result_of(ioctl(disk, BLKPG, &change));
	close(disk);
	return error;
}

/* A disk in a file of the container: a file system of the attacker's making reaches the kernel that way. */
static int loop_disk(const char *argument)
{
	int error = 0;
	const char *path = device_path(argument, &error);
	int control = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (control < 0)
		return path ? -errno : error;
	error = result_of(ioctl(control, LOOP_CTL_GET_FREE));
	close(control);
	return error;
}

static int swap_on(const char *argument)
{
	return result_of(swapon(argument, 0));
}

static int quota_on(const char *argument)
{
	int error = 0;
	const char *path = device_path(argument, &error);

	return result_of(quotactl(QCMD(Q_QUOTAON, USRQUOTA), path ? path : "/dev/none", 0, NULL));
}

const struct attempt disks[] = {
	{ "mknod-disk", make_node, "disk", "a node for the disk" },
	{ "disk-read", try_device_read, "vda", "the whole disk" },
	{ "disk-write", write_disk, "vda", "" },
	{ "esp-read", try_device_read, "vda1", "the boot loader's partition" },
	{ "esp-write", write_disk, "vda1", "" },
	{ "root-part-read", try_device_read, "vda2", "the root's partition, below verity" },
	{ "root-part-write", write_disk, "vda2", "" },
	{ "hash-part-write", write_disk, "vda3", "the hash tree" },
	{ "state-part-read", try_device_read, "vda6", "the state partition: all pods' files" },
	{ "state-part-write", write_disk, "vda6", "" },
	{ "root-dev-read", try_device_read, "dm-0", "the verified root" },
	{ "root-dev-write", write_disk, "dm-0", "" },
	{ "mount-state", mount_disk, "vda6 ext4 0", "the state partition" },
	{ "mount-root", mount_disk, "dm-0 erofs 1", "the root" },
	{ "mount-esp", mount_disk, "vda1 vfat 1", "the boot loader's partition" },
	{ "partition-table", reread_table, "vda", "partitions of a disk in use" },
	{ "loop-device", loop_disk, "loop-control", "a disk in a file" },
	{ "swapon", swap_on, "/volume", "" },
	{ "quotaon", quota_on, "vda6", "" },
	{ 0 },
};
