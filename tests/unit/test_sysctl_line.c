/* SPDX-License-Identifier: Apache-2.0 */
// sources: sysctl_line.c error.c
#include "check.h"
#include "error.h"
#include "sysctl_line.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char text[256];

static int parse(const char *line, struct sysctl *sysctl)
{
	snprintf(text, sizeof(text), "%s", line);
	return sysctl_parse_line(text, sysctl);
}

static const struct {
	const char *line, *path, *value;
} right[] = {
	{ "net.ipv4.ip_forward = 1", "net/ipv4/ip_forward", "1" },
	{ "  vm.overcommit_memory=1\t", "vm/overcommit_memory", "1" },
	{ "net.ipv4.tcp_rmem = 4096 87380 6291456", "net/ipv4/tcp_rmem", "4096 87380 6291456" },
	{ "net.ipv4.conf.eth0/100.rp_filter = 1", "net/ipv4/conf/eth0.100/rp_filter", "1" },
	{ "kernel.core_pattern = |/bin/false = x", "kernel/core_pattern", "|/bin/false = x" },
	{ "kernel.printk = -1", "kernel/printk", "-1" },
};

static void right_lines_are_taken(void)
{
	for (size_t i = 0; i < COUNT(right); i++) {
		struct sysctl sysctl;

		CHECK(parse(right[i].line, &sysctl) == 1);
		CHECK_TEXT(sysctl.path, right[i].path);
		CHECK_TEXT(sysctl.value, right[i].value);
	}
}

static void lines_without_a_key_are_skipped(void)
{
	static const char *const skipped[] = { "", "   \t", "# a = b", "  ; a = b" };

	for (size_t i = 0; i < COUNT(skipped); i++) {
		struct sysctl sysctl;

		CHECK(parse(skipped[i], &sysctl) == 0);
	}
}

static const struct {
	const char *line, *says;
} wrong[] = {
	{ "net.ipv4.ip_forward", "is not key = value" },
	{ "net.ipv4.ip_forward =", "has no value" },
	{ "= 1", "is not the name of a key" },
	{ "net..ipv4 = 1", "has an empty part" },
	{ ".net = 1", "has an empty part" },
	{ "net. = 1", "has an empty part" },
	{ "//.//.etc.passwd = 1", "has an empty part" }, /* would be ../../etc/passwd */
	{ "net.//.x = 1", "has an empty part" },
	{ "/etc/passwd = 1", "has an empty part" },
	{ "net.ipv4.conf.*.rp_filter = 1", "is not the name of a key" },
	{ "net ipv4 = 1", "is not the name of a key" },
};

static void wrong_lines_are_refused(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct sysctl sysctl;

		CHECK(parse(wrong[i].line, &sysctl) < 0);
		CHECK_CONTAINS(failure(), wrong[i].says);
	}
}

static void values_are_compared_without_white_space(void)
{
	CHECK(sysctl_value_equal("1", "1\n"));
	CHECK(sysctl_value_equal("4096 87380  6291456", "4096\t87380\t6291456\n"));
	CHECK(sysctl_value_equal("", " \n"));
	CHECK(!sysctl_value_equal("1", "0\n"));
	CHECK(!sysctl_value_equal("1", "10\n"));
	CHECK(!sysctl_value_equal("1 2", "12"));
	CHECK(!sysctl_value_equal("1 2", "1"));
	CHECK(!sysctl_value_equal("1", "1 2"));
	CHECK(!sysctl_value_equal("1", ""));
}

int main(void)
{
	right_lines_are_taken();
	lines_without_a_key_are_skipped();
	wrong_lines_are_refused();
	values_are_compared_without_white_space();
	return checks_end();
}
