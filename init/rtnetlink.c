/* SPDX-License-Identifier: Apache-2.0 */
#include "rtnetlink.h"

#include "error.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A message that we send; all ours are small. */
struct request {
	struct nlmsghdr header;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct rtmsg route;
	};
	unsigned char attributes[128];
};

enum { RECEIVE_SIZE = 32 * 1024 /* what the kernel fills at most in one go */ };

/* Handles one message of an answer; other than 0 ends the reading and is its result. */
typedef int handle_message(void *context, const struct nlmsghdr *message);

int rtnetlink_open(unsigned groups)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int file = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (file < 0)
		return fail(errno, "open a netlink socket");
	if (bind(file, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int result = fail(errno, "listen to network interfaces");

		close(file);
		return result;
	}
	return file;
}

/* An empty request; size is that of the type's own header. */
static struct request new_request(uint16_t type, uint16_t flags, size_t size)
{
	return (struct request){
		.header = {
			.nlmsg_len = (uint32_t)NLMSG_LENGTH(size),
			.nlmsg_type = type,
			.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
		},
	};
}

/* All of ours together are smaller than the space for them. */
static void add_attribute(struct request *request, unsigned short type, const void *value, size_t size)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr attribute = { .rta_len = (unsigned short)RTA_LENGTH(size), .rta_type = type };

	memcpy((char *)request + at, &attribute, sizeof(attribute));
	memcpy((char *)request + at + RTA_LENGTH(0), value, size);
	request->header.nlmsg_len = (uint32_t)(at + RTA_LENGTH(size));
}

static void add_address(struct request *request, unsigned short type, const struct address *address)
{
	add_attribute(request, type, &address->v4, address_bits(address->family) / 8);
}

