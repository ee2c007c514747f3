/* SPDX-License-Identifier: Apache-2.0 */
#include "firewall_batch.h"

#include "error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define TABLE "holdfast"

enum { HEADER = sizeof(struct nlattr), KEY_MAX = 8 };

static const char set_names[][12] = {
	[OPEN_TCP] = "open_tcp",   [OPEN_UDP] = "open_udp", [METADATA_TCP] = "metadata",
	[FORWARDED] = "forwarded", [SERVICES] = "services",
}; /* of 8 to 11 letters, which element_message counts on: with padding all are as long */

/* A message about the batch itself: its begin, its end. */
struct frame {
	struct nlmsghdr header;
	struct nfgenmsg netfilter;
};

/* "Add this key to that set": the attributes of net/netfilter/nf_tables_api.c, nf_tables_newsetelem(). */
struct element_message {
	struct nlmsghdr header;
	struct nfgenmsg netfilter;
	struct nlattr table_header;
	char table[12];
	struct nlattr set_header;
	char set[12];
	struct nlattr elements, element, key, value;
	unsigned char bytes[KEY_MAX];
};

_Static_assert(sizeof(struct element_message) == sizeof(struct frame) + 2 * 16 + 4 * HEADER + KEY_MAX,
	       "no gaps between attributes");

static int append(struct firewall_batch *batch, const void *message, size_t length)
{
	if (length > sizeof(batch->bytes) - batch->length)
		return fail(EFBIG, "messages of the firewall");
	batch->last = batch->length;
	memcpy(batch->bytes + batch->length, message, length);
	batch->length += length;
	return 0;
}

/* The header of the message at a place, if all of it lies before the end. */
static bool read_header(const struct firewall_batch *batch, size_t at, size_t end, struct nlmsghdr *header)
{
	if (end - at < sizeof(struct frame))
		return false;
	memcpy(header, batch->bytes + at, sizeof(*header));
	return header->nlmsg_len >= sizeof(struct frame) && header->nlmsg_len <= end - at &&
	       header->nlmsg_len % NLMSG_ALIGNTO == 0 && (header->nlmsg_flags & NLM_F_REQUEST);
}

/* The first message begins a batch, the last ends it, and those between belong to nftables. */
static bool is_in_place(const struct nlmsghdr *header, size_t at, size_t end)
{
	if (at == 0)
		return header->nlmsg_type == NFNL_MSG_BATCH_BEGIN;
	if (at + header->nlmsg_len == end)
		return header->nlmsg_type == NFNL_MSG_BATCH_END;
	return NFNL_SUBSYS_ID(header->nlmsg_type) == NFNL_SUBSYS_NFTABLES;
}

int firewall_batch_open(struct firewall_batch *batch, size_t length)
{
	struct nlmsghdr header;
	unsigned messages = 0;

	batch->length = batch->last = 0;
	for (size_t at = 0; at < length; at += header.nlmsg_len, messages++) {
		if (!read_header(batch, at, length, &header) || !is_in_place(&header, at, length))
			return fail(0, "no message of a batch at byte %zu", at);
		header.nlmsg_seq = messages; /* nft numbers its commands; we want to know the message */
		memcpy(batch->bytes + at, &header, sizeof(header));
		batch->last = batch->length; /* of the one before */
		batch->length = at;
	}
	if (messages < 3)
		return fail(0, "%zu bytes hold no rules", length);
	batch->sequence = messages - 1;
	return 0;
}

/* Adds a key of at most KEY_MAX bytes, as it lies in memory. */
static int add_element(struct firewall_batch *batch, enum firewall_set set, const void *key, uint16_t size)
{
	const uint16_t space = (uint16_t)NLA_ALIGN(size);
	const char *name = set_names[set];
	struct element_message message = {
		.header = {
			.nlmsg_len = (uint32_t)offsetof(struct element_message, bytes) + space,
			.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE,
			.nlmsg_seq = batch->sequence,
		},
		.netfilter = { .nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0 },
		.table_header = { HEADER + sizeof(TABLE), NFTA_SET_ELEM_LIST_TABLE },
		.table = TABLE,
		.set_header = { (uint16_t)(HEADER + strlen(name) + 1), NFTA_SET_ELEM_LIST_SET },
		/* Each holds the next. */
		.elements = { (uint16_t)(4 * HEADER + space), NLA_F_NESTED | NFTA_SET_ELEM_LIST_ELEMENTS },
		.element = { (uint16_t)(3 * HEADER + space), NLA_F_NESTED | NFTA_LIST_ELEM },
		.key = { (uint16_t)(2 * HEADER + space), NLA_F_NESTED | NFTA_SET_ELEM_KEY },
		.value = { (uint16_t)(HEADER + size), NFTA_DATA_VALUE },
	};

	memcpy(message.set, name, sizeof(message.set));
	memcpy(message.bytes, key, size);
	batch->sequence++;
	return append(batch, &message, message.header.nlmsg_len);
}

int firewall_batch_add_port(struct firewall_batch *batch, enum firewall_set set, unsigned short port)
{
	const uint16_t key = htons(port);

	return add_element(batch, set, &key, sizeof(key));
}

int firewall_batch_add_protocol(struct firewall_batch *batch, uint8_t protocol)
{
	return add_element(batch, FORWARDED, &protocol, sizeof(protocol));
}

int firewall_batch_add_cgroup(struct firewall_batch *batch, uint64_t number)
{
	return add_element(batch, SERVICES, &number, sizeof(number));
}

int firewall_batch_close(struct firewall_batch *batch)
{
	const struct frame end = {
		.header = {
			.nlmsg_len = sizeof(end),
			.nlmsg_type = NFNL_MSG_BATCH_END,
			.nlmsg_flags = NLM_F_REQUEST,
			.nlmsg_seq = batch->sequence,
		},
		.netfilter = { .res_id = htons(NFNL_SUBSYS_NFTABLES) },
	};
	struct nlmsghdr last;

	memcpy(&last, batch->bytes + batch->last, sizeof(last));
	last.nlmsg_flags |= NLM_F_ACK;
	memcpy(batch->bytes + batch->last, &last, sizeof(last));

	int result = append(batch, &end, sizeof(end));

	return result < 0 ? result : (int)last.nlmsg_seq;
}
