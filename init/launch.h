/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct service_config;

/*
 * Starts the main process of a service in its cgroup (clone3 with
 * CLONE_INTO_CGROUP and CLONE_PIDFD), confined as its file says. 0, or fail()s.
 * What goes wrong in the new process itself stands in the service's log and
 * ends it with status 127. With until_exec it returns when the program runs,
 * which leaves it the processor: for before the loop only, as exec may block.
 */
int launch(const struct service_config *config, bool until_exec, pid_t *pid, int *pidfd);
