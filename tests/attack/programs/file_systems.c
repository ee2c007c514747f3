/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts of all types of file systems: those that Linux has, and what this kernel names beyond them. */
#include "attack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

static const char *const known[] = {
	"9p",       "adfs",      "affs",     "afs",        "aio",       "anon_inodefs", "apparmorfs",
	"autofs",   "bcachefs",  "bdev",     "befs",       "bfs",       "binder",       "binfmt_misc",
	"bpf",      "btrfs",     "ceph",     "cgroup",     "cgroup2",   "cifs",         "coda",
	"configfs", "cpuset",    "cramfs",   "cxl",        "dax",       "debugfs",      "devpts",
	"devtmpfs", "dmabuf",    "drm",      "ecryptfs",   "efivarfs",  "efs",          "erofs",
	"exfat",    "ext2",      "ext3",     "ext4",       "f2fs",      "functionfs",   "fuse",
	"fuseblk",  "fusectl",   "gadgetfs", "gfs2",       "hfs",       "hfsplus",      "hostfs",
	"hpfs",     "hugetlbfs", "iso9660",  "jffs2",      "jfs",       "minix",        "mqueue",
	"msdos",    "nfs",       "nfs4",     "nfsd",       "nilfs2",    "nsfs",         "ntfs",
	"ntfs3",    "nullfs",    "ocfs2",    "omfs",       "orangefs",  "overlay",      "pidfs",
	"pipefs",   "proc",      "pstore",   "qnx4",       "qnx6",      "ramfs",        "reiserfs",
	"resctrl",  "romfs",     "rootfs",   "rpc_pipefs", "secretmem", "securityfs",   "selinuxfs",
	"smackfs",  "smb3",      "sockfs",   "squashfs",   "sysfs",     "sysv",         "tmpfs",
	"tracefs",  "ubifs",     "udf",      "ufs",        "usbfs",     "vboxsf",       "vfat",
	"virtiofs", "vxfs",      "xenfs",    "xfs",        "zonefs",
};

/* No type takes /dev/null for its disk: ENOTBLK or EINVAL say that only the disk was missing. */
static int mount_type(const char *type)
{
	if (mount("/dev/null", MOUNT_POINT, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return -errno;
	umount2(MOUNT_POINT, MNT_DETACH);
	return 0;
}

static void run_type(const char *type)
{
	char name[48];

	snprintf(name, sizeof(name), "fs-%s", type);
	run(&(struct attempt){ name, mount_type, type, "" });
}

static int compare(const void *name, const void *entry)
{
	return strcmp(name, *(const char *const *)entry);
}

void run_file_systems(void)
{
	char line[80], *type;
	const size_t count = sizeof(known) / sizeof(known[0]);
	FILE *list = fopen("/proc/filesystems", "re");

	for (size_t i = 0; i < count; i++)
		run_type(known[i]);
	while (list && fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		type = strchr(line, '\t') + 1;
		if (!bsearch(type, known, count, sizeof(known[0]), compare))
			run_type(type);
	}
	if (list)
		fclose(list);
}
