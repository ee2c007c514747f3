/* SPDX-License-Identifier: Apache-2.0 */
#include "grow.h"

#include "disk.h"
#include "error.h"
#include "gpt.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <linux/ext4.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MIB = 1 << 20, WORTH_IT = 2 * MIB };

/* On the heap, which gives it back: process 1 grows a disk once in the disk's life. */
struct tables {
	struct gpt gpt;
	uint8_t front[GPT_FRONT_MAX], back[GPT_BACK_MAX];
};

static int write_at(int file, const uint8_t *data, size_t size, uint64_t offset)
{
	ssize_t written = pwrite(file, data, size, (off_t)offset);

	if (written != (ssize_t)size)
		return fail(written < 0 ? errno : EIO, "write the partition table");
	return fsync(file) < 0 ? fail(errno, "write the partition table") : 0;
}

/* A power cut between the two leaves the old primary table, which still finds the old backup. */
static int write_tables(int file, struct tables *tables, uint64_t disk_bytes)
{
	size_t back_size = gpt_back_size(tables->gpt.sector_size);

	gpt_write_front(&tables->gpt, tables->front);
	gpt_write_back(&tables->gpt, tables->back);
	int result = write_at(file, tables->back, back_size, disk_bytes - back_size);

	return result < 0 ? result
			  : write_at(file, tables->front, gpt_front_size(tables->gpt.sector_size), 0);
}

static int tell_kernel(int file, const struct partition *partition)
{
	struct blkpg_partition changed = {
		.start = (long long)partition->start,
		.length = (long long)partition->size,
		.pno = (int)partition->number,
	};
	struct blkpg_ioctl_arg argument = {
		.op = BLKPG_RESIZE_PARTITION,
		.datalen = sizeof(changed),
		.data = &changed,
	};

	return ioctl(file, BLKPG, &argument) < 0 ? fail(errno, "resize %s", partition->device) : 0;
}

static int grow(int file, struct partition *partition, uint64_t disk_bytes, struct tables *tables)
{
	int sector_size = 0;

	if (ioctl(file, BLKSSZGET, &sector_size) < 0 || sector_size < 512 || sector_size > GPT_SECTOR_MAX)
		return fail(0, "sectors of %d bytes", sector_size);

	size_t front_size = gpt_front_size((unsigned)sector_size);

	if (pread(file, tables->front, front_size, 0) != (ssize_t)front_size)
		return fail(errno, "read the partition table");

	bool changed;
	int result = gpt_read_front(tables->front, (unsigned)sector_size, disk_bytes / (unsigned)sector_size,
				    &tables->gpt);

	if (result == 0)
		result = gpt_grow(&tables->gpt, partition->number, &changed);
	if (result < 0 || !changed)
		return result;
	result = write_tables(file, tables, disk_bytes);
	if (result < 0)
		return result;

	const struct gpt_entry *entry = &tables->gpt.entries[partition->number - 1];

	partition->size = (entry->last_lba - entry->first_lba + 1) * (unsigned)sector_size;
	return tell_kernel(file, partition);
}

static int grow_on(const char *disk, struct partition *partition, uint64_t disk_bytes)
{
	int file = open(disk, O_RDWR | O_CLOEXEC);

	if (file < 0)
		return fail(errno, "open %s for writing", disk);

	struct tables *tables = malloc(sizeof(*tables));
	int result = tables ? grow(file, partition, disk_bytes, tables)
			    : fail(ENOMEM, "grow %s", partition->device);

	free(tables);
	close(file);
	return result;
}

int grow_partition(const char *disk, struct partition *partition)
{
	unsigned long long disk_bytes, before = partition->size;
	int result = disk_size(disk, &disk_bytes);

	if (result < 0)
		return result;
	if (disk_bytes < partition->start + partition->size + WORTH_IT)
		return 0;
	result = grow_on(disk, partition, disk_bytes);
	if (result == 0)
		log_notice("%s grown from %llu to %llu MiB", partition->device, before / MIB,
			   partition->size / MIB);
	return result;
}

int grow_file_system(const char *mounted_on, unsigned long long bytes, unsigned block_size)
{
	int file = open(mounted_on, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (file < 0)
		return fail(errno, "open %s", mounted_on);

	uint64_t blocks = bytes / block_size;
	int result = ioctl(file, EXT4_IOC_RESIZE_FS, &blocks) < 0
			     ? fail(errno, "grow the file system on %s", mounted_on)
			     : 0;

	close(file);
	return result;
}
