/* SPDX-License-Identifier: Apache-2.0 */
// sources: node_config.c address.c conf.c error.c
#include "check.h"
#include "error.h"
#include "node_config.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int parse(const char *file, struct node_config *config)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s", file);
	return node_config_parse("node.conf", text, strlen(text), config);
}

static void everything_is_taken(void)
{
	struct node_config config;
	char text[ADDRESS_TEXT];

	CHECK(parse("[node]\nname = node-1.example\n"
		    "[network]\ninterface = eth0\naddress = 10.0.2.15/24\naddress = fd00::5/64\n"
		    "gateway = 10.0.2.2\ngateway = fe80::1\ndns = 10.0.2.3\ndns = fd00::3\n"
		    "[time]\nserver = 10.0.2.2\n"
		    "[firewall]\nopen = tcp/8080\nopen = udp/8080\nforward = yes\nmetadata = yes\n"
		    "[console]\ndevice = ttyS1\n",
		    &config) == 0);
	CHECK_TEXT(config.console_device, "ttyS1");
	CHECK_TEXT(config.name, "node-1.example");
	CHECK_TEXT(config.interface, "eth0");
	CHECK(!config.dhcp && config.address_count == 2 && config.gateway_count == 2 && config.dns_count == 2);
	CHECK(config.addresses[0].family == AF_INET && config.addresses[0].prefix == 24);
	CHECK_TEXT(address_format(&config.addresses[1], text), "fd00::5");
	CHECK_TEXT(address_format(&config.gateways[1], text), "fe80::1");
	CHECK_TEXT(address_format(&config.dns[0], text), "10.0.2.3");
	CHECK_TEXT(config.time_server, "10.0.2.2");
	CHECK(config.open_port_count == 2);
	CHECK(!config.open_ports[0].udp && config.open_ports[0].port == 8080);
	CHECK(config.open_ports[1].udp && config.open_ports[1].port == 8080);
	CHECK(config.forward && config.metadata);
}

static void nothing_means_dhcp(void)
{
	struct node_config config;

	CHECK(parse("", &config) == 0);
	CHECK(config.dhcp && config.name[0] == '\0' && config.interface[0] == '\0');
	CHECK(config.open_port_count == 0 && !config.forward && !config.metadata);
	CHECK_TEXT(config.console_device, "ttyS0");
}

static void a_mac_address_is_kept_in_lower_case(void)
{
	struct node_config config;

	CHECK(parse("[network]\ninterface = 52:54:00:AB:cd:0F\n", &config) == 0);
	CHECK_TEXT(config.interface, "52:54:00:ab:cd:0f");
}

/* Files that look odd and are right. */
static void odd_files_are_taken(void)
{
	static const char *const right[] = {
		"[node]\nname = a\n",
		"[node]\nname = 1a.2b\n",
		"[node]\nname = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		"[network]\ninterface = enp0s3f1.100\n",
		"[network]\naddress = fd00::5/64\ndhcp = yes\n", /* IPv4 by DHCP beside it */
		"[network]\naddress = 10.0.0.7/32\ngateway = 172.16.0.1\n", /* as clouds do */
		"[network]\naddress = 10.0.0.7/24\naddress = 10.0.1.7/24\ngateway = 10.0.1.1\n",
		"[network]\ngateway = 10.0.1.1\naddress = 10.0.1.7/24\n", /* the order of lines doesn't count */
		"[network]\ndns = 10.0.1.1\n",
		"[time]\nserver = time.example\n",
		"[time]\nserver = fd00::1\n",
		"[firewall]\nopen = tcp/65535\nopen = udp/1\n",
		"[firewall]\nmetadata = no\nforward = no\n",
		"[console]\ndevice = ttyS10\n",
		"[console]\ndevice = ttyS99\n",
		"[console]\ndevice = hvc0\n",
	};

	for (size_t i = 0; i < COUNT(right); i++) {
		struct node_config config;

		CHECK(parse(right[i], &config) == 0);
	}
}

