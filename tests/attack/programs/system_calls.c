/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each system call by its number, with arguments that none takes: -1 everywhere, unless that would be taken. What
 * matters is whether it is there (ENOSYS) and whether it was refused before its arguments were looked at (EPERM,
 * EACCES). Everything else counts as reached.
 */
#include "attack.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* NAME = [number] of all calls in the kernel's header, made when this is compiled. */
static const char *const names[] = {
#include "system_call_names.h"
};

enum { CALLS = 480 };

/* Not called, and why. */
static const struct {
	long number;
	const char *reason;
} left_out[] = {
	{ SYS_exit,            "succeeds always, and ends the process"                            },
	{ SYS_exit_group,      "... all of it"						    },
	{ SYS_fork,            "succeeds always: whoever runs this file did it"                   },
	{ SYS_vfork,           "as fork, on a stack that it destroys"                             },
	{ SYS_rt_sigreturn,    "takes its state from the stack and ends by SIGSEGV"               },
	{ SYS_pause,           "never comes back"						 },
	{ SYS_restart_syscall, "belongs to the kernel's own return from signals"                  },
	{ SYS_alarm,           "takes the deadline from this attempt"                             },
	{ SYS_kill,            "-1 is every process"					      },
	{ SYS_sync,            "writes out all disks of the node: allowed to everybody, and slow" },
	{ SYS_msgget,          "-1 is a valid key: it would leave a queue behind"                 },
};

/* Calls that answer ENOSYS to the argument, or that -1 is right for. */
static const struct {
	long number, arguments[6];
} special[] = {
	{ SYS_futex,      { 0, FUTEX_WAKE, 0, 0, 0, 0 } },
	{ SYS_modify_ldt, { 0, 0, 0, 0, 0, 0 }          },
};

static int call(const char *argument)
{
	long number = atol(argument), with[6] = { -1, -1, -1, -1, -1, -1 };

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		for (size_t j = 0; number == special[i].number && j < 6; j++)
			with[j] = special[i].arguments[j];
	if (syscall(number, with[0], with[1], with[2], with[3], with[4], with[5]) >= 0)
		return 0;
	return errno == ENOSYS || errno == EPERM || errno == EACCES ? -errno : 0;
}

static bool is_left_out(long number)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		if (left_out[i].number == number)
			return true;
	return false;
}

void run_system_calls(void)
{
	char name[48], argument[16];

	for (long number = 0; number < CALLS; number++) {
		bool known = (size_t)number < sizeof(names) / sizeof(names[0]) && names[number];

		if (is_left_out(number))
			continue;
		if (known)
			snprintf(name, sizeof(name), "call-%s", names[number]);
		else
			snprintf(name, sizeof(name), "call-%ld", number);
		snprintf(argument, sizeof(argument), "%ld", number);
		run(&(struct attempt){ name, call, argument, "" });
	}
}
