/* SPDX-License-Identifier: Apache-2.0 */
// sources: gpt.c error.c
#include "check.h"
#include "error.h"
#include "gpt.h"
#include "gpt_disk.h"

#include <stddef.h>

static const unsigned sector_sizes[] = { 512, 4096 };

static int read_disk(struct test_disk *disk, struct gpt *gpt)
{
	return gpt_read_front(disk->front, disk->sector_size, disk->sectors, gpt);
}

static void a_right_table_is_taken(void)
{
	for (size_t i = 0; i < 2; i++) {
		struct test_disk disk;
		struct gpt gpt;

		disk_make(&disk, sector_sizes[i], 16);
		CHECK(read_disk(&disk, &gpt) == 0);
		CHECK(gpt.entries[2].first_lba == 4 * (1 << 20) / sector_sizes[i]);
	}
}

/* Where a field stands on the disk of 512-byte sectors, and how long it is. */
#define HEADER(field) 512 + offsetof(struct gpt_header, field), sizeof(((struct gpt_header *)0)->field)
#define ENTRY(number, field)                                                                                 \
	1024 + 128 * ((number) - 1) + offsetof(struct gpt_entry, field),                                     \
		sizeof(((struct gpt_entry *)0)->field)

enum { DISK_MIB = 16, SECTORS = DISK_MIB * 2048 };

/* One wrong value each. The checksums are made right again where they would hide what is tested. */
static const struct {
	size_t offset, size; /* of more than 8 bytes each becomes the value */
	uint64_t value;
	enum { SEAL, LEAVE } checksums;
	const char *says;
} wrong_values[] = {
	{ 510, 1, 0, LEAVE, "no boot record" },
	{ 450, 1, 0x83, LEAVE, "does not protect" },
	{ 454, 4, 63, LEAVE, "does not protect" },
	{ HEADER(signature), 0, SEAL, "signature is missing" },
	{ HEADER(revision), 0x20000, SEAL, "unknown revision 0x00020000" },
	{ HEADER(header_size), 64, SEAL, "header of 64 bytes" },
	{ HEADER(header_size), 0xffffffff, SEAL, "header of 4294967295 bytes" },
	{ HEADER(header_crc), 0, LEAVE, "damaged header" },
	{ HEADER(disk_guid), 1, LEAVE, "damaged header" },
	{ HEADER(reserved), 1, SEAL, "reserved" },
	{ HEADER(my_lba), 2, SEAL, "header of sector 2" },
	{ HEADER(entries_lba), 3, SEAL, "entries at 3" },
	{ HEADER(entry_count), 0x80000000, SEAL, "2147483648 entries of 128 bytes" },
	{ HEADER(entry_size), 256, SEAL, "128 entries of 256 bytes" },
	{ HEADER(alternate_lba), SECTORS, SEAL, "backup table at sector 32768" },
	{ HEADER(alternate_lba), UINT64_MAX, SEAL, "backup table at sector" },
	{ HEADER(first_usable_lba), 33, SEAL, "which the tables need" },
	{ HEADER(last_usable_lba), SECTORS - 33, SEAL, "which the tables need" },
	{ HEADER(last_usable_lba), UINT64_MAX, SEAL, "which the tables need" },
	{ HEADER(last_usable_lba), 33, SEAL, "which the tables need" },
	{ ENTRY(2, attributes), 4, LEAVE, "damaged entries" },
	{ ENTRY(2, unique), 0, SEAL, "partition 2 has no UUID" },
	{ ENTRY(2, unique), 3, SEAL, "partitions 2 and 3 have the same UUID" },
	{ ENTRY(1, first_lba), 33, SEAL, "partition 1, sectors 33 to 4095, is out of bounds" },
	{ ENTRY(1, last_lba), 2047, SEAL, "partition 1, sectors 2048 to 2047, is out of bounds" },
	{ ENTRY(3, last_lba), SECTORS - 33, SEAL, "partition 3, sectors" },
	{ ENTRY(3, last_lba), UINT64_MAX, SEAL, "partition 3, sectors" },
	{ ENTRY(2, first_lba), 4095, SEAL, "partitions 1 and 2 overlap" },
	{ ENTRY(1, last_lba), 9000, SEAL, "partitions 1 and 2 overlap" },
};

