/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load-firewall FILE CGROUP [tcp PORT | udp PORT | metadata yes | forward yes]… -- COMMAND…
 *
 * Does with compiled rules what process 1 does, and runs the command while they are loaded. CGROUP is the directory
 * of the node's services.
 */
#include "error.h"
#include "firewall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void add(struct node_config *config, const char *key, const char *value)
{
	if (strcmp(key, "metadata") == 0)
		config->metadata = strcmp(value, "yes") == 0;
	else if (strcmp(key, "forward") == 0)
		config->forward = strcmp(value, "yes") == 0;
	else if (config->open_port_count < PORTS_MAX)
		config->open_ports[config->open_port_count++] =
			(struct open_port){ strcmp(key, "udp") == 0, (unsigned short)atoi(value) };
}

static int run(char **command)
{
	int status = 1;
	pid_t child = fork();

	if (child == 0) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	struct node_config config = { 0 };
	int i = 3;

	for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2)
		add(&config, argv[i], argv[i + 1]);
	if (i + 1 >= argc) {
		fputs("load-firewall FILE CGROUP [tcp PORT | udp PORT | metadata yes | forward yes]... -- COMMAND...\n", stderr);
		return 2;
	}
	if (firewall_load(argv[1], &config, argv[2]) < 0) {
		fprintf(stderr, "load-firewall: %s\n", failure());
		return 1;
	}
	return run(argv + i + 1);
}
