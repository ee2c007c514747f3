/* SPDX-License-Identifier: Apache-2.0 */
#include "directory.h"

#include <dirent.h>
#include <errno.h>

int directory_visit(int directory, void (*visit)(void *context, const char *name), void *context)
{
	struct dirent entries[8]; /* of as many names as fit: getdents(2) packs them */
	int length;

	while ((length = getdents(directory, entries, sizeof(entries))) > 0)
		for (int at = 0; at < length;) {
			const struct dirent *entry = (const void *)((const char *)entries + at);

			if (entry->d_name[0] != '.')
				visit(context, entry->d_name);
			at += entry->d_reclen;
		}
	return length < 0 ? -errno : 0;
}
