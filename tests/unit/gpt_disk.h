/* SPDX-License-Identifier: Apache-2.0 */
/* A small disk with a right table, for the tests and the fuzzer of gpt.c to spoil. */
#pragma once

#include "gpt.h"

#include <stdlib.h>
#include <string.h>

/* Bit by bit, as ISO 3309 has it: not the code that is tested. Kept in a table, for the fuzzer's sake. */
static inline uint32_t reference_crc(const void *data, size_t length)
{
	static uint32_t of_byte[256];
	const uint8_t *bytes = data;
	uint32_t crc = ~0U;

	for (uint32_t i = 0; of_byte[255] == 0 && i < 256; i++) {
		uint32_t value = i;

		for (int bit = 0; bit < 8; bit++)
			value = value & 1 ? value >> 1 ^ 0xedb88320 : value >> 1;
		of_byte[i] = value;
	}
	for (size_t i = 0; i < length; i++)
		crc = crc >> 8 ^ of_byte[(crc ^ bytes[i]) & 0xff];
	return ~crc;
}

struct test_disk {
	unsigned sector_size;
	uint64_t sectors;
	uint8_t front[GPT_FRONT_MAX];
};

static inline struct gpt_header *disk_header(struct test_disk *disk)
{
	return (struct gpt_header *)(disk->front + disk->sector_size);
}

static inline struct gpt_entry *disk_entries(struct test_disk *disk)
{
	return (struct gpt_entry *)(disk->front + 2 * disk->sector_size);
}

/* Makes the checksums right again after a change. */
static inline void disk_seal(struct test_disk *disk)
{
	struct gpt_header *header = disk_header(disk);

	header->entries_crc = reference_crc(disk_entries(disk), GPT_TABLE_SIZE);
	header->header_crc = 0;
	header->header_crc = reference_crc(header, sizeof(*header));
}

static inline void disk_partition(struct test_disk *disk, unsigned number, uint64_t first_mib, uint64_t mib)
{
	struct gpt_entry *entry = &disk_entries(disk)[number - 1];
	uint64_t sectors_of_mib = (1 << 20) / disk->sector_size;

	memset(entry->type, 0x11, sizeof(entry->type));
	memset(entry->unique, (int)number, sizeof(entry->unique));
	entry->first_lba = first_mib * sectors_of_mib;
	entry->last_lba = (first_mib + mib) * sectors_of_mib - 1;
}

/* A disk of `mib` MiB with partitions of 1, 2 and mib - 5 MiB, the last one ending a MiB before the disk does. */
static inline void disk_make(struct test_disk *disk, unsigned sector_size, uint64_t mib)
{
	memset(disk, 0, sizeof(*disk));
	disk->sector_size = sector_size;
	disk->sectors = mib * (1 << 20) / sector_size;
	disk->front[450] = 0xee;
	disk->front[454] = 1;
	disk->front[510] = 0x55;
	disk->front[511] = 0xaa;

	struct gpt_header *header = disk_header(disk);
	uint64_t entry_sectors = GPT_TABLE_SIZE / sector_size;

	memcpy(header->signature, "EFI PART", 8);
	header->revision = 0x10000;
	header->header_size = 92;
	header->my_lba = 1;
	header->alternate_lba = disk->sectors - 1;
	header->entries_lba = 2;
	header->first_usable_lba = 2 + entry_sectors;
	header->last_usable_lba = disk->sectors - entry_sectors - 2;
	header->entry_count = 128;
	header->entry_size = 128;
	disk_partition(disk, 1, 1, 1);
	disk_partition(disk, 2, 2, 2);
	disk_partition(disk, 3, 4, mib - 5);
	disk_seal(disk);
}
