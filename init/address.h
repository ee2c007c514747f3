/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses as people and DHCP servers write them. Pure: no system call. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

enum { ADDRESS_TEXT = INET6_ADDRSTRLEN };

struct address {
	int family; /* AF_INET or AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
	unsigned prefix; /* length in bits; the whole address for gateways and servers */
};

/*
 * An address that one host can have: not the unspecified one, loopback,
 * multicast, broadcast, or IPv4 inside IPv6. 0 or fail()s with why.
 */
int address_parse(const char *text, struct address *address);

/* As address_parse, with "/PREFIX". The network itself and its broadcast address are refused. */
int address_parse_with_prefix(const char *text, struct address *address);

/* Sets the length of the prefix and checks that the address is a host's in that network. 0 or fail()s. */
int address_set_prefix(struct address *address, unsigned prefix);

/* The number of bits in an address of the family. */
unsigned address_bits(int family);

/* Both ignore the length of host's prefix. */
bool address_equal(const struct address *one, const struct address *other);
bool address_in_network(const struct address *host, const struct address *network);

/* fe80::/10: reachable on every interface without an address of ours in that network. */
bool address_is_link_local(const struct address *address);

/* Writes it without its prefix. Returns text. */
const char *address_format(const struct address *address, char text[ADDRESS_TEXT]);
