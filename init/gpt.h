/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partition table of our disk: checked strictly, and grown with the disk.
 * Follows the UEFI specification 2.10, chapter 5, and of what it allows takes
 * only what image/ makes: 128 entries of 128 bytes directly behind the primary
 * header and directly before the backup header. Pure: works on buffers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GPT_ENTRIES = 128,
	GPT_TABLE_SIZE = 128 * GPT_ENTRIES, /* bytes of all entries */
	GPT_SECTOR_MAX = 4096,
	GPT_FRONT_MAX = 2 * GPT_SECTOR_MAX + GPT_TABLE_SIZE,
	GPT_BACK_MAX = GPT_SECTOR_MAX + GPT_TABLE_SIZE,
};

/* Table 5.5. Numbers are little-endian, as are the machines that we build for. */
struct gpt_header {
	char signature[8];
	uint32_t revision;
	uint32_t header_size;
	uint32_t header_crc;
	uint32_t reserved;
	uint64_t my_lba;
	uint64_t alternate_lba;
	uint64_t first_usable_lba;
	uint64_t last_usable_lba;
	uint8_t disk_guid[16];
	uint64_t entries_lba;
	uint32_t entry_count;
	uint32_t entry_size;
	uint32_t entries_crc;
} __attribute__((packed));

/* Table 5.6. */
struct gpt_entry {
	uint8_t type[16]; /* all zero: unused */
	uint8_t unique[16];
	uint64_t first_lba;
	uint64_t last_lba; /* the partition's last sector itself */
	uint64_t attributes;
	uint16_t name[36]; /* UTF-16 */
};

/* A table that was found to be right. */
struct gpt {
	unsigned sector_size; /* bytes */
	uint64_t disk_sectors;
	struct gpt_header header; /* in its primary form */
	struct gpt_entry entries[GPT_ENTRIES];
};

/* Bytes at the start of a disk that hold the protective MBR, the primary header and the entries; at its end. */
size_t gpt_front_size(unsigned sector_size);
size_t gpt_back_size(unsigned sector_size);

/*
 * Checks the table in the first gpt_front_size() bytes of a disk of disk_sectors
 * sectors of sector_size bytes, and copies it to gpt. 0, or fail()s with what is wrong.
 */
int gpt_read_front(const uint8_t *front, unsigned sector_size, uint64_t disk_sectors, struct gpt *gpt);

/*
 * Extends partition `number` (from 1), which must be the last on the disk, to
 * the last full MiB of the disk, and moves the backup table to the disk's end.
 * A table that is right already stays as it is. 0 or fail()s; says in *changed whether there is something to write.
 */
int gpt_grow(struct gpt *gpt, unsigned number, bool *changed);

/*
 * The table as it must stand on the disk. front holds the first bytes of the
 * disk, whose boot code and signature stay.
 */
void gpt_write_front(const struct gpt *gpt, uint8_t *front);
void gpt_write_back(const struct gpt *gpt, uint8_t *back);
