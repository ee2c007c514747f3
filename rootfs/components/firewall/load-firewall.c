/* SPDX-License-Identifier: Apache-2.0 */
/* load-firewall FILE [tcp|udp PORT]…: does with compiled rules what process 1 does. */
#include "error.h"
#include "firewall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct open_port ports[PORTS_MAX];
	size_t count = 0;

	for (int i = 2; i + 1 < argc && count < PORTS_MAX; i += 2, count++)
		ports[count] = (struct open_port){ strcmp(argv[i], "udp") == 0, (unsigned short)atoi(argv[i + 1]) };
	if (argc < 2 || firewall_load(argv[1], ports, count) < 0) {
		fprintf(stderr, "load-firewall: %s\n", argc < 2 ? "which file?" : failure());
		return 1;
	}
	return 0;
}
