/* SPDX-License-Identifier: Apache-2.0 */
// sources: address.c conf.c error.c
#include "address.h"
#include "check.h"
#include "error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct address parsed(const char *text)
{
	struct address address = { 0 };

	CHECK(address_parse_with_prefix(text, &address) == 0);
	return address;
}

static void right_addresses_come_back(void)
{
	static const char *const right[] = { "10.0.2.15", "192.0.2.255", "223.255.255.254", "fd00::5",
					     "2001:db8::1", "fe80::1" };

	for (size_t i = 0; i < COUNT(right); i++) {
		struct address address;
		char text[ADDRESS_TEXT];

		CHECK(address_parse(right[i], &address) == 0);
		CHECK_TEXT(address_format(&address, text), right[i]);
		CHECK(address.prefix == address_bits(address.family));
	}
}

static void wrong_addresses_are_refused(void)
{
	static const char *const wrong[] = { "", "10.0.2", "10.0.2.256", "10.0.2.15 ", " 10.0.2.15", "010.0.2.15x",
					     "10.0.2.15/24", "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1",
					     "240.0.0.1", "255.255.255.255", "::", "::1", "ff02::1",
					     "::ffff:10.0.0.1", "::10.0.0.1", "fe80::1%eth0", "2001:db8::g",
					     "1:2:3:4:5:6:7", "host" };

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct address address;

		CHECK(address_parse(wrong[i], &address) < 0);
	}
}

static const struct {
	const char *text, *says;
} wrong_prefix[] = {
	{ "10.0.2.15", "with its prefix" },
	{ "10.0.2.15/", "prefix" },
	{ "10.0.2.15/33", "from 0 to 32" },
	{ "10.0.2.15/0", "from 1 to 32" },
	{ "10.0.2.15/-1", "prefix" },
	{ "10.0.2.15/24/24", "prefix" },
	{ "10.0.2.15/255.255.255.0", "prefix" },
	{ "10.0.2.0/24", "is the network" },
	{ "10.0.2.255/24", "broadcast" },
	{ "10.0.2.16/28", "is the network" },
	{ "0.0.0.0/8", "can't be" },
	{ "fd00::/64", "is the network" },
	{ "fd00::5/129", "from 0 to 128" },
	{ "/24", "not an IP address" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/24", "not an IP address" },
};

static void wrong_prefixes_are_refused(void)
{
	for (size_t i = 0; i < COUNT(wrong_prefix); i++) {
		struct address address;

		CHECK(address_parse_with_prefix(wrong_prefix[i].text, &address) < 0);
		CHECK_CONTAINS(failure(), wrong_prefix[i].says);
	}
}

static void right_prefixes_are_taken(void)
{
	CHECK(parsed("10.0.2.15/24").prefix == 24);
	CHECK(parsed("10.0.2.15/32").prefix == 32);
	CHECK(parsed("10.0.2.0/31").prefix == 31); /* RFC 3021: both are hosts */
	CHECK(parsed("10.0.2.255/16").prefix == 16);
	CHECK(parsed("fd00::5/64").prefix == 64);
	CHECK(parsed("fd00::/127").prefix == 127);
	CHECK(parsed("fd00::ffff:ffff:ffff:ffff/64").prefix == 64); /* IPv6 has no broadcast */
}

static bool is_in(const char *host, const char *network)
{
	struct address one, other = parsed(network);

	CHECK(address_parse(host, &one) == 0);
	return address_in_network(&one, &other);
}

static void networks(void)
{
	CHECK(is_in("10.0.2.2", "10.0.2.15/24"));
	CHECK(!is_in("10.0.3.2", "10.0.2.15/24"));
	CHECK(is_in("10.0.3.2", "10.0.2.15/23"));
	CHECK(!is_in("10.0.4.2", "10.0.2.15/23"));
	CHECK(is_in("10.0.2.15", "10.0.2.15/32"));
	CHECK(!is_in("10.0.2.14", "10.0.2.15/32"));
	CHECK(is_in("10.0.2.14", "10.0.2.15/31"));
	CHECK(is_in("fd00::1", "fd00::5/64"));
	CHECK(!is_in("fd00:0:0:1::1", "fd00::5/64"));
	CHECK(!is_in("fd00::1", "10.0.2.15/24"));
}

static void kinds(void)
{
	struct address link_local = parsed("fe80::1/64"), global = parsed("fd00::1/64"), v4 = parsed("10.0.0.1/8");

	CHECK(address_is_link_local(&link_local));
	CHECK(!address_is_link_local(&global));
	CHECK(!address_is_link_local(&v4));
	CHECK(address_equal(&v4, &v4));
	CHECK(!address_equal(&v4, &global));
	CHECK(!address_equal(&link_local, &global));
}

int main(void)
{
	right_addresses_come_back();
	wrong_addresses_are_refused();
	wrong_prefixes_are_refused();
	right_prefixes_are_taken();
	networks();
	kinds();
	return checks_end();
}
