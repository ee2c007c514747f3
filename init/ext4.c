/* SPDX-License-Identifier: Apache-2.0 */
#include "ext4.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

/* The start of the superblock; numbers are little-endian. */
struct superblock {
	uint32_t inodes, blocks_low;
	uint32_t unused_1[4];
	uint32_t block_size_shift; /* of 1024 */
	uint32_t unused_2[6];
	uint16_t mounts, unused_3;
	uint16_t magic, state;
	uint32_t unused_4[9];
	uint32_t incompatible_features;
	uint32_t unused_5[5];
	char label[16];
	uint32_t unused_6[50];
	uint32_t blocks_high;
};

_Static_assert(__builtin_offsetof(struct superblock, mounts) == 0x34, "s_mnt_count");
_Static_assert(__builtin_offsetof(struct superblock, magic) == 0x38, "s_magic");
_Static_assert(__builtin_offsetof(struct superblock, incompatible_features) == 0x60, "s_feature_incompat");
_Static_assert(__builtin_offsetof(struct superblock, label) == 0x78, "s_volume_name");
_Static_assert(__builtin_offsetof(struct superblock, blocks_high) == 0x150, "s_blocks_count_hi");

enum {
	SUPERBLOCK_OFFSET = 1024,
	MAGIC = 0xef53,
	STATE_CLEAN = 1, /* with a journal it stays set: mounting replays the journal */
	STATE_ERRORS = 2,
	FEATURE_RECOVER = 0x04,
	FEATURE_64BIT = 0x80,
	BLOCK_SIZE_SHIFT_MAX = 6,
};

int ext4_read(const char *device, struct ext4 *ext4)
{
	struct superblock super;
	int file = open(device, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return fail(errno, "open %s", device);

	ssize_t length = pread(file, &super, sizeof(super), SUPERBLOCK_OFFSET);
	int errnum = length < 0 ? errno : EIO;

	close(file);
	if (length != sizeof(super))
		return fail(errnum, "read the superblock on %s", device);
	if (super.magic != MAGIC || super.block_size_shift > BLOCK_SIZE_SHIFT_MAX)
		return 0;

	snprintf(ext4->label, sizeof(ext4->label), "%.16s", super.label);
	ext4->block_size = 1024U << super.block_size_shift;
	ext4->blocks = super.blocks_low;
	if (super.incompatible_features & FEATURE_64BIT)
		ext4->blocks |= (unsigned long long)super.blocks_high << 32;
	ext4->was_mounted = super.mounts > 0;
	ext4->has_journal_to_replay = super.incompatible_features & FEATURE_RECOVER;
	ext4->needs_check = !(super.state & STATE_CLEAN) || (super.state & STATE_ERRORS);
	return 1;
}
