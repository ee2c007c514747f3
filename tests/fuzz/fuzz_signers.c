/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/signers.c console/ssh_key.c console/wire.c console/base64.c error.c
// libraries: sodium
#include "console/signers.h"

#include <stdlib.h>
#include <string.h>

/* What holds for every list that was taken. */
static void check_list(const struct signers *signers)
{
	if (signers->count > SIGNERS_MAX || signers_names(signers) > signers->count)
		abort();
	for (size_t i = 0; i < signers->count; i++) {
		const struct signer *signer = &signers->list[i];

		/* found by its key: so no key is there twice */
		if (signers_find(signers, &signer->key) != signer)
			abort();
		if (signer->name[0] == '\0' || strpbrk(signer->name, "*?!,\" \t") ||
		    strpbrk(signer->namespaces, "*?!\" \t"))
			abort();
		if (signer->valid_after >= signer->valid_before)
			abort();
		if (signer->valid_after > 0 &&
		    signer_check(signer, "a", signer->valid_after - 1) == SIGNER_VALID)
			abort();
		if (signer->valid_before < INT64_MAX &&
		    signer_check(signer, "a", signer->valid_before + 1) == SIGNER_VALID)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct signers signers;
	char *text = malloc(size ? size : 1); /* of its exact size, so that reading beyond it is seen */

	if (!text)
		return 0;
	memcpy(text, data, size);
	if (signers_parse("fuzz", text, size, &signers) == 0)
		check_list(&signers);
	else if (signers.count)
		abort();
	free(text);
	return 0;
}
