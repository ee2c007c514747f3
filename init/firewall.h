/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "node_config.h"

/*
 * Loads the rules (see firewall_batch.h) from a file, with the open ports
 * added. The kernel takes all of it or nothing. 0 or fail()s.
 */
int firewall_load(const char *path, const struct open_port *ports, size_t count);
