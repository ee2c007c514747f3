/* SPDX-License-Identifier: Apache-2.0 */
/* What the initramfs found out, handed to the root in /run/holdfast/boot (a file only root can write). */
#include "conf.h"
#include "error.h"
#include "file.h"
#include "node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char path[] = "/run/holdfast/boot";

int node_save(const struct node *node)
{
	char text[2048];
	int length = snprintf(text, sizeof(text),
			      "[root]\nversion = %s\nhash = %s\nsalt = %s\nblocks = %llu\n"
			      "[boot]\nslot = %c\ndisk = %s\nroot = %s\nverity = %s\n",
			      node->root.version, node->root.hash, node->root.salt, node->root.blocks,
			      node->slot, node->disk, node->root_device, node->verity_device);

	for (size_t i = 0; i < node->step_count && length < (int)sizeof(text); i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length, "step = %s %s %u\n",
				   node->steps[i].name, node->steps[i].failed ? "failed" : "ok",
				   node->steps[i].milliseconds);
	if (length >= (int)sizeof(text))
		return fail(0, "%s would be larger than %zu bytes", path, sizeof(text));
	return file_replace(path, text, (size_t)length, 0600);
}

static int store_version(void *into, const char *value)
{
	return conf_string(value, ((struct node *)into)->root.version,
			   sizeof(((struct node *)into)->root.version));
}

static int store_hash(void *into, const char *value)
{
	return conf_string(value, ((struct node *)into)->root.hash, sizeof(((struct node *)into)->root.hash));
}

static int store_salt(void *into, const char *value)
{
	return conf_string(value, ((struct node *)into)->root.salt, sizeof(((struct node *)into)->root.salt));
}

static int store_blocks(void *into, const char *value)
{
	return conf_number(value, ~0ULL, &((struct node *)into)->root.blocks);
}

static int store_slot(void *into, const char *value)
{
	((struct node *)into)->slot = value[0];
	return 0;
}

static int store_disk(void *into, const char *value)
{
	return conf_string(value, ((struct node *)into)->disk, PATH_LENGTH);
}

static int store_root(void *into, const char *value)
{
	return conf_string(value, ((struct node *)into)->root_device, PATH_LENGTH);
}

static int store_verity(void *into, const char *value)
{
	return conf_string(value, ((struct node *)into)->verity_device, PATH_LENGTH);
}

static int store_step(void *into, const char *value)
{
	struct node *node = into;
	struct step_result step = { .stage = "initramfs" };
	char result[8];

	if (node->step_count == STEPS_MAX ||
	    sscanf(value, "%15s %7s %u", step.name, result, &step.milliseconds) != 3)
		return fail(0, "'%s' is not a step, a result and milliseconds", value);
	step.failed = strcmp(result, "ok") != 0;
	node->steps[node->step_count++] = step;
	return 0;
}

static const struct conf_key keys[] = {
	{ "root", "version", store_version, .required = true },
	{ "root", "hash", store_hash, .required = true },
	{ "root", "salt", store_salt, .required = true },
	{ "root", "blocks", store_blocks, .required = true },
	{ "boot", "slot", store_slot, .required = true },
	{ "boot", "disk", store_disk, .required = true },
	{ "boot", "root", store_root, .required = true },
	{ "boot", "verity", store_verity, .required = true },
	{ "boot", "step", store_step, .repeatable = true },
	{ 0 },
};

int node_load(struct node *node)
{
	char text[2048];
	ssize_t length = file_read(path, text, sizeof(text));

	if (length < 0)
		return (int)length;

	int result = conf_parse(path, text, (size_t)length, keys, node);
	if (result < 0)
		return result;
	length = file_read_line("/proc/sys/kernel/random/boot_id", node->boot_id, sizeof(node->boot_id));
	return length < 0 ? (int)length : 0;
}
