/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network interfaces, addresses and routes, by rtnetlink(7). Where nothing else is said, functions
 * return 0, or fail() with what the kernel said.
 */
#pragma once

#include "address.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct link {
	int index;
	char name[IFNAMSIZ];
	unsigned char mac[6];
	bool ethernet; /* by its type; bridges and virtual pairs are that, too */
	bool physical; /* on a bus, not made by software */
};

/* Whose an address or a route is (rtm_protocol, IFA_PROTO): told apart from those that pods or people add. */
enum origin { ORIGIN_CONFIGURATION = 4 /* RTPROT_STATIC */, ORIGIN_DHCP = 16 /* RTPROT_DHCP */ };

enum { LIFETIME_FOREVER = UINT32_MAX };

/* A socket; groups are those whose changes it hears of (RTMGRP_LINK), 0 for requests. It or a failure. */
int rtnetlink_open(unsigned groups);

/* Calls visit for each until it returns other than 0; that is the result. A negative one is a failure. */
int rtnetlink_links(int socket, int (*visit)(void *context, const struct link *link), void *context);

/* As rtnetlink_links, for the addresses of one interface. */
int rtnetlink_addresses(int socket, int index,
			int (*visit)(void *context, const struct address *address, enum origin origin),
			void *context);

/* Switches the interface on. */
int rtnetlink_link_up(int socket, int index);

int rtnetlink_link_mtu(int socket, int index, unsigned mtu);

/* Adds the address, or changes its lifetime (in seconds): after it the kernel removes the address. */
int rtnetlink_address_set(int socket, int index, const struct address *address, enum origin origin,
			  uint32_t lifetime);

int rtnetlink_address_remove(int socket, int index, const struct address *address);

/*
 * Sets the default route of the gateway's family. source, which may be NULL, is the address that packets
 * go out with: when it goes, the route does. on_link: the gateway is in no network of ours.
 */
int rtnetlink_gateway_set(int socket, int index, const struct address *gateway, const struct address *source,
			  bool on_link, enum origin origin);
