/* SPDX-License-Identifier: Apache-2.0 */
/* The services of the node: what is loaded from their files, and what becomes of them. */
#pragma once

#include "service_config.h"
#include "service_state.h"

#include <stdbool.h>
#include <sys/types.h>

enum { SERVICES_MAX = 9 }; /* eight and the console */

struct service {
	struct service_config config;
	enum service_state state;
	pid_t pid; /* of its main process, 0 without one */
	int pidfd; /* of the same; signals go through it, so that a reused number can't get them */

	/* milliseconds of now_milliseconds(); 0: never */
	unsigned long long started_at, ready_at, deadline;
	unsigned first_ready; /* milliseconds after the kernel's start when it was first ready */
	unsigned failures;    /* in a row, for the back-off */
	unsigned restarts;
	bool always; /* the console: runs even where services are held, and the boot doesn't wait for it */
};

/* All that are loaded, in the order of their names; the count in services_count. */
extern struct service services[SERVICES_MAX];
extern unsigned services_count;

struct service *service_by_name(const char *name);
struct service *service_by_pid(pid_t pid);

/* Something happened to it: does what the table of service_state.c says. */
void service_event(struct service *service, enum service_event event);

/* Its process said it is alive (WATCHDOG=1). */
void service_alive(struct service *service);

/* Its main process ended: status as of waitpid(2). */
void service_ended(struct service *service, int status);

/* Starts what can be started and acts on passed deadlines. Returns the next deadline, or 0 without one. */
unsigned long long services_turn(unsigned long long now);

/* Whether every service has been ready once. */
bool services_all_ready(void);

/* Whether every service has been ready once or is not to run at all: the boot is over. */
bool services_settled(void);
