/* SPDX-License-Identifier: Apache-2.0 */
/* What the screen shows, out of the status.json that process 1 writes (../status.c). Pure. */
#pragma once

#include <stddef.h>

struct status_view {
	char version[32], slot[4], root[20], node[64], state[16], held[80];
	char address[64], interface[16], runtime[16], agent[16], marks[80], problem[256];
};

/* Reads what it finds; what isn't there stays "". json ends with a NUL. */
void status_read(const char *json, struct status_view *view);
