/* SPDX-License-Identifier: Apache-2.0 */
/* All socket families that there are, in each type; all protocols of netlink; raw IP. */
#include "attack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const families[] = {
	"unspec",  "unix",    "inet",    "ax25",   "ipx",        "appletalk", "netrom",   "bridge",
	"atmpvc",  "x25",     "inet6",   "rose",   "decnet",     "netbeui",   "security", "key",
	"netlink", "packet",  "ash",     "econet", "atmsvc",     "rds",       "sna",      "irda",
	"pppox",   "wanpipe", "llc",     "ib",     "mpls",       "can",       "tipc",     "bluetooth",
	"iucv",    "rxrpc",   "isdn",    "phonet", "ieee802154", "caif",      "alg",      "nfc",
	"vsock",   "kcm",     "qipcrtr", "smc",    "xdp",        "mctp",      "family46",
};

static const struct {
	const char *name;
	int type;
} types[] = {
	{ "stream", SOCK_STREAM    },
	{ "dgram",  SOCK_DGRAM     },
	{ "raw",    SOCK_RAW       },
	{ "seqp",   SOCK_SEQPACKET },
};

/* The protocols of IP that have sockets of their own or are of use to an attacker. */
static const struct {
	const char *name;
	int family, type, protocol;
} protocols[] = {
	{ "ip-icmp",    AF_INET,   SOCK_RAW,       1      },
	{ "ip-raw",     AF_INET,   SOCK_RAW,       255    },
	{ "ip-ping",    AF_INET,   SOCK_DGRAM,     1      },
	{ "ip-dccp",    AF_INET,   6,              33     },
	{ "ip-sctp",    AF_INET,   SOCK_SEQPACKET, 132    },
	{ "ip-udplite", AF_INET,   SOCK_DGRAM,     136    },
	{ "ip-mptcp",   AF_INET,   SOCK_STREAM,    262    },
	{ "ip-smc",     AF_INET,   SOCK_STREAM,    256    },
	{ "ip-l2tp",    AF_INET,   SOCK_DGRAM,     115    },
	{ "ip6-icmp",   AF_INET6,  SOCK_RAW,       58     },
	{ "ip6-ping",   AF_INET6,  SOCK_DGRAM,     58     },
	{ "packet-all", AF_PACKET, SOCK_RAW,       0x0300 },
};

/* "FAMILY TYPE PROTOCOL" */
static int make_socket(const char *argument)
{
	int family, type, protocol;

	sscanf(argument, "%d %d %d", &family, &type, &protocol);
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void run_socket(const char *name, int family, int type, int protocol)
{
	char argument[48];

	snprintf(argument, sizeof(argument), "%d %d %d", family, type, protocol);
	run(&(struct attempt){ name, make_socket, argument, "" });
}

void run_sockets(void)
{
	char name[24];

	for (size_t family = 0; family < sizeof(families) / sizeof(families[0]); family++)
		for (size_t type = 0; type < sizeof(types) / sizeof(types[0]); type++) {
			snprintf(name, sizeof(name), "%s-%s", families[family], types[type].name);
			run_socket(name, (int)family, types[type].type, 0);
		}
	/* Numbers of netlink's protocols end at 31 (MAX_LINKS). */
	for (int protocol = 0; protocol < 32; protocol++) {
		snprintf(name, sizeof(name), "netlink-%d", protocol);
		run_socket(name, AF_NETLINK, SOCK_RAW, protocol);
	}
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		run_socket(protocols[i].name, protocols[i].family, protocols[i].type, protocols[i].protocol);
}
