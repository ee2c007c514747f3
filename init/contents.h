/* SPDX-License-Identifier: Apache-2.0 */
/* What a partition holds, as far as libblkid knows. */
#pragma once

#include <stdbool.h>

struct contents {
	bool blank; /* nothing that libblkid knows, and 128 MiB of zeroes, all that the image wrote there */
	char type[32];  /* "ext4"; "" where libblkid knows nothing, or several things at once */
	char table[16]; /* "dos": a partition table in the partition; "" for none */
	char label[64]; /* "" for none */
};

/* Reads the device. 0 or fail()s. */
int contents_read(const char *device, struct contents *contents);

/* The contents in words for a person: "vfat labelled DATA", "data of an unknown kind". Valid until the next call. */
const char *contents_in_words(const struct contents *contents);
