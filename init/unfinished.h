/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A marker that says: the state file system is being made here. It stands at
 * the start of the last MiB of the state partition, which the file system never
 * gets. It is on the disk before mke2fs starts and gone before the file
 * system is mounted for the first time; so what a power cut leaves in between is known
 * as ours and may be made anew. It names the partition's place on the disk: elsewhere it means nothing.
 */
#pragma once

enum { UNFINISHED_RESERVE = 1 << 20 /* bytes at the partition's end */ };

struct partition;

/* Writes the marker, and returns once it is on the disk. 0 or fail()s. */
int unfinished_mark(const struct partition *state);

/* Removes it in the same way. 0 or fail()s. */
int unfinished_clear(const struct partition *state);

/* Whether it is there: 1, 0 or fail()s. */
int unfinished_is_marked(const struct partition *state);
