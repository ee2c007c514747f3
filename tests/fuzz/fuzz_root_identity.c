/* SPDX-License-Identifier: Apache-2.0 */
// sources: root_identity.c conf.c error.c
#include "root_identity.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct root_identity root;
	char root_uuid[UUID_TEXT], verity_uuid[UUID_TEXT];
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	/* What is accepted is whole. */
	if (root_identity_parse(text, size, &root) == 0) {
		root_identity_uuids(&root, root_uuid, verity_uuid);
		if (strlen(root.hash) != 2 * HASH_SIZE || strlen(root_uuid) != 36 || root.blocks == 0)
			abort();
	}
	free(text);
	return 0;
}
