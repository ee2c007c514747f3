/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sys/types.h>

struct service_config;

/*
 * Starts the main process of a service in its cgroup (clone3 with
 * CLONE_INTO_CGROUP and CLONE_PIDFD), confined as its file says. 0, or fail()s.
 * What goes wrong in the new process itself stands in the service's log and
 * ends it with status 127.
 */
int launch(const struct service_config *config, pid_t *pid, int *pidfd);
