/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup v2 (Documentation/admin-guide/cgroup-v2.rst). The tree:
 *
 *   /sys/fs/cgroup/init          process 1, alone
 *                 /system/NAME   each service and helper
 *                 /kubepods      the pods, made by the agent
 */
#pragma once

#include <stdbool.h>

#define CGROUP_ROOT   "/sys/fs/cgroup"
#define CGROUP_SYSTEM CGROUP_ROOT "/system"
#define CGROUP_PODS   CGROUP_ROOT "/kubepods"

struct service_config;

/* Makes the cgroup of a service with its limits and opens it (for CLONE_INTO_CGROUP). A descriptor, or fail()s. */
int cgroup_of_service(const struct service_config *config);

/* Sends a signal to every process in and below a cgroup; one that is gone is fine. SIGKILL goes through cgroup.kill. */
void cgroup_signal(const char *path, int number);

/* Whether a process lives in or below it. A cgroup that doesn't exist is empty. */
bool cgroup_is_populated(const char *path);
