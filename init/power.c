/* SPDX-License-Identifier: Apache-2.0 */
#include "power.h"

#include "log.h"
#include "watchdog.h"

#include <poll.h>
#include <sys/reboot.h>
#include <unistd.h>

enum { SECONDS_TO_READ = 5 };

void power_now(int command)
{
	reboot(command);
	/* It failed, or a firmware is slow to act: the armed watchdog ends what we can't. */
	for (;;)
		pause();
}

void power_reboot_failed(void)
{
	log_error("rebooting in %d s", SECONDS_TO_READ);
	watchdog_feed();
	poll(NULL, 0, SECONDS_TO_READ * 1000);
	power_now(RB_AUTOBOOT);
}
