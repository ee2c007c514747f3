/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firewall's rules as the messages that nft sends to the kernel for them.
 * At build time nft itself makes them from firewall.nft (rootfs/compile-firewall); here the
 * open ports of node.conf are added. The kernel takes all of it or nothing. Pure: no system call.
 */
#pragma once

#include "node_config.h"

#include <linux/netlink.h>
#include <stdint.h>

enum { FIREWALL_BATCH_MAX = 32 * 1024 };

struct firewall_batch {
	_Alignas(struct nlmsghdr) unsigned char bytes[FIREWALL_BATCH_MAX];
	size_t length;
	size_t last; /* where the last message is that changes something */
	uint32_t sequence;
};

/* Checks the file that was read into bytes, numbers its messages and takes off its end. 0 or fail()s. */
int firewall_batch_open(struct firewall_batch *batch, size_t length);

/* Adds the port to the set open_tcp or open_udp of the table. 0 or fail()s. */
int firewall_batch_add_port(struct firewall_batch *batch, struct open_port port);

/*
 * Puts the end back and asks the kernel to confirm the last change, whose
 * number is returned: without that, success would be silence. Or fail()s.
 */
int firewall_batch_close(struct firewall_batch *batch);
