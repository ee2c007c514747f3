/* SPDX-License-Identifier: Apache-2.0 */
/* The partitions of a disk, as libblkid reads them from its GUID partition table. */
#pragma once

#include "root_identity.h"

enum { PATH_LENGTH = 128 };

struct partition {
	char device[PATH_LENGTH]; /* /dev/vda2 */
	unsigned number;          /* from 1 */
	char uuid[UUID_TEXT];     /* lower case, as is the type */
	char type[UUID_TEXT];
	char label[128];                /* UTF-8; longer ones are cut */
	unsigned long long start, size; /* bytes */
};

/* What image/ and the kernel's own tools call our partitions (Discoverable Partitions Specification). */
#define PARTITION_TYPE_ROOT   "4f68bce3-e8cd-4db1-96e7-fbcaf984b709" /* of x86-64 */
#define PARTITION_TYPE_VERITY "2c7357ed-ebd2-46d9-aec1-23d437ec2bf5" /* of a root of x86-64 */
#define PARTITION_TYPE_VAR    "4d21b016-b534-45c2-a9fb-5c16e091fd2d"
#define PARTITION_TYPE_ESP    "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

/*
 * Calls visit for each partition of the disk (/dev/vda), in the table's order.
 * Returns how many there are, 0 for a disk without a table, or fail()s.
 */
int disk_partitions(const char *disk, void (*visit)(const struct partition *partition, void *context),
		    void *context);

/* Bytes of a block device, or fail()s. */
int disk_size(const char *device, unsigned long long *bytes);
