/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock is never before the image was made. A machine whose battery is
 * empty starts in 1970, where every certificate is still invalid, and none
 * that the time helper could use would ever become valid.
 */
#include "error.h"
#include "log.h"
#include "node.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

int step_clock(struct node *node)
{
	(void)node;

	struct stat root;
	struct timespec now;

	/* The image's build gave all its files one time: that of its source. */
	if (stat("/", &root) < 0)
		return fail(errno, "read the time of /");
	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return fail(errno, "read the clock");
	if (now.tv_sec >= root.st_mtim.tv_sec)
		return 0;
	if (clock_settime(CLOCK_REALTIME, &root.st_mtim) < 0)
		return fail(errno, "set the clock to the time of the image");
	log_notice("the clock was %lld days before the image: set to the image's time",
		   (long long)(root.st_mtim.tv_sec - now.tv_sec) / (24 * 60 * 60));
	return 0;
}
