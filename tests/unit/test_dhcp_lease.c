/* SPDX-License-Identifier: Apache-2.0 */
// sources: dhcp_lease.c address.c conf.c error.c
#include "check.h"
#include "dhcp_lease.h"
#include "error.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct dhcp_answer usual = {
	.ip = "10.0.2.15",
	.subnet = "255.255.255.0",
	.router = "10.0.2.2",
	.dns = "10.0.2.3 10.0.2.4",
	.mtu = "1500",
	.lease = "86400",
};

static void a_usual_answer_is_taken(void)
{
	struct dhcp_lease lease;
	char text[ADDRESS_TEXT];

	CHECK(dhcp_lease_parse(&usual, &lease) == 0);
	CHECK_TEXT(address_format(&lease.address, text), "10.0.2.15");
	CHECK(lease.address.prefix == 24 && lease.has_gateway && lease.dns_count == 2);
	CHECK_TEXT(address_format(&lease.gateway, text), "10.0.2.2");
	CHECK_TEXT(address_format(&lease.dns[1], text), "10.0.2.4");
	CHECK(lease.mtu == 1500 && lease.lifetime == 86400);
}

static void the_least_is_enough(void)
{
	const struct dhcp_answer answer = { .ip = "10.0.2.15", .subnet = "255.255.255.255", .lease = "60" };
	struct dhcp_lease lease;

	CHECK(dhcp_lease_parse(&answer, &lease) == 0);
	CHECK(lease.address.prefix == 32 && !lease.has_gateway && lease.dns_count == 0 && lease.mtu == 0);
}

static void of_many_the_first_are_taken(void)
{
	struct dhcp_answer answer = usual;
	struct dhcp_lease lease;
	char text[ADDRESS_TEXT];

	answer.router = "10.0.2.1 10.0.2.2";
	answer.dns = "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8 10.0.0.9";
	CHECK(dhcp_lease_parse(&answer, &lease) == 0);
	CHECK_TEXT(address_format(&lease.gateway, text), "10.0.2.1");
	CHECK(lease.dns_count == ADDRESSES_MAX);
}

/* One variable of the usual answer, changed. */
struct change {
	size_t variable; /* its offset */
	const char *value;
};

static int parse_changed(const struct change *change, struct dhcp_lease *lease)
{
	struct dhcp_answer answer = usual;

	memcpy((char *)&answer + change->variable, &change->value, sizeof(change->value));
	return dhcp_lease_parse(&answer, lease);
}

#define CHANGE(variable, value) { offsetof(struct dhcp_answer, variable), value }

static void hostile_answers_are_refused(void)
{
	static const struct change wrong[] = {
		CHANGE(ip, NULL),
		CHANGE(ip, ""),
		CHANGE(ip, "10.0.2"),
		CHANGE(ip, "0.0.0.0"),
		CHANGE(ip, "127.0.0.1"),
		CHANGE(ip, "224.0.0.1"),
		CHANGE(ip, "255.255.255.255"),
		CHANGE(ip, "10.0.2.0"),
		CHANGE(ip, "10.0.2.255"),
		CHANGE(ip, "10.0.2.15/8"),
		CHANGE(ip, "fd00::1"),
		CHANGE(ip, "10.0.2.15;reboot"),
		CHANGE(subnet, NULL),
		CHANGE(subnet, ""),
		CHANGE(subnet, "24"),
		CHANGE(subnet, "0.0.0.0"),
		CHANGE(subnet, "255.0.255.0"),
		CHANGE(subnet, "0.0.0.255"),
		CHANGE(router, "x"),
		CHANGE(router, "127.0.0.1"),
		CHANGE(router, "10.0.2.15"),
		CHANGE(router, "10.0.2.2\n10.0.2.3"),
		CHANGE(router, " 10.0.2.2"),
		CHANGE(dns, "10.0.2.3  10.0.2.4"),
		CHANGE(dns, "10.0.2.3\nnameserver 6.6.6.6"),
		CHANGE(dns, "10.0.2.3 evil.example"),
		CHANGE(dns, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		CHANGE(dns, "fd00::1"),
		CHANGE(lease, NULL),
		CHANGE(lease, "0"),
		CHANGE(lease, "59"),
		CHANGE(lease, "-1"),
		CHANGE(lease, "4294967296"),
	};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct dhcp_lease lease;

		CHECK(parse_changed(&wrong[i], &lease) < 0);
	}
}

static void an_mtu_that_can_not_be_is_left_out(void)
{
	static const struct change odd[] = { CHANGE(mtu, "68"), CHANGE(mtu, "576"), CHANGE(mtu, "1279"),
					     CHANGE(mtu, "9217"), CHANGE(mtu, "x"), CHANGE(mtu, "") };
	static const struct change right[] = { CHANGE(mtu, "1280"), CHANGE(mtu, "9216") };
	struct dhcp_lease lease;

	for (size_t i = 0; i < COUNT(odd); i++)
		CHECK(parse_changed(&odd[i], &lease) == 0 && lease.mtu == 0);
	for (size_t i = 0; i < COUNT(right); i++)
		CHECK(parse_changed(&right[i], &lease) == 0 && lease.mtu != 0);
}

static void masks(void)
{
	static const char *const texts[] = { "128.0.0.0", "255.0.0.0", "255.255.254.0", "255.255.255.252" };
	static const unsigned prefixes[] = { 1, 8, 23, 30 };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct dhcp_answer answer = usual;
		struct dhcp_lease lease;

		answer.ip = "10.0.2.14";
		answer.subnet = texts[i];
		CHECK(dhcp_lease_parse(&answer, &lease) == 0 && lease.address.prefix == prefixes[i]);
	}
}

int main(void)
{
	a_usual_answer_is_taken();
	the_least_is_enough();
	of_many_the_first_are_taken();
	hostile_answers_are_refused();
	an_mtu_that_can_not_be_is_left_out();
	masks();
	return checks_end();
}
