/* SPDX-License-Identifier: Apache-2.0 */
// sources: dhcp_lease.c address.c conf.c error.c
#include "dhcp_lease.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The input is the variables, each ended by NUL as in an environment. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *variables[6] = { NULL };
	struct dhcp_lease lease;
	char *text = malloc(size + 1), *next = text, *end = text + size;

	if (!text)
		return 0;
	memcpy(text, data, size);
	*end = '\0';
	for (size_t i = 0; i < 6 && next < end; i++, next += strlen(next) + 1)
		variables[i] = next;

	const struct dhcp_answer answer = { variables[0], variables[1], variables[2],
					    variables[3], variables[4], variables[5] };

	if (dhcp_lease_parse(&answer, &lease) == 0 &&
	    (lease.address.family != AF_INET || lease.address.prefix == 0 || lease.dns_count > ADDRESSES_MAX))
		abort();
	free(text);
	return 0;
}
