/* SPDX-License-Identifier: Apache-2.0 */
#include "audit.h"

#include "../error.h"
#include "../file.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AUDIT_RECORD = 3072 }; /* bytes, with its NUL */

struct message {
	struct nlmsghdr header;
	char data[AUDIT_RECORD];
};

/* Sends one message and waits for the kernel's word: it answers while we send. 0 or -errno. */
static int ask(unsigned short type, const void *data, size_t length)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct message message = { 0 };
	struct {
		struct nlmsghdr header;
		struct nlmsgerr result;
		char rest[sizeof(struct message)];
	} answer = { 0 };
	int audit = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	int result = 0;

	if (audit < 0)
		return -errno;
	message.header = (struct nlmsghdr){
		.nlmsg_len = (unsigned)NLMSG_LENGTH(length),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};
	memcpy(message.data, data, length);
	if (sendto(audit, &message, message.header.nlmsg_len, 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0 ||
	    recv(audit, &answer, sizeof(answer), 0) < 0)
		result = -errno;
	else if (answer.header.nlmsg_type == NLMSG_ERROR)
		result = answer.result.error;
	close(audit);
	return result;
}

/* execve and execveat of processes that have a login id: only those of a session have. */
static int add_rule(void)
{
	struct audit_rule_data rule = {
		.flags = AUDIT_FILTER_EXIT,
		.action = AUDIT_ALWAYS,
		.field_count = 2,
		.fields = { AUDIT_ARCH,        AUDIT_LOGINUID_SET },
		.values = { AUDIT_ARCH_X86_64, 1                  },
		.fieldflags = { AUDIT_EQUAL,       AUDIT_EQUAL        },
	};

	rule.mask[AUDIT_WORD(SYS_execve)] |= AUDIT_BIT(SYS_execve);
	rule.mask[AUDIT_WORD(SYS_execveat)] |= AUDIT_BIT(SYS_execveat);

	int result = ask(AUDIT_ADD_RULE, &rule, sizeof(rule));

	return result == -EEXIST ? 0 : result; /* from before this console was started anew */
}

int audit_switch(bool on)
{
	struct audit_status status = { .mask = AUDIT_STATUS_ENABLED, .enabled = on };
	int result = ask(AUDIT_SET, &status, sizeof(status));

	if (result < 0)
		return fail(-result, "switch the kernel's audit %s", on ? "on" : "off");
	result = on ? add_rule() : 0;
	return result < 0 ? fail(-result, "have audit record what a session executes") : 0;
}

int audit_join(void)
{
	return file_write("/proc/self/loginuid", "0");
}

int audit_record(enum audit_kind kind, const char *text)
{
	static const unsigned short types[] = {
		[AUDIT_KIND_ENTER] = 1112, /* AUDIT_USER_LOGIN of libaudit: the kernel names only the range */
		[AUDIT_KIND_COMMAND] = 1123, /* AUDIT_USER_CMD */
		[AUDIT_KIND_LEAVE] = 1113,   /* AUDIT_USER_LOGOUT */
	};
	char record[AUDIT_RECORD];
	int length = snprintf(record, sizeof(record), "op=break-glass %s", text);

	if (length >= (int)sizeof(record))
		length = sizeof(record) - 1;

	int result = ask(types[kind], record, (size_t)length + 1);

	return result < 0 ? fail(-result, "give audit a record") : 0;
}
