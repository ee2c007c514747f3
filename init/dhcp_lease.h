/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a DHCP server said, as busybox's udhcpc hands it to its script in the
 * environment. Anybody on the network can be that server: everything is
 * checked. Pure: no system call.
 */
#pragma once

#include "node_config.h"

#include <stdint.h>

/* The variables; NULL for one that isn't set. */
struct dhcp_answer {
	const char *ip, *subnet, *router, *dns, *mtu, *lease;
};

struct dhcp_lease {
	struct address address; /* with its prefix */
	bool has_gateway;
	struct address gateway; /* the first router */
	struct address dns[ADDRESSES_MAX];
	size_t dns_count;
	unsigned mtu;      /* 0: leave the interface's own */
	uint32_t lifetime; /* seconds */
};

/*
 * Address, mask and lifetime must be there and right; what is wrong in router or
 * dns refuses the lease, too. An MTU that IPv6 or a server NIC can't have is left out:
 * servers that send 576 are common, and no harm. 0 or fail()s.
 */
int dhcp_lease_parse(const struct dhcp_answer *answer, struct dhcp_lease *lease);
