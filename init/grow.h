/* SPDX-License-Identifier: Apache-2.0 */
/* Gives the last partition of a disk what the disk has gained: a larger virtual disk, or the image on a real one. */
#pragma once

struct partition;

/*
 * Extends the partition to the disk's end, in the table on the disk (backup
 * first, so that one copy is right at any time) and in the kernel; partition->size
 * then says so. Does nothing if there is less than 2 MiB to gain. 0 or fail()s,
 * with the partition as it was unless the kernel alone didn't follow.
 */
int grow_partition(const char *disk, struct partition *partition);

/* Lets the ext4 file system that is mounted there fill its device of so many bytes. 0 or fail()s. */
int grow_file_system(const char *mounted_on, unsigned long long bytes, unsigned block_size);
