/* SPDX-License-Identifier: Apache-2.0 */
/* node.conf: what an operator sets for one machine (DESIGN.md, section 6). Pure: no system call. */
#pragma once

#include "address.h"

#include <stdbool.h>
#include <stddef.h>

enum { ADDRESSES_MAX = 8, PORTS_MAX = 32, NAME_LENGTH = 64, CONSOLE_NAME_LENGTH = 8 };

struct open_port {
	bool udp;
	unsigned short port;
};

struct node_config {
	char name[NAME_LENGTH];      /* "" for none: a host name is derived from the machine id */
	char interface[NAME_LENGTH]; /* name or MAC address; "" for the first Ethernet interface */
	bool dhcp, dhcp_is_set;
	struct address addresses[ADDRESSES_MAX], gateways[ADDRESSES_MAX], dns[ADDRESSES_MAX];
	size_t address_count, gateway_count, dns_count;
	char time_server[NAME_LENGTH];
	struct open_port open_ports[PORTS_MAX];
	size_t open_port_count;
	bool forward;  /* also where neither end is a pod on the node's own bridge */
	bool metadata; /* pods may reach the cloud's metadata service */
	char console_device[CONSOLE_NAME_LENGTH]; /* the serial line of break-glass: "ttyS0" */
};

/* The configuration of a node that nobody configured: DHCP on the first Ethernet interface. */
void node_config_default(struct node_config *config);

/*
 * Parses node.conf (changed in place; text[length] is overwritten) over the default. 0, or fail()s with
 * "NAME line N: why", without the line where several lines together make no sense.
 */
int node_config_parse(const char *name, char *text, size_t length, struct node_config *config);
