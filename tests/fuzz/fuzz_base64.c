/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/base64.c console/wire.c console/ssh_key.c
// libraries: sodium
#include "../unit/software_key.h"
#include "console/base64.h"

#include <stdlib.h>

/* The first byte says how much room there is. What was decoded, encoded again, is the input without white space. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[4096];
	static char again[8192], text[4096];
	size_t room = size ? data[0] * 16U : 0, length, kept = 0;

	if (size < 1 || size > sizeof(text))
		return 0;
	if (!base64_decode((const char *)data + 1, size - 1, bytes, room, &length))
		return 0;
	for (size_t i = 1; i < size; i++)
		if (!strchr(" \t\r\n", data[i]))
			text[kept++] = (char)data[i];
	if (length > room || software_base64(bytes, length, again) != kept || memcmp(again, text, kept) != 0)
		abort();

	base64_encode(bytes, length, text);
	if (strncmp(text, again, strlen(text)) != 0 || strspn(again + strlen(text), "=") > 2)
		abort();
	return 0;
}
