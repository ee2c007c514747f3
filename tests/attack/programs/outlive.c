/* SPDX-License-Identifier: Apache-2.0 */
/* What would outlive the boot, or change what comes after a session: for break-glass sessions where there is no state. */
#include "attack.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The only folder that a session may write to. */
#define FOLDER "/tmp"

static int mount_type(const char *type)
{
	return result_of(mount("none", FOLDER, type, 0, NULL));
}

/* "MAJOR MINOR" of a disk, as /proc/partitions tells them. */
static int disk_by_number(const char *numbers)
{
	char *rest;
	unsigned int major = (unsigned int)strtoul(numbers, &rest, 10);

	if (mknod(FOLDER "/disk", S_IFBLK | 0600, makedev(major, (unsigned int)strtoul(rest, NULL, 10))) < 0)
		return -errno;
	int result = try_open(FOLDER "/disk", O_RDWR);

	unlink(FOLDER "/disk");
	return result;
}

static int open_to_write(const char *path)
{
	return try_open(path, O_WRONLY);
}

static int open_both(const char *path)
{
	return try_open(path, O_RDWR);
}

/* Tries it on /proc/PID/FILE of each process outside of this session. 0 if it succeeds with one, else the last error. */
static int with_others(int (*attempt)(const char *path), const char *file)
{
	DIR *list = opendir("/proc");
	const struct dirent *entry;
	int result = -ENOENT;

	if (!list)
		return -errno;
	while (result != 0 && (entry = readdir(list))) {
		char path[PATH_MAX];

		if (!isdigit((unsigned char)entry->d_name[0]) || getsid(atoi(entry->d_name)) == getsid(0))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/%s", entry->d_name, file);
		result = attempt(path);
	}
	closedir(list);
	return result;
}

static int list_of_others(const char *file)
{
	return with_others(try_list, file);
}

static int make_of_others(const char *folder)
{
	return with_others(try_make_file, folder);
}

static int open_of_others(const char *file)
{
	return with_others(open_both, file);
}

const struct attempt outlive[] = {
	{ "efi-list", try_list, "/sys/firmware/efi/efivars", "EFI variables" },
	{ "efi-make", try_make_file, "/sys/firmware/efi/efivars", "" },
	{ "efi-mount", mount_type, "efivarfs", "" },
	{ "pstore-make", try_make_file, "/sys/fs/pstore", "the kernel's last words, in EFI variables" },
	{ "pstore-mount", mount_type, "pstore", "" },
	{ "virtio-disk", disk_by_number, "254 0", "the disk by its numbers" },
	{ "scsi-disk", disk_by_number, "8 0", "" },
	{ "nvme-disk", disk_by_number, "259 0", "" },
	{ "nvme-commands", try_device, "nvme0", "an NVMe disk's own commands" },
	{ "scsi-commands", try_device, "sg0", "a SCSI disk's own commands" },
	{ "scsi-bsg", try_device, "bsg/0:0:0:0", "... in another way" },
	{ "scsi-proc", try_nonsense, "/proc/scsi/scsi", "disks added and removed" },
	{ "flash", try_device, "mtd0", "the firmware's flash" },
	{ "flash-rom", try_write_back, "/sys/bus/pci/devices/0000:00:00.0/rom", "" },
	{ "management", try_device, "ipmi0", "the management controller" },
	{ "disk-cache", try_write_back, "/sys/block/vda/cache_type", "how the kernel treats the disk" },
	{ "disk-read-only", try_write_back, "/sys/block/vda/force_ro", "" },
	{ "disk-unbind", try_nonsense, "/sys/bus/virtio/drivers/virtio_blk/unbind", "" },
	{ "root-make", try_make_file, "/", "the root" },
	{ "root-init", open_to_write, "/init", "the initramfs's process 1" },
	{ "root-console", open_to_write, "/usr/sbin/console", "" },
	{ "root-keys", open_to_write, "/etc/holdfast/breakglass/allowed_signers", "who may break glass" },
	{ "root-identity", open_to_write, "/etc/holdfast/root", "which root is the right one" },
	{ "root-next", try_make_file, "/sysroot", "where the root would be mounted" },
	{ "others-root", list_of_others, "root/", "others' view of the files" },
	{ "others-run", make_of_others, "root/run", "... in which /run can be written" },
	{ "others-fd", list_of_others, "fd", "" },
	{ "others-memory", open_of_others, "mem", "" },
	{ 0 },
};
