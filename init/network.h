/* SPDX-License-Identifier: Apache-2.0 */
/* The node's own network: one interface, by static configuration or for the DHCP helper to set. */
#pragma once

#include "node_config.h"

#include <stdbool.h>
#include <stddef.h>

struct node;

/*
 * Writes the interface's address as "10.0.2.15/24": the first of IPv4, or else
 * of IPv6 beyond the link. False if there is none. No allocation; doesn't block.
 */
bool network_address(const char *interface, char *text, size_t size);

/* Switches the loopback interface on. 0 or fail()s. */
int network_loopback_up(void);

/*
 * Sets the host name, to that of the configuration or one made of the machine
 * id, and writes it to /run/holdfast/hostname. 0 or fail()s.
 */
int hostname_set(const struct node *node);

/*
 * Writes /run/holdfast/resolv.conf: the servers of node.conf, which process 1
 * keeps in /run/holdfast/resolv.static, and then these. 0 or fail()s.
 */
int resolv_conf_write(const struct address *servers, size_t count);
int resolv_static_write(const struct address *servers, size_t count);
