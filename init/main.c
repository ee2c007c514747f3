/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One binary, four faces:
 *
 *   /init        process 1 in the initramfs: finds, verifies and enters the root
 *   /sbin/init   process 1 on the root: prepares the node, then runs it
 *   holdfast     the command for a person on the node
 *   dhcp-event   what the DHCP helper calls when it has got or lost a lease
 *
 * The boot sequence stands in boot.c, the node's life in loop.c.
 *
 * Signals of process 1: all are blocked and read from a descriptor in the
 * loop, but for those of a fault (fault.c). Children get an empty mask back.
 */
#include "boot.h"
#include "dhcp_event.h"
#include "fault.h"
#include "holdfast.h"
#include "log.h"
#include "loop.h"
#include "node.h"
#include "power.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct node node;

static void block_signals(void)
{
	sigset_t blocked;

	sigfillset(&blocked);
	for (const int *number = fault_signals; *number; number++)
		sigdelset(&blocked, *number);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* What the kernel didn't understand of its command line comes as arguments and environment: not ours. */
[[noreturn]] static void process_1(const char *path)
{
	static char *no_environment[] = { NULL };

	environ = no_environment;
	block_signals();
	fault_handlers_install();

	if (strcmp(path, "/init") == 0)
		boot_initramfs(&node);

	boot_root(&node);
	/* From here on process 1 must not end, and nothing it does itself may block. */
	loop_run(&node);
}

int main(int argc, char **argv)
{
	const char *path = argc > 0 ? argv[0] : "";
	const char *slash = strrchr(path, '/');
	const char *face = slash ? slash + 1 : path;

	if (getpid() == 1)
		process_1(path);
	if (strcmp(face, "dhcp-event") == 0)
		return dhcp_event_main(argc, argv);
	return holdfast_main(argc, argv);
}
