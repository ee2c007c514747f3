/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firewall's rules stand in /etc/holdfast/firewall.nft, for people. What is
 * loaded is the same, compiled by nft when the image was built: running nft at
 * boot would take longer than all other steps together.
 */
#include "firewall.h"

#include "cgroup.h"
#include "error.h"
#include "file.h"
#include "firewall_batch.h"
#include "node.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where metadata services listen. */
enum { METADATA_PORT = 80 };

/*
 * Reads the kernel's answers, which are all there once send() returned: an
 * error for each message that it refused, or none and what we asked for, "done"
 * for message `last`. 0 or fail()s.
 */
static int read_answers(int socket, unsigned last)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[1024]; /* the refused message again */
	} answer;

	for (;;) {
		ssize_t length = recv(socket, &answer, sizeof(answer), MSG_DONTWAIT);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return fail(errno, "wait for the kernel's answer");
		if (length < (ssize_t)NLMSG_LENGTH(sizeof(answer.error)) ||
		    answer.header.nlmsg_type != NLMSG_ERROR)
			return fail(EPROTO, "read the kernel's answer");
		if (answer.error.error)
			return fail(-answer.error.error, "the kernel refused message %u",
				    answer.error.msg.nlmsg_seq);
		if (answer.error.msg.nlmsg_seq == last)
			return 0;
	}
}

/* Leaves the socket open if the rules are loaded: they go with it. */
static int send_batch(const struct firewall_batch *batch, unsigned last)
{
	int netfilter = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (netfilter < 0)
		return fail(errno, "open a netlink socket");

	int result = send(netfilter, batch->bytes, batch->length, 0) == (ssize_t)batch->length
			     ? read_answers(netfilter, last)
			     : fail(errno, "send");

	if (result < 0)
		close(netfilter);
	return result;
}

static int add_ports(struct firewall_batch *batch, const struct node_config *config)
{
	int result = config->metadata ? firewall_batch_add_port(batch, METADATA_TCP, METADATA_PORT) : 0;

	for (size_t i = 0; i < config->open_port_count && result == 0; i++)
		result = firewall_batch_add_port(batch, config->open_ports[i].udp ? OPEN_UDP : OPEN_TCP,
						 config->open_ports[i].port);
	return result;
}

/* All that pods speak. */
static int add_protocols(struct firewall_batch *batch)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };
	int result = 0;

	for (size_t i = 0; i < sizeof(protocols) && result == 0; i++)
		result = firewall_batch_add_protocol(batch, protocols[i]);
	return result;
}

/* The kernel knows a control group by the number of its directory (cgroup_id() of include/linux/cgroup.h). */
static int add_services(struct firewall_batch *batch, const char *services)
{
	struct stat status;

	if (stat(services, &status) < 0)
		return fail(errno, "look at %s", services);
	return firewall_batch_add_cgroup(batch, status.st_ino);
}

/* batch->bytes hold the file. 0 or fail()s, without naming the file. */
static int add_and_send(struct firewall_batch *batch, size_t length, const struct node_config *config,
			const char *services)
{
	int result = firewall_batch_open(batch, length);

	if (result == 0)
		result = add_ports(batch, config);
	if (result == 0 && config->forward)
		result = add_protocols(batch);
	if (result == 0)
		result = add_services(batch, services);
	if (result == 0)
		result = firewall_batch_close(batch);
	return result < 0 ? result : send_batch(batch, (unsigned)result);
}

int firewall_load(const char *path, const struct node_config *config, const char *services)
{
	static struct firewall_batch batch; /* only the pages that are read into cost memory */
	ssize_t length = file_read(path, (char *)batch.bytes, sizeof(batch.bytes));

	if (length < 0)
		return (int)length;
	return add_and_send(&batch, (size_t)length, config, services) < 0
		       ? fail(0, "load %s: %s", path, failure())
		       : 0;
}

int step_firewall(struct node *node)
{
	int result = firewall_load("/etc/holdfast/firewall.netlink", &node->config, CGROUP_SYSTEM);

	node->is_filtered = result == 0;
	return result;
}
