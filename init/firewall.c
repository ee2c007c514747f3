/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firewall's rules stand in /etc/holdfast/firewall.nft, for people. What is
 * loaded is the same, compiled by nft when the image was built: running nft at
 * boot would take longer than all other steps together.
 */
#include "firewall.h"

#include "error.h"
#include "file.h"
#include "firewall_batch.h"
#include "node.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static int send_batch(const struct firewall_batch *batch, unsigned last)
{
	int netfilter = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (netfilter < 0)
		return fail(errno, "open a netlink socket");

	int result = send(netfilter, batch->bytes, batch->length, 0) == (ssize_t)batch->length
			     ? read_answers(netfilter, last)
			     : fail(errno, "send");

	close(netfilter);
	return result;
}

/* batch->bytes hold the file. 0 or fail()s, without naming the file. */
static int add_and_send(struct firewall_batch *batch, size_t length, const struct open_port *ports,
			size_t count)
{
	int result = firewall_batch_open(batch, length);

	for (size_t i = 0; i < count && result == 0; i++)
		result = firewall_batch_add_port(batch, ports[i]);
	if (result == 0)
		result = firewall_batch_close(batch);
	return result < 0 ? result : send_batch(batch, (unsigned)result);
}

int firewall_load(const char *path, const struct open_port *ports, size_t count)
{
	static struct firewall_batch batch; /* only the pages that are read into cost memory */
	ssize_t length = file_read(path, (char *)batch.bytes, sizeof(batch.bytes));

	if (length < 0)
		return (int)length;
	return add_and_send(&batch, (size_t)length, ports, count) < 0
		       ? fail(0, "load %s: %s", path, failure())
		       : 0;
}

int step_firewall(struct node *node)
{
	return firewall_load("/etc/holdfast/firewall.netlink", node->config.open_ports,
			     node->config.open_port_count);
}
