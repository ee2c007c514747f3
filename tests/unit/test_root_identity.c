/* SPDX-License-Identifier: Apache-2.0 */
// sources: root_identity.c conf.c error.c
#include "check.h"
#include "error.h"
#include "root_identity.h"

#define HASH "0123456789abcdef0123456789abcdeffedcba9876543210fedcba9876543210"
#define SALT "00000000000000000000000000000000ffffffffffffffffffffffffffffffff"
#define VERSION_LINE "version = 0.1.0\n"
#define HASH_LINE "hash = " HASH "\n"
#define SALT_LINE "salt = " SALT "\n"
#define BLOCKS_LINE "blocks = 65536\n"

static int parse(const char *file, struct root_identity *root)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s", file);
	return root_identity_parse(text, strlen(text), root);
}

static void a_right_file_is_taken(void)
{
	struct root_identity root;

	CHECK(parse("[root]\n" VERSION_LINE HASH_LINE SALT_LINE BLOCKS_LINE, &root) == 0);
	CHECK_TEXT(root.version, "0.1.0");
	CHECK_TEXT(root.hash, HASH);
	CHECK_TEXT(root.salt, SALT);
	CHECK(root.blocks == 65536);
}

static void a_version_has_letters_digits_and_a_few_signs(void)
{
	struct root_identity root;

	CHECK(parse("[root]\nversion = AZaz09.+~-\n" HASH_LINE SALT_LINE BLOCKS_LINE, &root) == 0);
	CHECK_TEXT(root.version, "AZaz09.+~-");
}

static void uuids_are_the_ends_of_the_hash(void)
{
	struct root_identity root;
	char root_uuid[UUID_TEXT], verity_uuid[UUID_TEXT];

	CHECK(parse("[root]\n" VERSION_LINE HASH_LINE SALT_LINE BLOCKS_LINE, &root) == 0);
	root_identity_uuids(&root, root_uuid, verity_uuid);
	CHECK_TEXT(root_uuid, "01234567-89ab-cdef-0123-456789abcdef");
	CHECK_TEXT(verity_uuid, "fedcba98-7654-3210-fedc-ba9876543210");
}

static const struct {
	const char *file, *says;
} wrong[] = {
	{ "",										  "version is missing"              },
	{ "[root]\n" HASH_LINE SALT_LINE BLOCKS_LINE,                                          "version is missing"              },
	{ "[root]\n" VERSION_LINE SALT_LINE BLOCKS_LINE,                                       "hash is missing"                 },
	{ "[root]\n" VERSION_LINE HASH_LINE BLOCKS_LINE,                                       "salt is missing"                 },
	{ "[root]\n" VERSION_LINE HASH_LINE SALT_LINE,                                         "blocks is missing"               },
	{ VERSION_LINE,									"line 1"                          },
	{ "[root]\nhash = 0123\n",							     "line 2: hash: must be 64 digits" },
	{ "[root]\nhash = 0" HASH "\n",							"must be 64 digits"               },
	{ "[root]\nhash = 0123456789ABCDEF0123456789abcdeffedcba9876543210fedcba9876543210\n",
         "must be 64 digits"												     },
	{ "[root]\nsalt = -\n",								"salt: must be 64 digits"         },
	{ "[root]\n" HASH_LINE HASH_LINE,						      "line 3: a second value"          },
	{ "[root]\nversion = ../1\n",							  "version: may hold"               },
	{ "[root]\nversion = 0123456789012345678901234567890123456789\n",                      "longer than"                     },
	{ "[root]\nblocks = 0\n",							      "must not be 0"                   },
	{ "[root]\nblocks = -1\n",							     "must be a number"                },
	{ "[root]\nblocks = 2305843009213693952\n",                                            "must be a number"                },
	{ "[root]\ncipher = none\n",							   "unknown key cipher"              },
	{ "[other]\n",									 "unknown section"                 },
};

static void wrong_files_are_refused(void)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct root_identity root;

		CHECK(parse(wrong[i].file, &root) < 0);
		CHECK_CONTAINS(failure(), wrong[i].says);
	}
}

int main(void)
{
	a_right_file_is_taken();
	a_version_has_letters_digits_and_a_few_signs();
	uuids_are_the_ends_of_the_hash();
	wrong_files_are_refused();
	return checks_end();
}
