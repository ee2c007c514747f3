/* SPDX-License-Identifier: Apache-2.0 */
#include "dhcp_lease.h"

#include "conf.h"
#include "error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* RFC 8200 asks for 1280 bytes; beyond 9216 no Ethernet goes. */
enum { MTU_MIN = 1280, MTU_MAX = 9216, LIFETIME_MIN = 60 };

/* "255.255.255.0" to 24. */
static int parse_mask(const char *text, unsigned *prefix)
{
	struct in_addr mask;

	if (inet_pton(AF_INET, text, &mask) != 1)
		return fail(0, "subnet: %.40s is not a mask", text);

	uint32_t host_bits = ~ntohl(mask.s_addr);

	if (host_bits & (host_bits + 1))
		return fail(0, "subnet: %.40s is not a row of ones", text);
	*prefix = 32 - (unsigned)__builtin_popcount(host_bits);
	return 0;
}

static int parse_ipv4(const char *what, const char *text, struct address *address)
{
	if (address_parse(text, address) < 0)
		return fail(0, "%s: %s", what, failure());
	return address->family == AF_INET ? 0 : fail(0, "%s: %.64s is not an IPv4 address", what, text);
}

static int parse_address(const struct dhcp_answer *answer, struct dhcp_lease *lease)
{
	unsigned prefix = 0;

	if (!answer->ip || !answer->subnet)
		return fail(0, "no address or no subnet mask");
	if (parse_ipv4("ip", answer->ip, &lease->address) < 0 || parse_mask(answer->subnet, &prefix) < 0)
		return -EINVAL;
	return address_set_prefix(&lease->address, prefix) < 0 ? fail(0, "ip: %s", failure()) : 0;
}

/* Reads addresses with one blank between them, at most `maximum`; more are left out. */
static int parse_list(const char *what, const char *text, struct address *list, size_t maximum, size_t *count)
{
	*count = 0;
	while (text && *text && *count < maximum) {
		size_t length = strcspn(text, " ");
		char word[ADDRESS_TEXT];

		if (length >= sizeof(word))
			return fail(0, "%s: %.40s... is not an IP address", what, text);
		memcpy(word, text, length);
		word[length] = '\0';
		if (parse_ipv4(what, word, &list[*count]) < 0)
			return -EINVAL;
		(*count)++;
		text += length + (text[length] == ' ');
	}
	return 0;
}

static int parse_gateway(const struct dhcp_answer *answer, struct dhcp_lease *lease)
{
	size_t count;

	if (parse_list("router", answer->router, &lease->gateway, 1, &count) < 0)
		return -EINVAL;
	lease->has_gateway = count > 0;
	if (lease->has_gateway && address_equal(&lease->gateway, &lease->address))
		return fail(0, "router: it is our own address");
	return 0;
}

static int parse_numbers(const struct dhcp_answer *answer, struct dhcp_lease *lease)
{
	unsigned long long number;

	if (!answer->lease || conf_number(answer->lease, UINT32_MAX, &number) < 0 || number < LIFETIME_MIN)
		return fail(0, "lease: not a time of %d s or more", LIFETIME_MIN);
	lease->lifetime = (uint32_t)number;
	if (answer->mtu && conf_number(answer->mtu, MTU_MAX, &number) == 0 && number >= MTU_MIN)
		lease->mtu = (unsigned)number;
	return 0;
}

int dhcp_lease_parse(const struct dhcp_answer *answer, struct dhcp_lease *lease)
{
	*lease = (struct dhcp_lease){ 0 };
	if (parse_address(answer, lease) < 0 || parse_gateway(answer, lease) < 0)
		return -EINVAL;
	if (parse_list("dns", answer->dns, lease->dns, ADDRESSES_MAX, &lease->dns_count) < 0)
		return -EINVAL;
	return parse_numbers(answer, lease);
}
