/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"
#include "file.h"
#include "network.h"
#include "node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int hostname_set(const struct node *node)
{
	char name[NAME_LENGTH], id[64], line[NAME_LENGTH + 1];

	/* Without a state partition there is no machine id; the node still has a name. */
	if (node->config.name[0])
		snprintf(name, sizeof(name), "%s", node->config.name);
	else if (file_read_line("/etc/machine-id", id, sizeof(id)) >= 8)
		snprintf(name, sizeof(name), "holdfast-%.8s", id);
	else
		snprintf(name, sizeof(name), "holdfast");

	if (sethostname(name, strlen(name)) < 0)
		return fail(errno, "set the host name %s", name);
	snprintf(line, sizeof(line), "%s\n", name);
	return file_replace(HOSTNAME_FILE, line, strlen(line), 0644);
}
