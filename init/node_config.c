/* SPDX-License-Identifier: Apache-2.0 */
#include "node_config.h"

#include "conf.h"
#include "error.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

static bool is_label_character(char c)
{
	return isalnum((unsigned char)c) || c == '-';
}

/*
 * RFC 1123, section 2.1: labels of 1 to 63 letters, digits and hyphens, none
 * at an end of the label. The last one isn't a number: that would be an address.
 */
static bool is_host_name(const char *name)
{
	bool numeric = true;

	for (;; name++) {
		const char *label = name;

		for (numeric = true; is_label_character(*name); name++)
			numeric = numeric && isdigit((unsigned char)*name);

		if (name == label || name - label > 63 || *label == '-' || name[-1] == '-')
			return false;
		if (*name != '.')
			break;
	}
	return *name == '\0' && !numeric;
}

static int store_name(void *into, const char *value)
{
	struct node_config *config = into;

	if (!is_host_name(value))
		return fail(0, "%.64s is not a host name (letters, digits, hyphens; RFC 1123)", value);
	return conf_string(value, config->name, sizeof(config->name));
}

/* Reads aa:bb:cc:dd:ee:ff, writes it in lower case. */
static bool read_mac(const char *value, char *into)
{
	if (strlen(value) != strlen("aa:bb:cc:dd:ee:ff"))
		return false;
	for (size_t i = 0; value[i]; i++) {
		if (i % 3 == 2 ? value[i] != ':' : !isxdigit((unsigned char)value[i]))
			return false;
		into[i] = (char)tolower((unsigned char)value[i]);
		into[i + 1] = '\0';
	}
	/* Not a group's address, whose first byte is odd, and not the empty one. */
	return !strchr("13579bdf", into[1]) && strcmp(into, "00:00:00:00:00:00") != 0;
}

static bool is_interface_name(const char *value)
{
	size_t length = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return value[length] == '\0' && length < IFNAMSIZ && strcmp(value, "lo") != 0 && value[0] != '.' &&
	       value[0] != '-';
}

static int store_interface(void *into, const char *value)
{
	struct node_config *config = into;

	if (read_mac(value, config->interface))
		return 0;
	if (!is_interface_name(value))
		return fail(0, "%.64s is neither the name nor the MAC address of a network interface", value);
	return conf_string(value, config->interface, sizeof(config->interface));
}

static int store_dhcp(void *into, const char *value)
{
	struct node_config *config = into;

	config->dhcp_is_set = true;
	return conf_boolean(value, &config->dhcp);
}

/* Adds one to a list of at most ADDRESSES_MAX. */
static int add_address(struct address *list, size_t *count, const struct address *address)
{
	for (size_t i = 0; i < *count; i++)
		if (address_equal(&list[i], address))
			return fail(0, "the same address stands above");
	if (*count == ADDRESSES_MAX)
		return fail(0, "more than %d values", ADDRESSES_MAX);
	list[(*count)++] = *address;
	return 0;
}

static int store_address(void *into, const char *value)
{
	struct node_config *config = into;
	struct address address;

	if (address_parse_with_prefix(value, &address) < 0)
		return -EINVAL;
	return add_address(config->addresses, &config->address_count, &address);
}

static int store_gateway(void *into, const char *value)
{
	struct node_config *config = into;
	struct address gateway;

	if (address_parse(value, &gateway) < 0)
		return -EINVAL;
	for (size_t i = 0; i < config->gateway_count; i++)
		if (config->gateways[i].family == gateway.family)
			return fail(0, "a second gateway for the same kind of addresses");
	return add_address(config->gateways, &config->gateway_count, &gateway);
}

static int store_dns(void *into, const char *value)
{
	struct node_config *config = into;
	struct address server;

	if (address_parse(value, &server) < 0)
		return -EINVAL;
	return add_address(config->dns, &config->dns_count, &server);
}

static int store_time_server(void *into, const char *value)
{
	struct node_config *config = into;
	struct address server;

	if (address_parse(value, &server) < 0 && !is_host_name(value))
		return fail(0, "%.64s is neither a host name nor the address of a host", value);
	return conf_string(value, config->time_server, sizeof(config->time_server));
}

