/* SPDX-License-Identifier: Apache-2.0 */
/* The way down, as a table of phases in shutdown.c. Each has a deadline, so the whole always ends. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Begins it: command is RB_POWER_OFF or RB_AUTOBOOT, reason what the console shows. A second call changes nothing. */
void shutdown_begin(int command, const char *reason);

bool shutdown_has_begun(void);

/* Goes on with it. Returns the deadline of the phase, or 0 if nothing goes down. */
unsigned long long shutdown_turn(unsigned long long now);

/* A child that is no service's main process ended. */
void shutdown_child_ended(pid_t pid);