static const struct {
	const char *file, *says;
} wrong[] = {
	{ "[node]\nname = -a\n", "node.conf line 2: name: -a is not a host name" },
	{ "[node]\nname = a-\n", "not a host name" },
	{ "[node]\nname = a..b\n", "not a host name" },
	{ "[node]\nname = .a\n", "not a host name" },
	{ "[node]\nname = a.\n", "not a host name" },
	{ "[node]\nname = a_b\n", "not a host name" },
	{ "[node]\nname = a b\n", "not a host name" },
	{ "[node]\nname = 10.0.0.1\n", "not a host name" },
	{ "[node]\nname = \xc3\xa4\n", "not a host name" },
	{ "[node]\nname = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "not a host name" },
	{ "[node]\nname = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaa\n", "longer than 63" },
	{ "[node]\nname = a\nname = b\n", "node.conf line 3: a second value for name" },
	{ "[node]\nhostname = a\n", "node.conf line 2: unknown key hostname" },
	{ "[cluster]\n", "unknown section [cluster]" },
	{ "[console]\ndevice = /dev/ttyS1\n", "line 2: device: /dev/ttyS1 is not the name of a serial line" },
	{ "[console]\ndevice = ttyS\n", "is not the name" },
	{ "[console]\ndevice = ttyS100\n", "is not the name" },
	{ "[console]\ndevice = ttyS01\n", "is not the name" },
	{ "[console]\ndevice = ttyS1x\n", "is not the name" },
	{ "[console]\ndevice = tty1\n", "is not the name" },
	{ "[console]\ndevice = hvc-1\n", "is not the name" },
	{ "[console]\ndevice = ttyS0\ndevice = ttyS1\n", "line 3: a second value for device" },
	{ "[console]\nspeed = 9600\n", "unknown key speed" },
	{ "[network]\ninterface = ../eth0\n", "line 2: interface: ../eth0 is neither" },
	{ "[network]\ninterface = lo\n", "is neither" },
	{ "[console]\ndevice = ttyX0\n", "line 2: device: ttyX0 is not the name of a serial line" },
	{ "[console]\ndevice = hvx0\n", "is not the name of a serial line" },
	{ "[console]\ndevice = 0\n", "is not the name of a serial line" },
	{ "[network]\ninterface = .eth0\n", "is neither" },
	{ "[network]\naddress = 192.0.2.9/24\naddress = fd00::9/64\ngateway = 192.0.2.1\ngateway = fd00::1\ngateway = fd00::2\n",
	  "line 6: gateway: a second gateway for the same kind" },
	{ "[network]\ninterface = -eth0\n", "is neither" },
	{ "[network]\naddress = 192.0.2.1/24\naddress = 192.0.2.2/24\naddress = 192.0.2.2/24\n",
	  "line 4: address: the same address stands above" },
	{ "[network]\ninterface = abcdefghijklmnop\n", "is neither" },
	{ "[network]\ninterface = 52:54:00:ab:cd\n", "is neither" },
	{ "[network]\ninterface = 53:54:00:ab:cd:0f\n", "is neither" }, /* the address of a group */
	{ "[network]\ninterface = 00:00:00:00:00:00\n", "is neither" },
	{ "[network]\ninterface = 52-54-00-ab-cd-0f\n", "is neither" },
	{ "[network]\ndhcp = maybe\n", "line 2: dhcp: must be yes or no" },
	{ "[network]\ndhcp = no\n", "node.conf: dhcp = no needs an address" },
	{ "[network]\naddress = 10.0.2.15\n", "line 2: address: 10.0.2.15 is not an IP address with its prefix" },
	{ "[network]\naddress = 10.0.2.15/24\naddress = 10.0.2.15/25\n", "line 3: address: the same" },
	{ "[network]\naddress = 10.0.2.15/24\ndhcp = yes\n", "exclude each other" },
	{ "[network]\naddress = 224.0.0.5/24\n", "can't be the address of a host" },
	{ "[network]\ngateway = 10.0.2.2\n", "node.conf: gateway 10.0.2.2 needs an address of the same kind" },
	{ "[network]\naddress = fd00::5/64\ngateway = 10.0.2.2\n", "needs an address of the same kind" },
	{ "[network]\naddress = 10.0.2.15/24\ngateway = 10.0.3.2\n", "is in the network of no address" },
	{ "[network]\naddress = 10.0.2.15/24\ngateway = 10.0.2.15\n", "is an address of this node" },
	{ "[network]\naddress = 10.0.2.15/24\ngateway = 10.0.2.2\ngateway = 10.0.2.3\n", "line 4: gateway: a second" },
	{ "[network]\naddress = 10.0.2.15/24\ngateway = 10.0.2.2/24\n", "line 3: gateway: 10.0.2.2/24 is not" },
	{ "[network]\ndns = dns.example\n", "line 2: dns: dns.example is not an IP address" },
	{ "[network]\ndns = 127.0.0.53\n", "can't be" },
	{ "[time]\nserver = -x\n", "line 2: server: -x is neither" }, /* it becomes an argument of a program */
	{ "[time]\nserver = 127.0.0.1\n", "is neither" },
	{ "[time]\nserver = a b\n", "is neither" },
	{ "[firewall]\nopen = 80\n", "line 2: open: must be tcp/PORT or udp/PORT" },
	{ "[firewall]\nopen = tcp/0\n", "from 1 to 65535" },
	{ "[firewall]\nopen = tcp/65536\n", "from 1 to 65535" },
	{ "[firewall]\nopen = tcp/80-90\n", "from 1 to 65535" },
	{ "[firewall]\nopen = sctp/80\n", "must be tcp/PORT" },
	{ "[firewall]\nopen = tcp/80\nopen = tcp/80\n", "line 3: open: the same port" },
	{ "[firewall]\nmetadata = 1\n", "line 2: metadata: must be yes or no" },
	{ "[firewall]\nforward = eth0\n", "line 2: forward: must be yes or no" },
	{ "[firewall]\nmetadata = yes\nmetadata = no\n", "line 3: a second value for metadata" },
};

static void wrong_files_are_refused(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct node_config config;

		CHECK(parse(wrong[i].file, &config) < 0);
		CHECK_CONTAINS(failure(), wrong[i].says);
	}
}

/* The first `count` of line with a number in it are taken, one more isn't. */
static void at_most(size_t count, const char *section, const char *line)
{
	for (size_t lines = count; lines <= count + 1; lines++) {
		struct node_config config;
		char file[2048];
		int length = snprintf(file, sizeof(file), "[%s]\n", section);

		for (size_t i = 0; i < lines; i++)
			length += snprintf(file + length, sizeof(file) - (size_t)length, "%s%zu%s\n", line, i + 1,
					   strcmp(line, "address = 10.0.0.") == 0 ? "/24" : "");
		CHECK(parse(file, &config) == (lines == count ? 0 : -22));
		CHECK(lines == count || strstr(failure(), "more than"));
	}
}

int main(void)
{
	everything_is_taken();
	nothing_means_dhcp();
	a_mac_address_is_kept_in_lower_case();
	odd_files_are_taken();
	wrong_files_are_refused();
	at_most(ADDRESSES_MAX, "network", "address = 10.0.0.");
	at_most(ADDRESSES_MAX, "network", "dns = 10.0.0.");
	at_most(PORTS_MAX, "firewall", "open = tcp/");
	return checks_end();
}
