/* SPDX-License-Identifier: Apache-2.0 */
/* Time of the node, its end, and accounting. */
#include "attack.h"

#include <errno.h>
#include <linux/reboot.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

/* The time that it is. */
static int set_clock(const char *argument)
{
	struct timespec now;

	(void)argument;
	clock_gettime(CLOCK_REALTIME, &now);
	/* Not by the C library, which has another kind of time for it. */
	return result_of(syscall(SYS_clock_settime, CLOCK_REALTIME, &now));
}

/* A length of the clock's tick that there is not: the right to set it is looked at first. */
static int adjust_clock(const char *argument)
{
	struct timex change = { .modes = ADJ_TICK, .tick = 1 };

	(void)argument;
	return result_of(adjtimex(&change));
}

/* With a number that is no command: the right to do it is looked at first. */
static int restart(const char *argument)
{
	(void)argument;
	return result_of(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, 0x7fffffff, NULL));
}

static int account(const char *path)
{
	return result_of(syscall(SYS_acct, path));
}

static int hang_up(const char *argument)
{
	(void)argument;
	return result_of(syscall(SYS_vhangup));
}

const struct attempt time_and_power[] = {
	{ "clock-set", set_clock, NULL, "clock_settime" },
	{ "clock-adjust", adjust_clock, NULL, "adjtimex" },
	{ "reboot", restart, NULL, "reboot" },
	{ "acct", account, VOLUME "/accounting", "writing a line for each process that ends" },
	{ "vhangup", hang_up, NULL, "" },
	{ 0 },
};
