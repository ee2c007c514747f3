/* SPDX-License-Identifier: Apache-2.0 */
// sources: firewall_batch.c error.c
/* The bytes are right if the kernel takes them: rootfs/components/firewall/build tries that. Here: wrong files. */
#include "check.h"
#include "error.h"
#include "firewall_batch.h"
#include "node_config.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

struct message {
	struct nlmsghdr header;
	struct nfgenmsg netfilter;
};

enum { RULE = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE };

static struct firewall_batch batch;

static struct message new_message(uint16_t type)
{
	return (struct message){ .header = { .nlmsg_len = sizeof(struct message),
					     .nlmsg_type = type,
					     .nlmsg_flags = NLM_F_REQUEST,
					     .nlmsg_seq = 77 } };
}

/* A batch of two rules, with one message changed. */
static int open_changed(size_t number, struct nlmsghdr change, size_t cut)
{
	struct message messages[] = { new_message(NFNL_MSG_BATCH_BEGIN), new_message(RULE), new_message(RULE),
				      new_message(NFNL_MSG_BATCH_END) };

	if (change.nlmsg_len)
		messages[number].header = change;
	memcpy(batch.bytes, messages, sizeof(messages));
	return firewall_batch_open(&batch, sizeof(messages) - cut);
}

static struct nlmsghdr message_at(size_t at)
{
	struct nlmsghdr header;

	memcpy(&header, batch.bytes + at, sizeof(header));
	return header;
}

static void ports_go_before_the_end(void)
{
	const size_t size = sizeof(struct message);

	CHECK(open_changed(0, (struct nlmsghdr){ 0 }, 0) == 0);
	CHECK(firewall_batch_add_port(&batch, OPEN_TCP, 80) == 0);
	CHECK(firewall_batch_close(&batch) == 3);
	CHECK(message_at(size).nlmsg_seq == 1 && message_at(2 * size).nlmsg_seq == 2);
	CHECK(message_at(3 * size).nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM));
	CHECK(message_at(3 * size).nlmsg_flags & NLM_F_ACK);
	CHECK(message_at(batch.length - size).nlmsg_type == NFNL_MSG_BATCH_END);
	CHECK(message_at(batch.length - size).nlmsg_seq == 4);
}

/* The kernel takes keys as they lie in memory, each in an attribute that is padded to four bytes. */
static void keys_of_each_length_are_whole(void)
{
	const size_t size = sizeof(struct message);
	const uint64_t number = 0x0102030405060708;
	size_t at = 3 * size;

	CHECK(open_changed(0, (struct nlmsghdr){ 0 }, 0) == 0);
	CHECK(firewall_batch_add_port(&batch, METADATA_TCP, 0x1234) == 0);
	CHECK(message_at(at).nlmsg_len == size + 32 + 16 + 4);
	CHECK(memcmp(batch.bytes + at + size + 20, "metadata", sizeof("metadata")) == 0);
	CHECK(memcmp(batch.bytes + at + size + 32 + 12, "\x06\0\x01\0\x12\x34\0", 8) == 0);
	at += message_at(at).nlmsg_len;
	CHECK(firewall_batch_add_cgroup(&batch, number) == 0);
	CHECK(message_at(at).nlmsg_len == size + 32 + 16 + 8);
	CHECK(memcmp(batch.bytes + at + size + 20, "services", sizeof("services")) == 0);
	CHECK(memcmp(batch.bytes + at + size + 32 + 16, &number, sizeof(number)) == 0);
	at += message_at(at).nlmsg_len;
	CHECK(firewall_batch_add_protocol(&batch, 6) == 0);
	CHECK(message_at(at).nlmsg_len == size + 32 + 16 + 4);
	CHECK(memcmp(batch.bytes + at + size + 16, "\x0e\0\x02\0forwarded", sizeof("\x0e\0\x02\0forwarded")) == 0);
	CHECK(memcmp(batch.bytes + at + size + 32 + 12, "\x05\0\x01\0\x06\0\0", 8) == 0);
	CHECK(firewall_batch_close(&batch) == 5);
}

static void without_ports_the_last_rule_is_confirmed(void)
{
	CHECK(open_changed(0, (struct nlmsghdr){ 0 }, 0) == 0);
	CHECK(firewall_batch_close(&batch) == 2);
	CHECK(message_at(2 * sizeof(struct message)).nlmsg_flags & NLM_F_ACK);
	CHECK(!(message_at(sizeof(struct message)).nlmsg_flags & NLM_F_ACK));
	CHECK(batch.length == 4 * sizeof(struct message));
}

static void wrong_files_are_refused(void)
{
	const struct nlmsghdr right = new_message(RULE).header;
	struct nlmsghdr wrong;

	CHECK(open_changed(1, right, 0) == 0);
	CHECK(open_changed(1, right, 1) < 0); /* cut off */
	CHECK(open_changed(1, right, sizeof(struct message)) < 0);
	CHECK(firewall_batch_open(&batch, 0) < 0);
	CHECK(open_changed(0, right, 0) < 0); /* no begin */
	CHECK(open_changed(3, right, 0) < 0); /* no end */
	for (uint32_t length = 0; length < 100; length++) {
		wrong = right;
		wrong.nlmsg_len = length;
		CHECK(length == right.nlmsg_len || length == 0 || open_changed(1, wrong, 0) < 0 ||
		      length == 2 * right.nlmsg_len);
	}
	wrong = right;
	wrong.nlmsg_len = ~3U;
	CHECK(open_changed(2, wrong, 0) < 0);
	wrong = right;
	wrong.nlmsg_type = NFNL_MSG_BATCH_END; /* in the middle */
	CHECK(open_changed(1, wrong, 0) < 0);
	wrong.nlmsg_type = NFNL_SUBSYS_IPSET << 8;
	CHECK(open_changed(1, wrong, 0) < 0);
	wrong = right;
	wrong.nlmsg_flags = 0;
	CHECK(open_changed(1, wrong, 0) < 0);
}

static void more_than_fits_is_refused(void)
{
	int result = open_changed(0, (struct nlmsghdr){ 0 }, 0);
	unsigned added = 0;

	while (result == 0 && added < FIREWALL_BATCH_MAX)
		result = firewall_batch_add_port(&batch, OPEN_TCP, (unsigned short)++added);
	CHECK(result < 0 && added > 2 * PORTS_MAX && batch.length <= sizeof(batch.bytes));
}

int main(void)
{
	ports_go_before_the_end();
	keys_of_each_length_are_whole();
	without_ports_the_last_rule_is_confirmed();
	wrong_files_are_refused();
	more_than_fits_is_refused();
	return checks_end();
}
