/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /init trusts about the root: the file /etc/holdfast/root of the
 * initramfs, which is signed with the kernel. Pure: no system call.
 */
#pragma once

#include <stddef.h>

enum { HASH_SIZE = 32, UUID_TEXT = 37 };

struct root_identity {
	char version[32];
	char hash[2 * HASH_SIZE + 1]; /* root hash of dm-verity, SHA-256, lower-case hexadecimal */
	char salt[2 * HASH_SIZE + 1]; /* its salt */
	unsigned long long blocks;    /* data blocks of 4096 bytes */
};

/* Parses the file (changed in place; text[length] is overwritten). 0 or fail()s. */
int root_identity_parse(char *text, size_t length, struct root_identity *root);

/*
 * Partition UUIDs of the root and of its verity tree: the first and the last
 * 128 bits of the root hash, in the order of the hash's bytes
 * (Discoverable Partitions Specification, "Verity").
 */
void root_identity_uuids(const struct root_identity *root, char root_uuid[UUID_TEXT],
			 char verity_uuid[UUID_TEXT]);
