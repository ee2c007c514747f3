/* SPDX-License-Identifier: Apache-2.0 */
#include "gpt.h"

#include "error.h"

#include <string.h>

_Static_assert(sizeof(struct gpt_header) == 92, "UEFI 2.10, table 5.5");
_Static_assert(sizeof(struct gpt_entry) == 128, "UEFI 2.10, table 5.6");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the structures are used as they stand on the disk");

enum { MIB = 1 << 20, REVISION_1 = 0x00010000, PRIMARY_LBA = 1, PRIMARY_ENTRIES_LBA = 2 };

/* One of the four records of the protective MBR (table 5.4). */
struct mbr_record {
	uint8_t boot_indicator, starting_chs[3], type, ending_chs[3];
	uint32_t starting_lba, sectors;
} __attribute__((packed));

enum { MBR_RECORDS = 446, MBR_SIGNATURE = 510, MBR_TYPE_GPT = 0xee };

/* CRC-32 of ISO 3309, half a byte at a time: a small table for what runs once on a grown disk. */
static uint32_t crc32(const void *data, size_t length)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = ~0U;

	for (const uint8_t *byte = data; length-- > 0; byte++) {
		crc = crc >> 4 ^ table[(crc ^ *byte) & 0xf];
		crc = crc >> 4 ^ table[(crc ^ *byte >> 4) & 0xf];
	}
	return ~crc;
}

static uint32_t header_crc(struct gpt_header header)
{
	header.header_crc = 0;
	return crc32(&header, sizeof(header));
}

static uint64_t entry_sectors(const struct gpt *gpt)
{
	return GPT_TABLE_SIZE / gpt->sector_size;
}

size_t gpt_front_size(unsigned sector_size)
{
	return 2 * (size_t)sector_size + GPT_TABLE_SIZE;
}

size_t gpt_back_size(unsigned sector_size)
{
	return (size_t)sector_size + GPT_TABLE_SIZE;
}

static int check_protective_mbr(const uint8_t *sector)
{
	struct mbr_record record;

	if (sector[MBR_SIGNATURE] != 0x55 || sector[MBR_SIGNATURE + 1] != 0xaa)
		return fail(0, "the disk has no boot record");
	memcpy(&record, sector + MBR_RECORDS, sizeof(record));
	if (record.type != MBR_TYPE_GPT || record.starting_lba != PRIMARY_LBA)
		return fail(0, "the boot record does not protect a GUID partition table");
	return 0;
}

/* Whether it is a header at all, undamaged, and of the one layout that we make. */
static int check_header(const struct gpt_header *header)
{
	if (memcmp(header->signature, "EFI PART", sizeof(header->signature)) != 0)
		return fail(0, "no header: the signature is missing");
	if (header->revision != REVISION_1)
		return fail(0, "header of unknown revision 0x%08x", header->revision);
	if (header->header_size != sizeof(*header))
		return fail(0, "header of %u bytes, not %zu", header->header_size, sizeof(*header));
	if (header->header_crc != header_crc(*header))
		return fail(0, "damaged header: its checksum is wrong");
	if (header->reserved != 0)
		return fail(0, "header with reserved bits");
	if (header->entry_size != sizeof(struct gpt_entry) || header->entry_count != GPT_ENTRIES)
		return fail(0, "%u entries of %u bytes, not %d of %zu", header->entry_count,
			    header->entry_size, GPT_ENTRIES, sizeof(struct gpt_entry));
	return 0;
}

/* Whether all that the header points at lies on the disk, in order. */
static int check_places(const struct gpt *gpt)
{
	const struct gpt_header *header = &gpt->header;

	if (header->my_lba != PRIMARY_LBA || header->entries_lba != PRIMARY_ENTRIES_LBA)
		return fail(0, "header of sector %llu with entries at %llu, not of %d and %d",
			    (unsigned long long)header->my_lba, (unsigned long long)header->entries_lba,
			    PRIMARY_LBA, PRIMARY_ENTRIES_LBA);
	if (header->alternate_lba >= gpt->disk_sectors)
		return fail(0, "backup table at sector %llu of a disk of %llu sectors",
			    (unsigned long long)header->alternate_lba, (unsigned long long)gpt->disk_sectors);
	/* In this order no sum can overflow: each is of numbers below the size of the disk. */
	if (header->first_usable_lba < PRIMARY_ENTRIES_LBA + entry_sectors(gpt) ||
	    header->last_usable_lba < header->first_usable_lba ||
	    header->last_usable_lba >= header->alternate_lba ||
	    header->alternate_lba - header->last_usable_lba <= entry_sectors(gpt))
		return fail(0, "room for partitions from sector %llu to %llu, which the tables need",
			    (unsigned long long)header->first_usable_lba,
			    (unsigned long long)header->last_usable_lba);
	return 0;
}

static bool is_zero(const uint8_t guid[16])
{
	static const uint8_t zero[16];

	return memcmp(guid, zero, sizeof(zero)) == 0;
}

static bool is_used(const struct gpt_entry *entry)
{
	return !is_zero(entry->type);
}

