/* SPDX-License-Identifier: Apache-2.0 */
#include "dhcp_event.h"

#include "control.h"
#include "dhcp_lease.h"
#include "error.h"
#include "log.h"
#include "network.h"
#include "rtnetlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An interface and a socket to change it. */
struct target {
	int socket, index;
	struct address keep;     /* the address that stays; family 0 for none */
	struct address outdated; /* one that an earlier lease left */
};

static int take_outdated(void *context, const struct address *address, enum origin origin)
{
	struct target *target = context;

	if (origin != ORIGIN_DHCP ||
	    (address_equal(address, &target->keep) && address->prefix == target->keep.prefix))
		return 0;
	target->outdated = *address;
	return 1;
}

/* Removes the addresses of earlier leases, and with them their routes; those of anybody else stay. */
static int remove_outdated(struct target *target)
{
	int result;

	while ((result = rtnetlink_addresses(target->socket, target->index, take_outdated, target)) > 0) {
		result = rtnetlink_address_remove(target->socket, target->index, &target->outdated);
		if (result < 0)
			break;
	}
	return result;
}

/*
 * The old address goes first: the kernel takes a second address of the same
 * network for a secondary one, and removes those together with the first.
 */
static int apply(struct target *target, const struct dhcp_lease *lease)
{
	int result;

	target->keep = lease->address;
	result = remove_outdated(target);
	if (result == 0 && lease->mtu)
		result = rtnetlink_link_mtu(target->socket, target->index, lease->mtu);
	if (result == 0)
		result = rtnetlink_address_set(target->socket, target->index, &lease->address, ORIGIN_DHCP,
					       lease->lifetime);
	if (result == 0 && lease->has_gateway)
		result = rtnetlink_gateway_set(
			target->socket, target->index, &lease->gateway, &lease->address,
			!address_in_network(&lease->gateway, &lease->address), ORIGIN_DHCP);
	return result < 0 ? result : resolv_conf_write(lease->dns, lease->dns_count);
}

/* bound: a new lease; renew: a longer one. */
static int lease_given(struct target *target)
{
	const struct dhcp_answer answer = {
		.ip = getenv("ip"),
		.subnet = getenv("subnet"),
		.router = getenv("router"),
		.dns = getenv("dns"),
		.mtu = getenv("mtu"),
		.lease = getenv("lease"),
	};
	struct dhcp_lease lease;
	int result = dhcp_lease_parse(&answer, &lease);

	if (result < 0)
		return fail(0, "refused what the DHCP server said: %s", failure());
	return apply(target, &lease);
}

/* deconfig: at the start, and when a lease is lost. */
static int lease_lost(struct target *target)
{
	int result = remove_outdated(target);

	return result < 0 ? result : resolv_conf_write(NULL, 0);
}

/* nak and leasefail: udhcpc goes on by itself. */
static int nothing_changed(struct target *target)
{
	(void)target;
	return 0;
}

static const struct {
	const char *name;
	int (*handle)(struct target *target);
} events[] = {
	{ "deconfig",  lease_lost      },
	{ "bound",     lease_given     },
	{ "renew",     lease_given     },
	{ "nak",       nothing_changed },
	{ "leasefail", nothing_changed },
};

static int handle_event(const char *name, const char *interface)
{
	struct target target = { .index = interface ? (int)if_nametoindex(interface) : 0 };

	if (target.index == 0)
		return fail(0, "no interface %.16s", interface ? interface : "in the environment");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (strcmp(events[i].name, name) != 0)
			continue;
		target.socket = rtnetlink_open(0);
		if (target.socket < 0)
			return target.socket;

		int result = events[i].handle(&target);

		close(target.socket);
		return result;
	}
	return fail(0, "unknown event");
}

int dhcp_event_main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	char answer[CONTROL_ANSWER_MAX];

	log_stage("dhcp");
	if (handle_event(name, getenv("interface")) < 0) {
		log_error("event %.16s: %s", name, failure());
		return 1;
	}
	/* Process 1 shows the address; the network works without. */
	if (control_request("network", answer, sizeof(answer)) < 0)
		log_error("tell process 1: %s", failure());
	return 0;
}
