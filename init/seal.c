/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the preparations: what the kernel was given until now is all that it gets. */
#include "error.h"
#include "file.h"
#include "node.h"

static const struct seal {
	const char *path, *value;
} seals[] = {
	{ "/proc/sys/kernel/modules_disabled", "1" },
};

int step_seal(struct node *node)
{
	(void)node;
	for (size_t i = 0; i < sizeof(seals) / sizeof(seals[0]); i++) {
		int result = file_write(seals[i].path, seals[i].value);

		if (result < 0)
			return result;
	}
	return 0;
}
