/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of sysctl.conf(5). Pure: no system call. */
#pragma once

#include <stdbool.h>

struct sysctl {
	const char *path; /* below /proc/sys: "net/ipv4/ip_forward" */
	const char *value;
};

/*
 * Parses "key = value", changed in place: the result points into the line. As in sysctl(8)
 * a "/" in a key with dots stands for a dot in a name (net.ipv4.conf.eth0/100.rp_filter).
 * 1, or 0 for a blank line or a comment (# or ;), or fail()s with why.
 */
int sysctl_parse_line(char *line, struct sysctl *sysctl);

/* Whether the values are the same but for white space: the kernel writes tabs and a newline at the end. */
bool sysctl_value_equal(const char *one, const char *other);