static void wrong_values_are_refused(void)
{
	for (size_t i = 0; i < sizeof(wrong_values) / sizeof(wrong_values[0]); i++) {
		size_t size = wrong_values[i].size;
		struct test_disk disk;
		struct gpt gpt;

		disk_make(&disk, 512, DISK_MIB);
		if (size > sizeof(wrong_values[i].value))
			memset(disk.front + wrong_values[i].offset, (int)wrong_values[i].value, size);
		else
			memcpy(disk.front + wrong_values[i].offset, &wrong_values[i].value, size);
		if (wrong_values[i].checksums == SEAL)
			disk_seal(&disk);
		CHECK(read_disk(&disk, &gpt) < 0);
		CHECK_CONTAINS(failure(), wrong_values[i].says);
	}
}

static void a_partition_inside_another_is_refused(void)
{
	struct test_disk disk;
	struct gpt gpt;

	disk_make(&disk, 512, DISK_MIB);
	disk_partition(&disk, 4, 6, 1);
	disk_seal(&disk);
	CHECK(read_disk(&disk, &gpt) < 0);
	CHECK_CONTAINS(failure(), "partitions 3 and 4 overlap");
}

static void a_disk_that_did_not_grow_stays(void)
{
	for (size_t i = 0; i < 2; i++) {
		struct test_disk disk;
		struct gpt gpt, before;
		bool changed;

		disk_make(&disk, sector_sizes[i], 16);
		CHECK(read_disk(&disk, &gpt) == 0);
		before = gpt;
		CHECK(gpt_grow(&gpt, 3, &changed) == 0);
		CHECK(!changed);
		CHECK(memcmp(&gpt, &before, sizeof(gpt)) == 0);
	}
}

/* Reads the grown table back as a new boot would, both copies. */
static void a_grown_disk_is_filled(void)
{
	for (size_t i = 0; i < 2; i++) {
		unsigned size = sector_sizes[i];
		struct test_disk disk;
		struct gpt gpt, again;
		uint8_t back[GPT_BACK_MAX];
		bool changed;

		disk_make(&disk, size, 16);
		disk.sectors = (100ULL * (1 << 20) + 12288) / size; /* not a whole number of MiB */
		CHECK(read_disk(&disk, &gpt) == 0);
		CHECK(gpt_grow(&gpt, 3, &changed) == 0);
		CHECK(changed);
		gpt_write_front(&gpt, disk.front);
		gpt_write_back(&gpt, back);

		CHECK(read_disk(&disk, &again) == 0);
		CHECK(memcmp(&gpt, &again, sizeof(gpt)) == 0);
		CHECK(again.entries[2].first_lba == 4ULL * (1 << 20) / size);
		CHECK(again.entries[2].last_lba ==
		      99ULL * (1 << 20) / size - 1); /* the tables need 16.5 KiB: not MiB 100 */
		CHECK(again.header.alternate_lba == disk.sectors - 1);
		CHECK(disk.front[458] + 256 * disk.front[459] == (int)((disk.sectors - 1) & 0xffff));

		struct gpt_header backup;

		memcpy(&backup, back + GPT_TABLE_SIZE, sizeof(backup));
		CHECK(backup.my_lba == disk.sectors - 1);
		CHECK(backup.alternate_lba == 1);
		CHECK(backup.entries_lba == disk.sectors - 1 - GPT_TABLE_SIZE / size);
		CHECK(backup.entries_crc == reference_crc(back, GPT_TABLE_SIZE));

		uint32_t crc = backup.header_crc;

		backup.header_crc = 0;
		CHECK(crc == reference_crc(&backup, sizeof(backup)));
		CHECK(gpt_grow(&again, 3, &changed) == 0);
		CHECK(!changed);
	}
}

static void only_the_last_partition_grows(void)
{
	struct test_disk disk;
	struct gpt gpt;
	bool changed;

	disk_make(&disk, 512, 16);
	disk.sectors *= 2;
	CHECK(read_disk(&disk, &gpt) == 0);
	CHECK(gpt_grow(&gpt, 2, &changed) < 0);
	CHECK_CONTAINS(failure(), "partition 3 lies behind partition 2");
	CHECK(gpt_grow(&gpt, 4, &changed) < 0);
	CHECK(gpt_grow(&gpt, 0, &changed) < 0);
	CHECK(gpt_grow(&gpt, 129, &changed) < 0);
	CHECK(!changed);
}

int main(void)
{
	a_right_table_is_taken();
	wrong_values_are_refused();
	a_partition_inside_another_is_refused();
	a_disk_that_did_not_grow_stays();
	a_grown_disk_is_filled();
	only_the_last_partition_grows();
	return checks_end();
}
