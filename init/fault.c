/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fault in process 1 itself. The kernel panics when process 1 dies of a
 * signal; a handler runs only if the signal is not blocked, and survives a
 * broken stack only on a stack of its own.
 */
#include "fault.h"

#include "power.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

const int fault_signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, 0 };

static char fault_stack[16384];

/* Only async-signal-safe calls, and no pointer that the fault may have spoilt. */
static void fault(int number, siginfo_t *information, void *context)
{
	static const char line[] = "<0>holdfast: process 1 has a fault (signal NN): rebooting\n";
	char text[sizeof(line)];

	(void)context;
	/* kill(2) by somebody is not a fault of ours; SIGABRT by abort() is (it comes from ourselves). */
	if (information->si_code <= 0 && information->si_pid != 1)
		return;

	memcpy(text, line, sizeof(line));
	char *digits = strchr(text, 'N');
	digits[0] = (char)('0' + number / 10 % 10);
	digits[1] = (char)('0' + number % 10);

	int kmsg = open("/dev/kmsg", O_WRONLY | O_APPEND | O_CLOEXEC);
	ssize_t written = write(kmsg, text, sizeof(line) - 1);

	(void)written;
	power_now(RB_AUTOBOOT);
}

void fault_handlers_install(void)
{
	stack_t stack = { .ss_sp = fault_stack, .ss_size = sizeof(fault_stack) };
	struct sigaction action = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART };

	sigaltstack(&stack, NULL);
	for (const int *number = fault_signals; *number; number++)
		sigaction(*number, &action, NULL);
}
