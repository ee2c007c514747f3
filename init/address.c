/* SPDX-License-Identifier: Apache-2.0 */
#include "address.h"

#include "conf.h"
#include "error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

unsigned address_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

static const uint8_t *bytes(const struct address *address)
{
	return address->family == AF_INET ? (const uint8_t *)&address->v4 : address->v6.s6_addr;
}

/* What can't be the address of one host: IANA's special-purpose registries, as far as they are about that. */
static bool is_host(const struct address *address)
{
	if (address->family == AF_INET) {
		uint8_t first = bytes(address)[0];

		return first != 0 && first != 127 && first < 224;
	}

	const struct in6_addr *v6 = &address->v6;

	return !IN6_IS_ADDR_UNSPECIFIED(v6) && !IN6_IS_ADDR_LOOPBACK(v6) && !IN6_IS_ADDR_MULTICAST(v6) &&
	       !IN6_IS_ADDR_V4MAPPED(v6) && !IN6_IS_ADDR_V4COMPAT(v6);
}

int address_parse(const char *text, struct address *address)
{
	*address = (struct address){ .family = AF_INET, .prefix = 32 };
	if (inet_pton(AF_INET, text, &address->v4) != 1) {
		*address = (struct address){ .family = AF_INET6, .prefix = 128 };
		if (inet_pton(AF_INET6, text, &address->v6) != 1)
			return fail(0, "%.64s is not an IP address", text);
	}
	return is_host(address) ? 0 : fail(0, "%.64s can't be the address of a host", text);
}

/* Whether all bits behind the prefix have this value. */
static bool host_bits_are(const struct address *address, bool value)
{
	for (unsigned bit = address->prefix; bit < address_bits(address->family); bit++)
		if ((bytes(address)[bit / 8] >> (7 - bit % 8) & 1) != value)
			return false;
	return true;
}

int address_set_prefix(struct address *address, unsigned prefix)
{
	unsigned bits = address_bits(address->family);
	char text[ADDRESS_TEXT];

	if (prefix == 0 || prefix > bits)
		return fail(0, "the length of the prefix must be from 1 to %u", bits);
	address->prefix = prefix;
	if (prefix >= bits - 1) /* RFC 3021, RFC 6164: two hosts, no network or broadcast address */
		return 0;
	address_format(address, text);
	if (host_bits_are(address, false))
		return fail(0, "%s/%u is the network, not an address in it", text, prefix);
	if (address->family == AF_INET && host_bits_are(address, true))
		return fail(0, "%s/%u is the network's broadcast address", text, prefix);
	return 0;
}

int address_parse_with_prefix(const char *text, struct address *address)
{
	const char *slash = strchr(text, '/');
	char host[ADDRESS_TEXT];
	unsigned long long prefix;

	if (!slash || (size_t)(slash - text) >= sizeof(host))
		return fail(0, "%.64s is not an IP address with its prefix, such as 192.0.2.7/24", text);
	memcpy(host, text, (size_t)(slash - text));
	host[slash - text] = '\0';
	if (address_parse(host, address) < 0)
		return -EINVAL;
	if (conf_number(slash + 1, address_bits(address->family), &prefix) < 0)
		return fail(0, "prefix: %s", failure());
	return address_set_prefix(address, (unsigned)prefix);
}

bool address_equal(const struct address *one, const struct address *other)
{
	return one->family == other->family &&
	       memcmp(bytes(one), bytes(other), address_bits(one->family) / 8) == 0;
}

bool address_in_network(const struct address *host, const struct address *network)
{
	unsigned whole = network->prefix / 8, rest = network->prefix % 8;
	const uint8_t *one = bytes(host), *other = bytes(network);

	if (host->family != network->family || memcmp(one, other, whole) != 0)
		return false;
	return rest == 0 || (one[whole] ^ other[whole]) >> (8 - rest) == 0;
}

bool address_is_link_local(const struct address *address)
{
	return address->family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&address->v6);
}

const char *address_format(const struct address *address, char text[ADDRESS_TEXT])
{
	return inet_ntop(address->family, bytes(address), text, ADDRESS_TEXT);
}
