/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens the root through dm-verity: what is read is checked against the root
 * hash of the initramfs. Everything comes from there; the superblock that
 * veritysetup wrote before the hash tree is not believed, nor even read.
 *
 * Documentation/admin-guide/device-mapper/verity.rst, linux/dm-ioctl.h
 */
#include "disk.h"
#include "error.h"
#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
	BLOCK = 4096,
	SECTORS_OF_BLOCK = BLOCK / 512,
	HASHES_OF_BLOCK = BLOCK / HASH_SIZE,
	HASH_START_BLOCK = 1, /* behind the superblock */
};

/* One ioctl's argument: the head, and for a table its only target with its parameters. */
struct request {
	struct dm_ioctl head;
	struct dm_target_spec target;
	char parameters[1024];
};

static struct request request_new(void)
{
	return (struct request){
		.head = {
			.version = { DM_VERSION_MAJOR, 0, 0 },
			.data_size = sizeof(struct request),
			.data_start = offsetof(struct request, target),
			.flags = DM_READONLY_FLAG,
			.name = "holdfast-root",
		},
	};
}

static int table_load(int control, const struct node *node, const char *options)
{
	const struct root_identity *root = &node->root;
	struct request request = request_new();

	request.head.target_count = 1;
	request.target.length = root->blocks * SECTORS_OF_BLOCK;
	strcpy(request.target.target_type, "verity");
	snprintf(request.parameters, sizeof(request.parameters), "1 %s %s %d %d %llu %d sha256 %s %s%s",
		 node->root_device, node->verity_device, BLOCK, BLOCK, root->blocks, HASH_START_BLOCK,
		 root->hash, root->salt, options);
	if (ioctl(control, (int)DM_TABLE_LOAD, &request) < 0)
		return fail(errno, "open %s through dm-verity with its tree on %s", node->root_device,
			    node->verity_device);
	return 0;
}

/* DM_DEV_SUSPEND without DM_SUSPEND_FLAG resumes: the table that was loaded becomes the device's. */
static int device_resume(int control)
{
	struct request request = request_new();

	request.head.flags |= DM_SKIP_LOCKFS_FLAG; /* nothing is written that would have to be kept waiting */
	return ioctl(control, (int)DM_DEV_SUSPEND, &request) < 0 ? fail(errno, "start dm-verity") : 0;
}

/* On failure the device stays, without a table: the node reboots. */
static int device_make(int control, struct node *node)
{
	struct request request = request_new();

	if (ioctl(control, (int)DM_DEV_CREATE, &request) < 0)
		return fail(errno, "make the device-mapper device %s", request.head.name);
	snprintf(node->mapped_root, sizeof(node->mapped_root), "/dev/dm-%u", minor(request.head.dev));

	int result = table_load(control, node, "");

	return result < 0 ? result : device_resume(control);
}

/* Blocks of the hash tree over so many blocks of data. */
static unsigned long long tree_blocks(unsigned long long blocks)
{
	unsigned long long sum = 0;

	while (blocks > 1) {
		blocks = (blocks + HASHES_OF_BLOCK - 1) / HASHES_OF_BLOCK;
		sum += blocks;
	}
	return sum;
}

static int check_size(const char *device, const char *what, unsigned long long blocks)
{
	unsigned long long bytes;
	int result = disk_size(device, &bytes);

	if (result == 0 && bytes / BLOCK < blocks)
		return fail(0, "%s has %llu bytes, fewer than the %llu of the %s", device, bytes,
			    blocks * BLOCK, what);
	return result;
}

static int open_control(void)
{
	int control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);

	return control < 0 ? fail(errno, "open /dev/mapper/control") : control;
}

/* A damaged block is an error of who reads it, so that a root that can't be entered is a failed step. */
int step_verity(struct node *node)
{
	int result = check_size(node->root_device, "root", node->root.blocks);

	if (result == 0)
		result = check_size(node->verity_device, "verity tree",
				    HASH_START_BLOCK + tree_blocks(node->root.blocks));
	if (result < 0)
		return result;

	int control = open_control();

	if (control < 0)
		return control;
	result = device_make(control, node);
	close(control);
	return result;
}

/* From here on a damaged block means a restart, so that the boot loader may count this slot as failed. */
int step_verified(struct node *node)
{
	int control = open_control();

	if (control < 0)
		return control;

	int result = table_load(control, node, " 2 restart_on_corruption restart_on_error");

	if (result == 0)
		result = device_resume(control);
	close(control);
	return result;
}
