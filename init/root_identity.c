/* SPDX-License-Identifier: Apache-2.0 */
#include "root_identity.h"

#include "conf.h"
#include "error.h"

#include <stdio.h>
#include <string.h>

/* Far above any root, far below where the number of sectors would overflow. */
static const unsigned long long BLOCKS_MAX = 1ULL << 40;

static int store_version(void *into, const char *value)
{
	struct root_identity *root = into;

	/* It is a part of file names and of lines on the console. */
	if (value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~-")])
		return fail(0, "may hold letters, digits and . + ~ -, not %.40s", value);
	return conf_string(value, root->version, sizeof(root->version));
}

/* 32 bytes in the only form that we write: one text for one hash. */
static int store_hexadecimal(const char *value, char into[2 * HASH_SIZE + 1])
{
	size_t length = strlen(value);

	if (length != 2 * HASH_SIZE || strspn(value, "0123456789abcdef") != length)
		return fail(0, "must be %d digits 0-9 and a-f", 2 * HASH_SIZE);
	memcpy(into, value, length + 1);
	return 0;
}

static int store_hash(void *into, const char *value)
{
	return store_hexadecimal(value, ((struct root_identity *)into)->hash);
}

static int store_salt(void *into, const char *value)
{
	return store_hexadecimal(value, ((struct root_identity *)into)->salt);
}

static int store_blocks(void *into, const char *value)
{
	struct root_identity *root = into;
	int result = conf_number(value, BLOCKS_MAX, &root->blocks);

	if (result == 0 && root->blocks == 0)
		return fail(0, "must not be 0");
	return result;
}

static const struct conf_key keys[] = {
	{ "root", "version", store_version, .required = true },
	{ "root", "hash", store_hash, .required = true },
	{ "root", "salt", store_salt, .required = true },
	{ "root", "blocks", store_blocks, .required = true },
	{ 0 },
};

int root_identity_parse(char *text, size_t length, struct root_identity *root)
{
	*root = (struct root_identity){ 0 };
	return conf_parse("/etc/holdfast/root", text, length, keys, root);
}

/* 32 hexadecimal digits as the text of a UUID. */
static void write_uuid(const char *digits, char uuid[UUID_TEXT])
{
	snprintf(uuid, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16,
		 digits + 20);
}

void root_identity_uuids(const struct root_identity *root, char root_uuid[UUID_TEXT],
			 char verity_uuid[UUID_TEXT])
{
	write_uuid(root->hash, root_uuid);
	write_uuid(root->hash + HASH_SIZE, verity_uuid); /* 16 bytes are 32 digits */
}
