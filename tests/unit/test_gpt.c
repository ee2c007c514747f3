/* SPDX-License-Identifier: Apache-2.0 */
// sources: gpt.c error.c
#include "check.h"
#include "error.h"
#include "gpt.h"
#include "gpt_disk.h"

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

/* Each spoils a right table in one way. Those that a checksum would hide behind are sealed again. */
static void no_signature(struct test_disk *disk) { disk_header(disk)->signature[0] = 'F'; }
static void revision(struct test_disk *disk) { disk_header(disk)->revision = 0x20000; disk_seal(disk); }
static void small_header(struct test_disk *disk) { disk_header(disk)->header_size = 64; disk_seal(disk); }
static void huge_header(struct test_disk *disk) { disk_header(disk)->header_size = ~0U; disk_seal(disk); }
static void flipped_header(struct test_disk *disk) { disk_header(disk)->disk_guid[3] ^= 1; }
static void reserved(struct test_disk *disk) { disk_header(disk)->reserved = 1; disk_seal(disk); }
static void many_entries(struct test_disk *disk) { disk_header(disk)->entry_count = 1U << 31; disk_seal(disk); }
static void entry_size(struct test_disk *disk) { disk_header(disk)->entry_size = 256; disk_seal(disk); }
static void flipped_entry(struct test_disk *disk) { disk_entries(disk)[1].attributes ^= 4; }
static void my_lba(struct test_disk *disk) { disk_header(disk)->my_lba = 2; disk_seal(disk); }
static void entries_lba(struct test_disk *disk) { disk_header(disk)->entries_lba = 3; disk_seal(disk); }
static void no_mbr(struct test_disk *disk) { disk->front[510] = 0; }
static void dos_table(struct test_disk *disk) { disk->front[450] = 0x83; }
static void no_uuid(struct test_disk *disk) { memset(disk_entries(disk)[1].unique, 0, 16); disk_seal(disk); }
static void same_uuid(struct test_disk *disk) { memset(disk_entries(disk)[1].unique, 3, 16); disk_seal(disk); }

static void beyond_the_disk(struct test_disk *disk)
{
	disk_header(disk)->alternate_lba = disk->sectors;
	disk_seal(disk);
}

static void first_usable_in_the_table(struct test_disk *disk)
{
	disk_header(disk)->first_usable_lba = 2;
	disk_seal(disk);
}

static void last_usable_in_the_backup(struct test_disk *disk)
{
	disk_header(disk)->last_usable_lba = disk->sectors - 2;
	disk_seal(disk);
}

static void usable_backwards(struct test_disk *disk)
{
	disk_header(disk)->last_usable_lba = disk_header(disk)->first_usable_lba - 1;
	disk_seal(disk);
}

static void overlap(struct test_disk *disk)
{
	disk_entries(disk)[1].first_lba--;
	disk_seal(disk);
}

static void overlap_inside(struct test_disk *disk)
{
	disk_partition(disk, 4, 6, 1);
	disk_seal(disk);
}

static void backwards(struct test_disk *disk)
{
	disk_entries(disk)[0].last_lba = disk_entries(disk)[0].first_lba - 1;
	disk_seal(disk);
}

static void starts_in_the_table(struct test_disk *disk)
{
	disk_entries(disk)[0].first_lba = 3;
	disk_seal(disk);
}

static void ends_in_the_backup(struct test_disk *disk)
{
	disk_entries(disk)[2].last_lba = disk->sectors - 1;
	disk_seal(disk);
}

static void ends_nowhere(struct test_disk *disk)
{
	disk_entries(disk)[2].last_lba = UINT64_MAX;
	disk_seal(disk);
}

static const struct {
	void (*spoil)(struct test_disk *disk);
	const char *says;
} spoilers[] = {
	{ no_signature, "signature" },
	{ revision, "revision" },
	{ small_header, "header of 64 bytes" },
	{ huge_header, "header of 4294967295 bytes" },
	{ flipped_header, "damaged header" },
	{ reserved, "reserved" },
	{ many_entries, "entries of 128 bytes" },
	{ entry_size, "entries of 256 bytes" },
	{ flipped_entry, "damaged entries" },
	{ my_lba, "header of sector 2" },
	{ entries_lba, "entries at 3" },
	{ no_mbr, "no boot record" },
	{ dos_table, "does not protect" },
	{ no_uuid, "partition 2 has no UUID" },
	{ same_uuid, "partitions 2 and 3 have the same UUID" },
	{ beyond_the_disk, "backup table at sector" },
	{ first_usable_in_the_table, "which the tables need" },
	{ last_usable_in_the_backup, "which the tables need" },
	{ usable_backwards, "which the tables need" },
	{ overlap, "partitions 1 and 2 overlap" },
	{ overlap_inside, "partitions 3 and 4 overlap" },
	{ backwards, "partition 1, sectors" },
	{ starts_in_the_table, "partition 1, sectors" },
	{ ends_in_the_backup, "partition 3, sectors" },
	{ ends_nowhere, "partition 3, sectors" },
};

static void spoiled_tables_are_refused(void)
{
	for (size_t i = 0; i < sizeof(spoilers) / sizeof(spoilers[0]); i++) {
		struct test_disk disk;
		struct gpt gpt;

		disk_make(&disk, 512, 16);
		spoilers[i].spoil(&disk);
		CHECK(read_disk(&disk, &gpt) < 0);
		CHECK_CONTAINS(failure(), spoilers[i].says);
	}
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
		CHECK(again.entries[2].last_lba == 99ULL * (1 << 20) / size - 1); /* the tables need 16.5 KiB: not MiB 100 */
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
	spoiled_tables_are_refused();
	a_disk_that_did_not_grow_stays();
	a_grown_disk_is_filled();
	only_the_last_partition_grows();
	return checks_end();
}
