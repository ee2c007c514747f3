/* SPDX-License-Identifier: Apache-2.0 */
#include "network.h"

#include "clock.h"
#include "error.h"
#include "file.h"
#include "node.h"
#include "rtnetlink.h"
#include "watchdog.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long a driver may take to show its interface, in ms: one that the configuration asks for, or any. */
enum { WAIT_FOR_CONFIGURED = 10000, WAIT_FOR_ANY = 2000 };

/*
 * Settings of the interface itself: it was there before the sysctls, whose "default" only reaches later
 * ones, and for these the kernel doesn't heed "all", or heeds it only together with the interface's own.
 */
static const struct {
	const char *family, *name, *value;
} interface_settings[] = {
	{ "ipv4", "accept_redirects", "0" },
	{ "ipv4", "secure_redirects", "0" },
	{ "ipv4", "send_redirects",   "0" },
	{ "ipv6", "accept_redirects", "0" },
	{ "ipv6", "accept_ra",        "0" },
	{ "ipv6", "autoconf",         "0" },
};

/* The search for the node's interface. */
struct search {
	const char *wanted; /* name or MAC address, "" for the first Ethernet interface */
	struct link found;  /* index 0: none */
};

static bool has_mac(const struct link *link, const char *wanted)
{
	const unsigned char *mac = link->mac;
	char text[sizeof("aa:bb:cc:dd:ee:ff")];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return strcmp(text, wanted) == 0;
}

/* A name means what it says; a MAC address, which bridges copy, only a real interface. */
static bool is_wanted(const struct link *link, const char *wanted)
{
	if (strcmp(link->name, wanted) == 0)
		return true;
	if (!link->ethernet || !link->physical)
		return false;
	return wanted[0] == '\0' || has_mac(link, wanted);
}

static int take_wanted(void *context, const struct link *link)
{
	struct search *search = context;

	if (!is_wanted(link, search->wanted))
		return 0;
	search->found = *link;
	return 1;
}

/* Waits for news of interfaces and drops them: the list is read anew. False: the deadline has passed. */
static bool wait_for_change(int events, unsigned long long deadline)
{
	unsigned long long now = now_milliseconds();

	if (now >= deadline)
		return false;

	struct pollfd news = { .fd = events, .events = POLLIN };
	unsigned long long left = deadline - now;
	char ignored[8192];

	poll(&news, 1, left < WATCHDOG_FEED_EVERY ? (int)left : WATCHDOG_FEED_EVERY);
	watchdog_feed();
	while (recv(events, ignored, sizeof(ignored), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
	return true;
}

/* Finds the interface, now or by the deadline. 0 or fail()s. */
static int find_interface(int socket, struct search *search)
{
	unsigned wait = search->wanted[0] ? WAIT_FOR_CONFIGURED : WAIT_FOR_ANY;
	unsigned long long deadline = now_milliseconds() + wait;
	int events = rtnetlink_open(RTMGRP_LINK); /* before the first look, so that none is missed */
	int result;

	if (events < 0)
		return events;
	do
		result = rtnetlink_links(socket, take_wanted, search);
	while (result == 0 && wait_for_change(events, deadline));
	close(events);
	if (result < 0)
		return result;
	if (result > 0)
		return 0;
	return search->wanted[0] ? fail(0, "no network interface %s after %u ms", search->wanted, wait)
				 : fail(0, "no Ethernet interface after %u ms", wait);
}

static int set_interface_up(int socket, const struct link *link)
{
	for (size_t i = 0; i < sizeof(interface_settings) / sizeof(interface_settings[0]); i++) {
		char path[PATH_LENGTH];

		snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", interface_settings[i].family,
			 link->name, interface_settings[i].name);

		int result = file_write(path, interface_settings[i].value);

		if (result < 0)
			return result;
	}
	return rtnetlink_link_up(socket, link->index);
}

/* Whether a gateway is in the network of one of the addresses, as the kernel wants it. */
static bool is_in_networks(const struct node_config *config, const struct address *gateway)
{
	for (size_t i = 0; i < config->address_count; i++)
		if (address_in_network(gateway, &config->addresses[i]))
			return true;
	return false;
}

static int set_addresses(int socket, const struct link *link, const struct node_config *config)
{
	int result = 0;

	for (size_t i = 0; i < config->address_count && result == 0; i++)
		result = rtnetlink_address_set(socket, link->index, &config->addresses[i],
					       ORIGIN_CONFIGURATION, LIFETIME_FOREVER);
	for (size_t i = 0; i < config->gateway_count && result == 0; i++) {
		const struct address *gateway = &config->gateways[i];
		bool on_link = !address_is_link_local(gateway) && !is_in_networks(config, gateway);

		result = rtnetlink_gateway_set(socket, link->index, gateway, NULL, on_link,
					       ORIGIN_CONFIGURATION);
	}
	return result;
}

/* LOOPBACK_IFINDEX of the kernel's include/net/flow.h: the first interface of every network namespace. */
enum { LOOPBACK = 1 };

static int set_up_network(int socket, struct node *node)
{
	struct search search = { .wanted = node->config.interface };
	int result = rtnetlink_link_up(socket, LOOPBACK);

	if (result == 0)
		result = find_interface(socket, &search);
	if (result == 0)
		result = set_interface_up(socket, &search.found);
	if (result == 0) /* from here on the DHCP helper may work with it, too */
		memcpy(node->interface_name, search.found.name, sizeof(search.found.name));
	return result == 0 ? set_addresses(socket, &search.found, &node->config) : result;
}

int network_loopback_up(void)
{
	int socket = rtnetlink_open(0);

	if (socket < 0)
		return socket;

	int result = rtnetlink_link_up(socket, LOOPBACK);

	close(socket);
	return result;
}

int step_network(struct node *node)
{
	const struct node_config *config = &node->config;
	int result;

	if (!node->is_filtered)
		return fail(0, "not without the packet filter");
	result = hostname_set(node);
	if (result == 0)
		result = resolv_static_write(config->dns, config->dns_count);
	if (result == 0)
		result = resolv_conf_write(NULL, 0);
	if (result < 0)
		return result;

	int socket = rtnetlink_open(0);

	if (socket < 0)
		return socket;
	result = set_up_network(socket, node);
	close(socket);
	return result;
}

/* Keeps the first address of IPv4, or the first of IPv6 until one of IPv4 comes. */
static int take_address(void *context, const struct address *address, enum origin origin)
{
	struct address *best = context;

	(void)origin;
	if (address_is_link_local(address) || (best->family && address->family != AF_INET))
		return 0;
	*best = *address;
	return address->family == AF_INET;
}

bool network_address(const char *interface, char *text, size_t size)
{
	unsigned index = interface[0] ? if_nametoindex(interface) : 0;
	int socket = index ? rtnetlink_open(0) : -1;
	struct address best = { 0 };
	char address[ADDRESS_TEXT];

	if (socket < 0)
		return false;

	int result = rtnetlink_addresses(socket, (int)index, take_address, &best);

	close(socket);
	if (result < 0 || best.family == 0)
		return false;
	snprintf(text, size, "%s/%u", address_format(&best, address), best.prefix);
	return true;
}