static int check_entry(const struct gpt *gpt, unsigned index)
{
	const struct gpt_entry *entry = &gpt->entries[index];

	if (is_zero(entry->unique))
		return fail(0, "partition %u has no UUID", index + 1);
	if (entry->first_lba > entry->last_lba || entry->first_lba < gpt->header.first_usable_lba ||
	    entry->last_lba > gpt->header.last_usable_lba)
		return fail(0, "partition %u, sectors %llu to %llu, is out of bounds", index + 1,
			    (unsigned long long)entry->first_lba, (unsigned long long)entry->last_lba);

	for (unsigned i = 0; i < index; i++) {
		const struct gpt_entry *other = &gpt->entries[i];

		if (!is_used(other))
			continue;
		if (entry->first_lba <= other->last_lba && other->first_lba <= entry->last_lba)
			return fail(0, "partitions %u and %u overlap", i + 1, index + 1);
		if (memcmp(entry->unique, other->unique, sizeof(entry->unique)) == 0)
			return fail(0, "partitions %u and %u have the same UUID", i + 1, index + 1);
	}
	return 0;
}

static int check_entries(const struct gpt *gpt)
{
	if (gpt->header.entries_crc != crc32(gpt->entries, sizeof(gpt->entries)))
		return fail(0, "damaged entries: their checksum is wrong");
	for (unsigned i = 0; i < GPT_ENTRIES; i++) {
		int result = is_used(&gpt->entries[i]) ? check_entry(gpt, i) : 0;

		if (result < 0)
			return result;
	}
	return 0;
}

int gpt_read_front(const uint8_t *front, unsigned sector_size, uint64_t disk_sectors, struct gpt *gpt)
{
	int result = check_protective_mbr(front);

	gpt->sector_size = sector_size;
	gpt->disk_sectors = disk_sectors;
	memcpy(&gpt->header, front + sector_size, sizeof(gpt->header));
	memcpy(gpt->entries, front + 2 * (size_t)sector_size, sizeof(gpt->entries));
	if (result == 0)
		result = check_header(&gpt->header);
	if (result == 0)
		result = check_places(gpt);
	if (result == 0)
		result = check_entries(gpt);
	return result;
}

static int check_is_last(const struct gpt *gpt, unsigned number)
{
	const struct gpt_entry *entry = &gpt->entries[number - 1];

	for (unsigned i = 0; i < GPT_ENTRIES; i++)
		if (is_used(&gpt->entries[i]) && gpt->entries[i].first_lba > entry->first_lba)
			return fail(0, "partition %u lies behind partition %u, which therefore can't grow",
				    i + 1, number);
	return 0;
}

int gpt_grow(struct gpt *gpt, unsigned number, bool *changed)
{
	struct gpt_header *header = &gpt->header;
	uint64_t backup = gpt->disk_sectors - 1, last_usable = backup - entry_sectors(gpt) - 1;
	uint64_t sectors_of_mib = MIB / gpt->sector_size;
	uint64_t end = (last_usable + 1) / sectors_of_mib * sectors_of_mib; /* the first sector not ours */

	*changed = false;
	if (number < 1 || number > GPT_ENTRIES || !is_used(&gpt->entries[number - 1]))
		return fail(0, "there is no partition %u", number);

	struct gpt_entry *entry = &gpt->entries[number - 1];
	int result = check_is_last(gpt, number);

	if (result < 0)
		return result;
	if (header->alternate_lba == backup && header->last_usable_lba == last_usable &&
	    entry->last_lba + 1 >= end)
		return 0;

	header->alternate_lba = backup;
	header->last_usable_lba = last_usable;
	if (entry->last_lba + 1 < end)
		entry->last_lba = end - 1;
	header->entries_crc = crc32(gpt->entries, sizeof(gpt->entries));
	header->header_crc = header_crc(*header);
	*changed = true;
	return 0;
}

/* A header takes a whole sector, the rest of it zero. */
static void write_header(const struct gpt *gpt, const struct gpt_header *header, uint8_t *sector)
{
	memset(sector, 0, gpt->sector_size);
	memcpy(sector, header, sizeof(*header));
}

void gpt_write_front(const struct gpt *gpt, uint8_t *front)
{
	struct mbr_record record;
	uint64_t protected = gpt->disk_sectors - 1;

	memcpy(&record, front + MBR_RECORDS, sizeof(record));
	record.sectors = protected < UINT32_MAX ? (uint32_t)protected : UINT32_MAX;
	memcpy(front + MBR_RECORDS, &record, sizeof(record));
	write_header(gpt, &gpt->header, front + gpt->sector_size);
	memcpy(front + 2 * (size_t)gpt->sector_size, gpt->entries, sizeof(gpt->entries));
}

void gpt_write_back(const struct gpt *gpt, uint8_t *back)
{
	struct gpt_header header = gpt->header;

	header.my_lba = gpt->header.alternate_lba;
	header.alternate_lba = PRIMARY_LBA;
	header.entries_lba = header.my_lba - entry_sectors(gpt);
	header.header_crc = header_crc(header);
	memcpy(back, gpt->entries, sizeof(gpt->entries));
	write_header(gpt, &header, back + sizeof(gpt->entries));
}
