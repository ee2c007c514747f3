/* SPDX-License-Identifier: Apache-2.0 */
// sources: node_config.c address.c conf.c error.c
#include "node_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct node_config config;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	/* What is accepted makes a network: an address or DHCP, and no gateway without an address. */
	if (node_config_parse("node.conf", text, size, &config) == 0 &&
	    ((!config.dhcp && config.address_count == 0) || (config.gateway_count && config.address_count == 0)))
		abort();
	free(text);
	return 0;
}
