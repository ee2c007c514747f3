/* SPDX-License-Identifier: Apache-2.0 */
/* The command for a person on the node: asks process 1, prints what it answers. */
#include "holdfast.h"

#include "control.h"
#include "error.h"
#include "service_log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Asks process 1 with the words of the command line. */
static int ask(int argc, char **argv)
{
	char request[128], answer[CONTROL_ANSWER_MAX];
	int length = snprintf(request, sizeof(request), "%s%s%s", argv[1], argc > 2 ? " " : "",
			      argc > 2 ? argv[2] : "");

	if (length >= (int)sizeof(request)) {
		fprintf(stderr, "holdfast: '%.20s…' is too long\n", argv[2]);
		return 2;
	}
	if (control_request(request, answer, sizeof(answer)) < 0) {
		fprintf(stderr, "holdfast: %s\n", failure());
		return 1;
	}
	if (strncmp(answer, "error: ", strlen("error: ")) == 0) {
		fprintf(stderr, "holdfast: %s", answer + strlen("error: "));
		return 1;
	}
	fputs(answer, stdout);
	return 0;
}

/* Containers have a say in what services print: nothing of it is an order to the terminal. */
static int print_file(const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return -errno;
	for (int c; (c = getc(file)) != EOF;)
		putchar((c >= ' ' && c <= '~') || c == '\t' || c == '\n' ? c : '?');
	fclose(file);
	return 0;
}

static int print_log(int argc, char **argv)
{
	char path[96];

	(void)argc;
	if (strchr(argv[2], '/')) {
		fprintf(stderr, "holdfast: '%s' is no name of a service\n", argv[2]);
		return 2;
	}
	snprintf(path, sizeof(path), SERVICE_LOG_FILE ".1", argv[2]);
	print_file(path); /* there is none until the first has grown */
	snprintf(path, sizeof(path), SERVICE_LOG_FILE, argv[2]);
	int result = print_file(path);
	if (result < 0)
		fprintf(stderr, "holdfast: no log of '%s': %s\n", argv[2], strerror(-result));
	return result < 0;
}

static int print_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	puts("holdfast " HOLDFAST_VERSION);
	return 0;
}

static const struct command {
	const char *name, *argument, *help;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "status",  NULL,            "what this node is and how it does",                           ask           },
	{ "logs",    "SERVICE",       "what a service printed: runtime, agent, dhcp, time",          print_log     },
	{ "restart", "SERVICE",       "end a service's main process and start it again; pods go on", ask           },
	{ "power",   "off | reboot",  "end all pods, unmount the state, power off or reboot",        ask           },
	{ "version", NULL,            "the version of this image",                                   print_version },
#ifdef TEST_HOOKS
	{ "test",    "fault | stall", "break process 1 (only in a test image)",                      ask           },
#endif
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int usage(FILE *to)
{
	fputs("usage:\n", to);
	for (const struct command *command = commands; command < commands + COMMANDS; command++)
		fprintf(to, "  holdfast %-8s%-14s %s\n", command->name,
			command->argument ? command->argument : "", command->help);
	return to == stdout ? 0 : 2;
}

int holdfast_main(int argc, char **argv)
{
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return usage(stdout);
	for (const struct command *command = commands; command < commands + COMMANDS; command++)
		if (argc == (command->argument ? 3 : 2) && strcmp(argv[1], command->name) == 0)
			return command->run(argc, argv);
	return usage(stderr);
}
