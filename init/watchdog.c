/* SPDX-License-Identifier: Apache-2.0 */
#include "watchdog.h"

#include "error.h"
#include "log.h"
#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char device[] = "/dev/watchdog0";
static int watchdog = -1;

/* Three missed feedings, or a stalled boot, and the machine starts anew. */
enum { TIMEOUT_SECONDS = 3 * WATCHDOG_FEED_EVERY / 1000 };

int step_watchdog(struct node *node)
{
	watchdog = open(device, O_WRONLY | O_CLOEXEC);
	if (watchdog < 0 && errno == ENOENT) {
		log_notice("no watchdog on this machine: a stalled node will not restart by itself");
		return 0;
	}
	if (watchdog < 0)
		return fail(errno, "open %s", device);
	/* Opened it runs: one whose timeout can't be set must be fed on the root, too. */
	node->watchdog = watchdog;

	int timeout = TIMEOUT_SECONDS;
	if (ioctl(watchdog, (int)WDIOC_SETTIMEOUT, &timeout) < 0)
		return fail(errno, "set the timeout of %s to %d s: it keeps its own", device,
			    TIMEOUT_SECONDS);
	watchdog_feed();
	return 0;
}

int watchdog_take_over(struct node *node)
{
	watchdog = node->watchdog ? node->watchdog : -1;
	if (watchdog < 0 || ioctl(watchdog, (int)WDIOC_KEEPALIVE, 0) == 0)
		return 0;
	close(watchdog); /* not what it was: an LSM, for one, may replace descriptors in exec */
	return step_watchdog(node);
}

void watchdog_feed(void)
{
	if (watchdog >= 0 && ioctl(watchdog, (int)WDIOC_KEEPALIVE, 0) < 0)
		log_error("feeding %s failed", device);
}
