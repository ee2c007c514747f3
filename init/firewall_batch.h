/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firewall's rules as the messages that nft sends to the kernel for them.
 * At build time nft itself makes them from firewall.nft (rootfs/components/firewall); here what only
 * the node knows is added to its sets. The kernel takes all of it or nothing. Pure: no system call.
 */
#pragma once

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

enum { FIREWALL_BATCH_MAX = 32 * 1024 };

/* The sets of firewall.nft that are filled here. */
enum firewall_set { OPEN_TCP, OPEN_UDP, METADATA_TCP, FORWARDED, SERVICES };

struct firewall_batch {
	_Alignas(struct nlmsghdr) unsigned char bytes[FIREWALL_BATCH_MAX];
	size_t length;
	size_t last; /* where the last message is that changes something */
	uint32_t sequence;
};

/* Checks the file that was read into bytes, numbers its messages and takes off its end. 0 or fail()s. */
int firewall_batch_open(struct firewall_batch *batch, size_t length);

/* Adds a port to one of the first three sets. 0 or fail()s. */
int firewall_batch_add_port(struct firewall_batch *batch, enum firewall_set set, unsigned short port);

/* Adds a protocol above IP (IPPROTO_TCP …) to those that are forwarded. 0 or fail()s. */
int firewall_batch_add_protocol(struct firewall_batch *batch, uint8_t protocol);

/* Adds a control group, by the number of its directory, to the set of those of services. 0 or fail()s. */
int firewall_batch_add_cgroup(struct firewall_batch *batch, uint64_t number);

/*
 * Puts the end back and asks the kernel to confirm the last change, whose
 * number is returned: without that, success would be silence. Or fail()s.
 */
int firewall_batch_close(struct firewall_batch *batch);
