/* SPDX-License-Identifier: Apache-2.0 */
#include "contents.h"

#include "error.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MIB = 1 << 20, BLANK_MIB = 128, ALIGNMENT = 4096 };

/* Whether all are zero; a word at a time, for there are many. */
static bool is_zero(const uint64_t *words, size_t count)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < count; i++)
		bits |= words[i];
	return bits == 0;
}

/* 1, 0 or -errno. */
static int reads_as_zeroes(int file, uint64_t *piece)
{
	for (int i = 0; i < BLANK_MIB; i++) {
		ssize_t length = pread(file, piece, MIB, (off_t)i * MIB);

		if (length < 0)
			return -errno;
		if (!is_zero(piece, (size_t)length / sizeof(*piece)))
			return 0;
		if (length < MIB)
			break;
	}
	return 1;
}

/*
 * Whether the first 128 MiB, or all of a smaller device, are zero: 1, 0 or
 * fail()s. Read past the page cache, where they would only push out what is needed.
 */
static int starts_with_zeroes(const char *device)
{
	int file = open(device, O_RDONLY | O_DIRECT | O_CLOEXEC);

	if (file < 0)
		return fail(errno, "open %s", device);

	uint64_t *piece = aligned_alloc(ALIGNMENT, MIB);
	int result = piece ? reads_as_zeroes(file, piece) : -ENOMEM;

	free(piece);
	close(file);
	return result < 0 ? fail(-result, "read %s", device) : result;
}

static void copy_value(blkid_probe probe, const char *name, char *into, size_t size)
{
	const char *value;

	if (blkid_probe_lookup_value(probe, name, &value, NULL) == 0)
		snprintf(into, size, "%s", value);
}

static int read_contents(const char *device, int file, blkid_probe probe, struct contents *contents)
{
	if (blkid_probe_set_device(probe, file, 0, 0) < 0)
		return fail(errno, "probe %s", device);
	/* What a damaged file system was is known too; so are tables, for a disk inside a partition. */
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe,
					  BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_BADCSUM);
	blkid_probe_enable_partitions(probe, 1);

	/* 0: one thing, 1: nothing, -2: several things that contradict each other. */
	int known = blkid_do_safeprobe(probe);

	if (known == -1)
		return fail(errno ? errno : EIO, "probe %s", device);
	copy_value(probe, "TYPE", contents->type, sizeof(contents->type));
	copy_value(probe, "PTTYPE", contents->table, sizeof(contents->table));
	copy_value(probe, "LABEL", contents->label, sizeof(contents->label));
	if (known != 1)
		return 0;

	int zeroes = starts_with_zeroes(device);

	contents->blank = zeroes > 0;
	return zeroes < 0 ? zeroes : 0;
}

int contents_read(const char *device, struct contents *contents)
{
	int file = open(device, O_RDONLY | O_CLOEXEC);

	*contents = (struct contents){ 0 };
	if (file < 0)
		return fail(errno, "open %s", device);

	blkid_probe probe = blkid_new_probe();
	int result = probe ? read_contents(device, file, probe, contents) : fail(ENOMEM, "probe %s", device);

	blkid_free_probe(probe);
	close(file);
	return result;
}

const char *contents_in_words(const struct contents *contents)
{
	static char words[160];

	if (contents->blank)
		return "nothing";
	if (contents->type[0])
		snprintf(words, sizeof(words), "%s %s%s", contents->type,
			 contents->label[0] ? "labelled " : "without a label", contents->label);
	else if (contents->table[0])
		snprintf(words, sizeof(words), "a partition table (%s)", contents->table);
	else
		snprintf(words, sizeof(words), "data of an unknown kind");
	return words;
}