static int send_request(int socket, struct request *request)
{
	static uint32_t sequence;

	request->header.nlmsg_seq = ++sequence;
	return send(socket, request, request->header.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Whether a message ends the answer: then *result is the kernel's verdict, 0 or -errno. */
static bool is_end(const struct nlmsghdr *message, int *result)
{
	if (message->nlmsg_type == NLMSG_DONE)
		*result = 0;
	else if (message->nlmsg_type == NLMSG_ERROR)
		*result = ((const struct nlmsgerr *)NLMSG_DATA(message))->error;
	else
		return false;
	return true;
}

/* Reads the answer to a request. What handle returned, or 0 or -errno from the kernel. */
static int receive_answer(int socket, uint32_t sequence, handle_message *handle, void *context)
{
	static _Alignas(struct nlmsghdr) char buffer[RECEIVE_SIZE];
	int handled = 0;

	for (;;) {
		ssize_t length = recv(socket, buffer, sizeof(buffer), 0);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;

		unsigned left = (unsigned)length;

		for (struct nlmsghdr *message = (void *)buffer; NLMSG_OK(message, left);
		     message = NLMSG_NEXT(message, left)) {
			int verdict;

			if (message->nlmsg_seq != sequence)
				continue;
			if (is_end(message, &verdict))
				return handled ? handled : verdict;
			if (handled == 0) /* the rest must be read, too: the socket serves the next request */
				handled = handle(context, message);
		}
	}
}

static int ignore_message(void *context, const struct nlmsghdr *message)
{
	(void)context;
	(void)message;
	return 0;
}

/* Sends a change and waits for the kernel's verdict: 0 or -errno. */
static int change(int socket, struct request *request)
{
	request->header.nlmsg_flags |= NLM_F_ACK;

	int result = send_request(socket, request);

	return result < 0 ? result : receive_answer(socket, request->header.nlmsg_seq, ignore_message, NULL);
}

static int dump(int socket, struct request *request, handle_message *handle, void *context)
{
	int result = send_request(socket, request);

	return result < 0 ? result : receive_answer(socket, request->header.nlmsg_seq, handle, context);
}

/* Where the values of a message go, by the type of the attribute. */
struct attribute_place {
	unsigned short type;
	void *into; /* at most size bytes */
	size_t size;
	bool found;
};

/* Copies the attributes behind the type's own header to their places, which end with one without size. */
static void read_attributes(const struct nlmsghdr *message, size_t header_size,
			    struct attribute_place *places)
{
	const char *data = (const char *)NLMSG_DATA(message) + NLMSG_ALIGN(header_size);
	const char *end = (const char *)message + message->nlmsg_len;
	struct rtattr attribute;

	for (; end - data >= (ptrdiff_t)sizeof(attribute); data += RTA_ALIGN(attribute.rta_len)) {
		memcpy(&attribute, data, sizeof(attribute));
		if (attribute.rta_len < sizeof(attribute) || attribute.rta_len > end - data)
			break;

		size_t size = attribute.rta_len - RTA_LENGTH(0);

		for (struct attribute_place *place = places; place->size; place++)
			if (place->type == attribute.rta_type && size <= place->size) {
				memcpy(place->into, data + RTA_LENGTH(0), size);
				place->found = true;
			}
	}
}

struct visit_links {
	int (*visit)(void *context, const struct link *link);
	void *context;
};

static int handle_link(void *context, const struct nlmsghdr *message)
{
	const struct visit_links *visit = context;
	struct ifinfomsg header;
	struct link link = { 0 };
	char bus_name[64];
	struct attribute_place places[] = {
		{ .type = IFLA_IFNAME, .into = link.name, .size = sizeof(link.name) },
		{ .type = IFLA_ADDRESS, .into = link.mac, .size = sizeof(link.mac) },
		{ .type = IFLA_PARENT_DEV_NAME, .into = bus_name, .size = sizeof(bus_name) },
		{ .size = 0 },
	};

	if (message->nlmsg_type != RTM_NEWLINK || message->nlmsg_len < NLMSG_LENGTH(sizeof(header)))
		return 0;
	memcpy(&header, NLMSG_DATA(message), sizeof(header));
	read_attributes(message, sizeof(header), places);
	link.index = header.ifi_index;
	link.ethernet = header.ifi_type == ARPHRD_ETHER;
	link.physical = places[2].found;
	return visit->visit(visit->context, &link);
}

int rtnetlink_links(int socket, int (*visit)(void *context, const struct link *link), void *context)
{
	struct request request = new_request(RTM_GETLINK, NLM_F_DUMP, sizeof(request.link));
	struct visit_links visit_links = { visit, context };
	int result = dump(socket, &request, handle_link, &visit_links);

	return result < 0 ? fail(-result, "list the network interfaces") : result;
}

struct visit_addresses {
	int (*visit)(void *context, const struct address *address, enum origin origin);
	void *context;
	int index;
};

static int handle_address(void *context, const struct nlmsghdr *message)
{
	const struct visit_addresses *visit = context;
	struct ifaddrmsg header;
	struct address address = { 0 };
	unsigned char origin = 0;
	struct attribute_place places[] = {
		{ .type = IFA_ADDRESS, .into = &address.v6, .size = sizeof(address.v6) },
		{ .type = IFA_PROTO, .into = &origin, .size = sizeof(origin) },
		{ .size = 0 },
	};

	if (message->nlmsg_type != RTM_NEWADDR || message->nlmsg_len < NLMSG_LENGTH(sizeof(header)))
		return 0;
	memcpy(&header, NLMSG_DATA(message), sizeof(header));
	if ((int)header.ifa_index != visit->index)
		return 0;
	read_attributes(message, sizeof(header), places);
	address.family = header.ifa_family;
	address.prefix = header.ifa_prefixlen;
	return visit->visit(visit->context, &address, origin);
}

int rtnetlink_addresses(int socket, int index,
			int (*visit)(void *context, const struct address *address, enum origin origin),
			void *context)
{
	struct request request = new_request(RTM_GETADDR, NLM_F_DUMP, sizeof(request.address));
	struct visit_addresses visit_addresses = { visit, context, index };
	int result = dump(socket, &request, handle_address, &visit_addresses);

	return result < 0 ? fail(-result, "list the network addresses") : result;
}

int rtnetlink_link_up(int socket, int index)
{
	struct request request = new_request(RTM_NEWLINK, 0, sizeof(request.link));

	request.link = (struct ifinfomsg){ .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };

	int result = change(socket, &request);

	return result < 0 ? fail(-result, "switch on network interface %d", index) : 0;
}

int rtnetlink_link_mtu(int socket, int index, unsigned mtu)
{
	struct request request = new_request(RTM_NEWLINK, 0, sizeof(request.link));

	request.link = (struct ifinfomsg){ .ifi_index = index };
	add_attribute(&request, IFLA_MTU, &mtu, sizeof(mtu));

	int result = change(socket, &request);

	return result < 0 ? fail(-result, "set the MTU %u on network interface %d", mtu, index) : 0;
}

static struct request new_address_request(uint16_t type, uint16_t flags, int index,
					  const struct address *address)
{
	struct request request = new_request(type, flags, sizeof(request.address));

	request.address = (struct ifaddrmsg){
		.ifa_family = (unsigned char)address->family,
		.ifa_prefixlen = (unsigned char)address->prefix,
		.ifa_index = (unsigned)index,
	};
	add_address(&request, IFA_LOCAL, address);
	add_address(&request, IFA_ADDRESS, address);
	return request;
}

int rtnetlink_address_set(int socket, int index, const struct address *address, enum origin origin,
			  uint32_t lifetime)
{
	struct request request =
		new_address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index, address);
	struct ifa_cacheinfo times = { .ifa_prefered = lifetime, .ifa_valid = lifetime };
	unsigned char protocol = (unsigned char)origin;
	char text[ADDRESS_TEXT];

	add_attribute(&request, IFA_PROTO, &protocol, sizeof(protocol));
	add_attribute(&request, IFA_CACHEINFO, &times, sizeof(times));

	int result = change(socket, &request);

	return result < 0 ? fail(-result, "add the address %s/%u", address_format(address, text),
				 address->prefix)
			  : 0;
}

int rtnetlink_address_remove(int socket, int index, const struct address *address)
{
	struct request request = new_address_request(RTM_DELADDR, 0, index, address);
	char text[ADDRESS_TEXT];
	int result = change(socket, &request);

	return result < 0 ? fail(-result, "remove the address %s/%u", address_format(address, text),
				 address->prefix)
			  : 0;
}

int rtnetlink_gateway_set(int socket, int index, const struct address *gateway, const struct address *source,
			  bool on_link, enum origin origin)
{
	struct request request =
		new_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, sizeof(request.route));
	char text[ADDRESS_TEXT];

	request.route = (struct rtmsg){
		.rtm_family = (unsigned char)gateway->family,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = (unsigned char)origin,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = on_link ? RTNH_F_ONLINK : 0,
	};
	add_address(&request, RTA_GATEWAY, gateway);
	add_attribute(&request, RTA_OIF, &index, sizeof(index));
	if (source)
		add_address(&request, RTA_PREFSRC, source);

	int result = change(socket, &request);

	return result < 0 ? fail(-result, "set the gateway %s", address_format(gateway, text)) : 0;
}
