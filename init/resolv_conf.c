/* SPDX-License-Identifier: Apache-2.0 */
/* resolv.conf(5), which the root links to from /etc. Pods get a copy from the kubelet. */
#include "error.h"
#include "file.h"
#include "network.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char path[] = "/run/holdfast/resolv.conf";
static const char static_path[] = "/run/holdfast/resolv.static";

enum { TEXT_SIZE = 2048 }; /* both lists, each of ADDRESSES_MAX lines */

/* Appends a line for each server to text. */
static void add_servers(char *text, const struct address *servers, size_t count)
{
	char address[ADDRESS_TEXT];
	size_t used = strlen(text);

	for (size_t i = 0; i < count && used < TEXT_SIZE; i++)
		used += (size_t)snprintf(text + used, TEXT_SIZE - used, "nameserver %s\n",
					 address_format(&servers[i], address));
}

int resolv_conf_write(const struct address *servers, size_t count)
{
	char text[TEXT_SIZE];
	ssize_t length = file_read(static_path, text, sizeof(text));

	if (length < 0 && length != -ENOENT)
		return (int)length;
	if (length < 0)
		text[0] = '\0';
	add_servers(text, servers, count);
	return file_replace(path, text, strlen(text), 0644);
}

int resolv_static_write(const struct address *servers, size_t count)
{
	char text[TEXT_SIZE] = "";

	add_servers(text, servers, count);
	return file_replace(static_path, text, strlen(text), 0644);
}
