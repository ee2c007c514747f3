/* SPDX-License-Identifier: Apache-2.0 */
#include "disk.h"

#include "error.h"

#include <blkid/blkid.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SECTOR = 512 }; /* what libblkid counts in, whatever the disk does */

/* libblkid gives NULL for what it does not know. */
static void copy(char *into, size_t size, const char *text)
{
	snprintf(into, size, "%s", text ? text : "");
}

/* vda2, but nvme0n1p2: the rule of the kernel's block/partitions/core.c. */
static void name_device(const char *disk, struct partition *partition)
{
	bool digit = isdigit((unsigned char)disk[strlen(disk) - 1]);

	snprintf(partition->device, sizeof(partition->device), "%s%s%u", disk, digit ? "p" : "",
		 partition->number);
}

static void visit_all(const char *disk, blkid_partlist list, int count,
		      void (*visit)(const struct partition *partition, void *context), void *context)
{
	for (int i = 0; i < count; i++) {
		blkid_partition entry = blkid_partlist_get_partition(list, i);
		struct partition partition = {
			.number = (unsigned)blkid_partition_get_partno(entry),
			.start = (unsigned long long)blkid_partition_get_start(entry) * SECTOR,
			.size = (unsigned long long)blkid_partition_get_size(entry) * SECTOR,
		};

		name_device(disk, &partition);
		copy(partition.uuid, sizeof(partition.uuid), blkid_partition_get_uuid(entry));
		copy(partition.type, sizeof(partition.type), blkid_partition_get_type_string(entry));
		copy(partition.label, sizeof(partition.label), blkid_partition_get_name(entry));
		visit(&partition, context);
	}
}

/* Visits the partitions of the table that the probe finds. Their number, or fail()s. */
static int read_table(const char *disk, int file, blkid_probe probe,
		      void (*visit)(const struct partition *partition, void *context), void *context)
{
	/* Only this kind counts: what an older table of another kind says about the disk is nothing to us. */
	static char gpt[] = "gpt", *kinds[] = { gpt, NULL };

	if (blkid_probe_set_device(probe, file, 0, 0) < 0)
		return fail(errno, "probe %s", disk);
	blkid_probe_enable_superblocks(probe, 0);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_filter_partitions_type(probe, BLKID_FLTR_ONLYIN, kinds);

	errno = 0;
	blkid_partlist list = blkid_probe_get_partitions(probe);

	if (!list)
		return errno == EIO ? fail(errno, "read the partition table of %s", disk) : 0;

	int count = blkid_partlist_numof_partitions(list);

	visit_all(disk, list, count, visit, context);
	return count;
}

int disk_partitions(const char *disk, void (*visit)(const struct partition *partition, void *context),
		    void *context)
{
	int file = open(disk, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return fail(errno, "open %s", disk);

	blkid_probe probe = blkid_new_probe();
	int result = probe ? read_table(disk, file, probe, visit, context) : fail(ENOMEM, "probe %s", disk);

	blkid_free_probe(probe);
	close(file);
	return result;
}

int disk_size(const char *device, unsigned long long *bytes)
{
	int file = open(device, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return fail(errno, "open %s", device);

	uint64_t size = 0;
	int result =
		ioctl(file, (int)BLKGETSIZE64, &size) < 0 ? fail(errno, "ask for the size of %s", device) : 0;

	close(file);
	*bytes = size;
	return result;
}
