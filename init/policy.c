/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the SELinux policy of the verified root, and labels what was there
 * before it. The kernel enforces from here on; nobody may switch it off or load
 * another one, process 1 included (rootfs/selinux).
 *
 * security/selinux/selinuxfs.c
 */
#include "error.h"
#include "file.h"
#include "label.h"
#include "node.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { POLICY_MAX = 1 << 20 };

static const char selinuxfs[] = "/sys/fs/selinux";
static const char policy[] = "/sysroot/etc/selinux/holdfast/policy/policy.33";

/* ---- the policy ---- */

/* The kernel takes a policy in one write only. */
static int load(const char *text, size_t length)
{
	int file = open("/sys/fs/selinux/load", O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return fail(errno, "open /sys/fs/selinux/load");

	ssize_t written = write(file, text, length);
	int errnum = written < 0 ? errno : EIO;

	close(file);
	return written == (ssize_t)length
		       ? 0
		       : fail(errnum,
			      "load the policy of the root (the kernel's log says what is wrong with it)");
}

static int load_policy(void)
{
	char *text = malloc(POLICY_MAX);

	if (!text)
		return fail(ENOMEM, "load the policy");

	ssize_t length = file_read(policy, text, POLICY_MAX);
	int result = length < 0 ? (int)length : load(text, (size_t)length);

	free(text);
	return result;
}

/* ---- what was there before: it has the labels that the policy gives to everything of its kind ---- */

static const struct {
	const char *name; /* in /dev */
	bool numbered;    /* the name goes on with digits */
	const char *type;
} devices[] = {
	{ "null",         false, "null_device_t"     },
	{ "zero",         false, "null_device_t"     },
	{ "full",         false, "null_device_t"     },
	{ "random",       false, "null_device_t"     },
	{ "urandom",      false, "null_device_t"     },
	{ "tty",          false, "null_device_t"     },
	{ "ptmx",         false, "null_device_t"     },
	{ "kmsg",         false, "kmsg_device_t"     },
	{ "console",      false, "console_device_t"  },
	{ "ttyS",         true,  "console_device_t"  },
	{ "hvc",          true,  "console_device_t"  },
	{ "fuse",         false, "pod_device_t"      },
	{ "loop-control", false, "pod_device_t"      },
	{ "watchdog",     true,  "watchdog_device_t" },
	{ "watchdog",     false, "watchdog_device_t" },
	{ "tpm",          true,  "tpm_device_t"      },
	{ "tpmrm",        true,  "tpm_device_t"      },
};

/* Deeper ones, each of which may be missing. */
static const struct {
	const char *path, *type;
} others[] = {
	{ "/dev/mapper/control", "dm_control_t" },
	{ "/dev/net/tun",        "pod_device_t" },
	{ "/run/holdfast",       "node_run_t"   },
};

static const char *type_of_device(const char *name)
{
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		size_t length = strlen(devices[i].name);
		const char *rest = name + length;

		if (strncmp(name, devices[i].name, length) != 0 || devices[i].numbered != (*rest != '\0'))
			continue;
		if (rest[strspn(rest, "0123456789")] == '\0')
			return devices[i].type;
	}
	return NULL;
}

static int label_in_dev(const char *name, const char *type)
{
	char path[PATH_LENGTH];

	snprintf(path, sizeof(path), "/dev/%s", name);
	return label_file(path, type);
}

static int label_devices(void)
{
	DIR *list = opendir("/dev");
	int result = 0;

	if (!list)
		return fail(errno, "list /dev");
	for (struct dirent *entry; result == 0 && (entry = readdir(list));) {
		const char *type = type_of_device(entry->d_name);

		if (type)
			result = label_in_dev(entry->d_name, type);
	}
	closedir(list);
	return result;
}

static int label_others(void)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < sizeof(others) / sizeof(others[0]); i++)
		if (access(others[i].path, F_OK) == 0)
			result = label_file(others[i].path, others[i].type);
	return result;
}

/* The disk of the root with all its partitions, and the root itself: no container gets at them. */
static int label_disk(const struct node *node)
{
	const char *disk = node->disk + strlen("/dev/");
	char path[PATH_LENGTH];
	int result = label_file(node->disk, "system_disk_t");

	if (result == 0)
		result = label_file(node->mapped_root, "system_disk_t");
	if (result < 0)
		return result;
	snprintf(path, sizeof(path), "/sys/class/block/%s", disk);

	DIR *list = opendir(path);

	if (!list)
		return fail(errno, "list %s", path);
	for (struct dirent *entry; result == 0 && (entry = readdir(list));)
		if (strncmp(entry->d_name, disk, strlen(disk)) == 0) /* vda1, nvme0n1p1 */
			result = label_in_dev(entry->d_name, "system_disk_t");
	closedir(list);
	return result;
}

int step_policy(struct node *node)
{
	if (mount("selinuxfs", selinuxfs, "selinuxfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return fail(errno, "mount selinuxfs on %s", selinuxfs);

	int result = load_policy();

	if (result == 0)
		result = label_devices();
	if (result == 0)
		result = label_others();
	return result < 0 ? result : label_disk(node);
}
