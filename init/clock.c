/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include <time.h>

unsigned long long now_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000;
}
