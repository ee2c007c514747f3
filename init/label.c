/* SPDX-License-Identifier: Apache-2.0 */
#include "label.h"

#include "error.h"
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char attribute[] = "security.selinux";

enum { LABEL_SIZE = 80 };

bool label_in_use(void)
{
	static bool loaded; /* and never unloaded */

	/* Any other error than this means that there is one, which forbids to look. */
	loaded = loaded || access("/sys/fs/selinux/enforce", F_OK) == 0 || errno != ENOENT;
	return loaded;
}

static void label_of_file(char label[LABEL_SIZE], const char *type)
{
	snprintf(label, LABEL_SIZE, "system_u:object_r:%s:s0", type);
}

int label_file(const char *path, const char *type)
{
	char label[LABEL_SIZE];

	if (!label_in_use())
		return 0;
	label_of_file(label, type);
	return lsetxattr(path, attribute, label, strlen(label), 0) < 0
		       ? fail(errno, "label %s as %s", path, type)
		       : 0;
}

/* What the kernel goes by, which is not always what the disk says. */
static bool has_label(int descriptor, const char *label)
{
	char now[LABEL_SIZE] = "";

	return fgetxattr(descriptor, attribute, now, sizeof(now) - 1) > 0 && strcmp(now, label) == 0;
}

int label_descriptor(int descriptor, const char *name, const char *type)
{
	char label[LABEL_SIZE];

	if (!label_in_use())
		return 0;
	label_of_file(label, type);
	if (has_label(descriptor, label))
		return 0; /* a write to the disk less */
	return fsetxattr(descriptor, attribute, label, strlen(label), 0) < 0
		       ? fail(errno, "label %s as %s", name, type)
		       : 0;
}

int label_next_program(const char *domain)
{
	char label[LABEL_SIZE];

	if (!label_in_use())
		return 0;
	snprintf(label, sizeof(label), "system_u:system_r:%s:s0", domain);
	return file_write("/proc/self/attr/exec", label);
}
