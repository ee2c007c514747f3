/* SPDX-License-Identifier: Apache-2.0 */
/* What we must know of an ext4 file system before it is mounted (Documentation/filesystems/ext4/super.rst). */
#pragma once

#include <stdbool.h>

struct ext4 {
	char label[17];      /* "" for none */
	unsigned block_size; /* bytes */
	unsigned long long blocks;
	bool was_mounted;           /* ever, for writing */
	bool has_journal_to_replay; /* it was not unmounted: mounting it takes time */
	bool needs_check; /* not closed well and without a journal to replay, or an error was found while mounted */
};

/* Reads its superblock. 1, 0 if there is none, or fail()s. */
int ext4_read(const char *device, struct ext4 *ext4);
