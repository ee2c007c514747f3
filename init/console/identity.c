/* SPDX-License-Identifier: Apache-2.0 */
#include "identity.h"

#include "../conf.h"
#include "../error.h"
#include "../file.h"
#include "../log.h"
#include "../node.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char unknown[] = "unknown", default_device[] = "/dev/ttyS0";

static int read_root(struct node *node, bool rescue)
{
	char text[1024];

	if (!rescue)
		return node_load(node);

	ssize_t length = file_read("/etc/holdfast/root", text, sizeof(text));

	return length < 0 ? (int)length : root_identity_parse(text, (size_t)length, &node->root);
}

/* The configuration's name, or what tells machines apart before there is one. */
static void read_name(char *into, size_t size, bool rescue)
{
	static const char serial[] = "/sys/class/dmi/id/product_uuid";

	/* A node that is held may have no name yet. */
	if (file_read_line(rescue ? serial : HOSTNAME_FILE, into, size) <= 0 &&
	    (rescue || gethostname(into, size) < 0))
		snprintf(into, size, "%s", unknown);
	into[size - 1] = '\0';
}

static int store_device(void *into, const char *value)
{
	struct identity *identity = into;

	if (strlen(value) > sizeof(identity->device) - sizeof("/dev/") || strchr(value, '/'))
		return fail(0, "'%.40s' is no name of a terminal", value);
	snprintf(identity->device, sizeof(identity->device), "/dev/%s", value);
	return 0;
}

/* Process 1 has checked node.conf and tells which terminal it names. */
static void read_device(struct identity *identity)
{
	static const struct conf_key keys[] = {
		{ .section = "console", .name = "device", .store = store_device },
		{ .name = NULL },
	};
	char text[256];
	ssize_t length = file_read(CONSOLE_FILE, text, sizeof(text));

	if (length > 0 && conf_parse(CONSOLE_FILE, text, (size_t)length, keys, identity) < 0)
		log_error("%s; using %s", failure(), default_device);
}

void identity_read(struct identity *identity, bool rescue)
{
	static struct node node;

	*identity = (struct identity){ 0 };
	snprintf(identity->device, sizeof(identity->device), "%s", default_device);
	if (read_root(&node, rescue) < 0)
		log_error("%s", failure());
	snprintf(identity->version, sizeof(identity->version), "%s",
		 node.root.version[0] ? node.root.version : unknown);
	snprintf(identity->root, sizeof(identity->root), "%s", node.root.hash[0] ? node.root.hash : unknown);
	if (file_read_line("/proc/sys/kernel/random/boot_id", identity->boot, sizeof(identity->boot)) <= 0)
		snprintf(identity->boot, sizeof(identity->boot), "%s", unknown);
	read_name(identity->node, sizeof(identity->node), rescue);
	if (!rescue)
		read_device(identity);
}
