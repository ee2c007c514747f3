/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LoadPin: the kernel reads its own files (modules, firmware) from one file
 * system only, that of the first such file, and from dm-verity devices whose
 * root digest it was told (security/loadpin/loadpin.c).
 *
 * A machine that finds its disk by drivers that are built in reads nothing in
 * the initramfs: there the root becomes the one. It is read-only, so that the
 * kernel locks the switch (kernel.loadpin.enforce) as well.
 *
 * A machine whose disk needs a module of the initramfs has pinned that, which is
 * gone later: it is told the root's digest before.
 */
#include "error.h"
#include "file.h"
#include "log.h"
#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loadpin.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#ifdef TEST_HOOKS
#include <sys/syscall.h>
#include <sys/utsname.h>
#endif
#include <unistd.h>

static const char securityfs[] = "/sys/kernel/security";
static const char control[] = "/sys/kernel/security/loadpin/dm-verity";
/* The initramfs': made here. The root's: without a digest, as nothing can hold its own. */
static const char digests[] = "/etc/holdfast/loadpin";
static const char header[] = "# LOADPIN_TRUSTED_VERITY_ROOT_DIGESTS";

/* Has the kernel read the file of trusted digests. 0 or -errno. */
static int hand_over(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), loadpin, result = 0;

	if (file < 0)
		return -errno;
	loadpin = open(control, O_RDONLY | O_CLOEXEC);
	if (loadpin < 0 || ioctl(loadpin, (int)LOADPIN_IOC_SET_TRUSTED_VERITY_DIGESTS, &file) < 0)
		result = -errno;
	if (loadpin >= 0)
		close(loadpin);
	close(file);
	return result;
}

#ifdef TEST_HOOKS
/* For tests: a module that the firmware's tables name is tried from another file system, and from the root. */
static int load(const char *module)
{
	int file = open(module, O_RDONLY | O_CLOEXEC);
	int result = syscall(SYS_finit_module, file, "", 0) < 0 ? -errno : 0;

	close(file);
	return result;
}

static int load_copy(const char *module)
{
	static const char copy[] = "/run/holdfast/module";
	static char content[1024 * 1024];
	ssize_t length = file_read(module, content, sizeof(content));
	int result = length < 0 ? (int)length : file_replace(copy, content, (size_t)length, 0400);

	if (result == 0)
		result = load(copy);
	unlink(copy);
	return result;
}

static void try_foreign_module(void)
{
	char name[128], module[256];
	struct utsname kernel;

	if (file_read_line("/sys/firmware/qemu_fw_cfg/by_name/opt/holdfast/test.module/raw", name,
			   sizeof(name)) < 0)
		return;
	uname(&kernel);
	snprintf(module, sizeof(module), "/usr/lib/modules/%s/%s", kernel.release, name);
	log_notice("test: its copy in /run: %s", strerror(-load_copy(module)));
	log_notice("test: the module in the root: %s", strerror(-load(module)));
}
#else
static void try_foreign_module(void)
{
}
#endif

static int trust_root(const struct node *node)
{
	char text[sizeof(header) + sizeof(node->root.hash) + 2];
	int length = snprintf(text, sizeof(text), "%s\n%s\n", header, node->root.hash);
	int result = file_replace(digests, text, (size_t)length, 0400);

	if (result < 0)
		return result;
	result = hand_over(digests);
	return result < 0 ? fail(-result, "tell LoadPin the root's digest") : 0;
}

/* In the initramfs, once its drivers are loaded and the root hash is known. */
int step_loadpin_early(struct node *node)
{
	if (!node->has_early_drivers)
		return 0; /* nothing is pinned yet: the root will be */
	if (mount("securityfs", securityfs, "securityfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return fail(errno, "mount securityfs on %s", securityfs);

	int result = trust_root(node);

	umount(securityfs);
	return result;
}

static bool has_failed_early(const struct node *node)
{
	for (size_t i = 0; i < node->step_count; i++)
		if (strcmp(node->steps[i].name, "loadpin") == 0)
			return node->steps[i].failed;
	return false;
}

/*
 * In the root, before its drivers: pins it, and ends the time in which digests
 * can be told. To have the root's file of digests read does both, though it
 * holds none, which is EPROTO. EPERM: the initramfs has told one; or it has
 * pinned itself and told none, then the kernel refuses even this file.
 */
int step_loadpin(struct node *node)
{
	if (access(control, F_OK) < 0) {
		log_notice("this kernel has no LoadPin");
		return 0;
	}

	int result = hand_over(digests);

	if (result != -EPROTO && (result != -EPERM || has_failed_early(node)))
		return fail(-result, "pin the kernel's files to the root");
	log_notice("kernel files come from the root only%s", result == -EPERM ? ", known by its hash" : "");
	try_foreign_module();
	return 0;
}
