/* SPDX-License-Identifier: Apache-2.0 */
// sources: smbios.c error.c
#include "smbios.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char value[64];
	ssize_t length = smbios_credential(data, size, "n", value, sizeof(value));

	if (length >= (ssize_t)sizeof(value) || (length >= 0 && value[length] != '\0'))
		abort();
	return 0;
}
