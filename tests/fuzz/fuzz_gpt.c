/* SPDX-License-Identifier: Apache-2.0 */
// sources: gpt.c error.c
/*
 * Lays the input over a right table (offset, length, bytes, …), makes the
 * checksums right so that what lies behind them is reached, and grows it.
 * What was accepted must be accepted again when read back.
 */
#include "../unit/gpt_disk.h"

static void spoil(struct test_disk *disk, const uint8_t *data, size_t size)
{
	size_t front = gpt_front_size(disk->sector_size);

	while (size > 3) {
		size_t offset = (data[0] + 256U * data[1]) % front, length = data[2];

		data += 3;
		size -= 3;
		if (length > size)
			length = size;
		if (length > front - offset)
			length = front - offset;
		memcpy(disk->front + offset, data, length);
		data += length;
		size -= length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct test_disk disk;
	struct gpt gpt, again;
	uint8_t back[GPT_BACK_MAX];
	bool changed;

	if (size < 2)
		return 0;
	disk_make(&disk, data[0] & 1 ? 4096 : 512, 8);
	disk.sectors += data[1];
	spoil(&disk, data + 2, size - 2);
	if (data[0] & 2)
		disk_seal(&disk);
	if (gpt_read_front(disk.front, disk.sector_size, disk.sectors, &gpt) < 0)
		return 0;
	if (gpt_grow(&gpt, data[0] >> 2, &changed) < 0)
		return 0;
	gpt_write_front(&gpt, disk.front);
	gpt_write_back(&gpt, back);
	if (gpt_read_front(disk.front, disk.sector_size, disk.sectors, &again) < 0 ||
	    memcmp(&gpt, &again, sizeof(gpt)) != 0)
		abort();
	return 0;
}
