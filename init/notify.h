/* SPDX-License-Identifier: Apache-2.0 */
/* Readiness and signs of life of services: the protocol of sd_notify(3). */
#pragma once

#include <stdbool.h>

#define NOTIFY_SOCKET "/run/holdfast/notify"

struct notification {
	bool ready, alive;
};

/* What a datagram says (text is ended by NUL). Lines that we don't know mean nothing. Pure. */
struct notification notification_parse(const char *text);

/* Opens the socket and adds it to the loop. 0 or fail()s. */
int notify_open(void);