static int store_open_port(void *into, const char *value)
{
	struct node_config *config = into;
	bool udp = strncmp(value, "udp/", 4) == 0;
	unsigned long long port;

	if (!udp && strncmp(value, "tcp/", 4) != 0)
		return fail(0, "must be tcp/PORT or udp/PORT, not %.40s", value);
	if (conf_number(value + 4, 65535, &port) < 0 || port == 0)
		return fail(0, "a port must be a number from 1 to 65535, not %.40s", value + 4);
	for (size_t i = 0; i < config->open_port_count; i++)
		if (config->open_ports[i].udp == udp && config->open_ports[i].port == port)
			return fail(0, "the same port stands above");
	if (config->open_port_count == PORTS_MAX)
		return fail(0, "more than %d values", PORTS_MAX);
	config->open_ports[config->open_port_count++] = (struct open_port){ udp, (unsigned short)port };
	return 0;
}

static int store_forward(void *into, const char *value)
{
	struct node_config *config = into;

	return conf_boolean(value, &config->forward);
}

static int store_metadata(void *into, const char *value)
{
	struct node_config *config = into;

	return conf_boolean(value, &config->metadata);
}

/* A serial line (ttyS0 …) or a hypervisor's console (hvc0 …). */
static int store_console_device(void *into, const char *value)
{
	struct node_config *config = into;
	size_t prefix = strncmp(value, "ttyS", 4) == 0 ? 4 : strncmp(value, "hvc", 3) == 0 ? 3 : 0;
	size_t digits = strspn(value + prefix, "0123456789");

	if (!prefix || digits < 1 || digits > 2 || value[prefix + digits] ||
	    (digits == 2 && value[prefix] == '0'))
		return fail(0, "%.40s is not the name of a serial line: ttyS0 to ttyS99, or hvc0 to hvc99",
			    value);
	return conf_string(value, config->console_device, sizeof(config->console_device));
}

/* [cluster] comes with provisioning. */
static const struct conf_key keys[] = {
	{ .section = "node", .name = "name", .store = store_name },
	{ .section = "network", .name = "interface", .store = store_interface },
	{ .section = "network", .name = "dhcp", .store = store_dhcp },
	{ .section = "network", .name = "address", .store = store_address, .repeatable = true },
	{ .section = "network", .name = "gateway", .store = store_gateway, .repeatable = true },
	{ .section = "network", .name = "dns", .store = store_dns, .repeatable = true },
	{ .section = "time", .name = "server", .store = store_time_server },
	{ .section = "firewall", .name = "open", .store = store_open_port, .repeatable = true },
	{ .section = "firewall", .name = "forward", .store = store_forward },
	{ .section = "firewall", .name = "metadata", .store = store_metadata },
	{ .section = "console", .name = "device", .store = store_console_device },
	{ .name = NULL },
};

/* The kernel would refuse a gateway that no address reaches: better said while the file is at hand. */
static int check_gateway(const char *name, const struct node_config *config, const struct address *gateway)
{
	bool family = false, reachable = address_is_link_local(gateway);
	char text[ADDRESS_TEXT];

	address_format(gateway, text);
	for (size_t i = 0; i < config->address_count; i++) {
		const struct address *address = &config->addresses[i];

		if (address_equal(address, gateway))
			return fail(0, "%s: gateway %s is an address of this node", name, text);
		if (address->family != gateway->family)
			continue;
		family = true;
		/* Clouds give a prefix of full length and a gateway outside it: the route says "on link". */
		reachable = reachable || address->prefix == address_bits(address->family) ||
			    address_in_network(gateway, address);
	}
	if (!family)
		return fail(0, "%s: gateway %s needs an address of the same kind", name, text);
	return reachable ? 0 : fail(0, "%s: gateway %s is in the network of no address", name, text);
}

/* What no single line shows. */
static int check_together(const char *name, struct node_config *config)
{
	if (!config->dhcp_is_set)
		config->dhcp = config->address_count == 0;
	if (!config->dhcp && config->address_count == 0)
		return fail(0, "%s: dhcp = no needs an address", name);
	for (size_t i = 0; i < config->address_count; i++)
		if (config->dhcp && config->addresses[i].family == AF_INET)
			return fail(0, "%s: dhcp = yes and an IPv4 address exclude each other", name);
	for (size_t i = 0; i < config->gateway_count; i++)
		if (check_gateway(name, config, &config->gateways[i]) < 0)
			return -EINVAL;
	return 0;
}

void node_config_default(struct node_config *config)
{
	*config = (struct node_config){ .dhcp = true, .console_device = "ttyS0" };
}

int node_config_parse(const char *name, char *text, size_t length, struct node_config *config)
{
	node_config_default(config);
	if (conf_parse(name, text, length, keys, config) < 0)
		return -EINVAL;
	return check_together(name, config);
}
