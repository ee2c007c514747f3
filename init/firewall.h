/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "node_config.h"

/*
 * Loads the rules (see firewall_batch.h) from a file, with what the configuration opens and the control group
 * of the node's services. The kernel takes all of it or nothing, and only as long as this process lives: the
 * table belongs to its socket, so that nobody else can change it. 0 or fail()s.
 */
int firewall_load(const char *path, const struct node_config *config, const char *services);
