/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's settings: each is written, and read back to see that the kernel
 * took it. Those of the network come in a step of their own: they must be there
 * before the network is, all others before the runtime.
 */
#include "error.h"
#include "file.h"
#include "log.h"
#include "node.h"
#include "sysctl_line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "/etc/holdfast/sysctl.conf";

enum { FILE_MAX = 8 * 1024, VALUE_MAX = 256 };

/* Reads what the kernel has now into text (VALUE_MAX bytes). 0 or -errno. */
static int read_back(int file, char *text)
{
	ssize_t length = pread(file, text, VALUE_MAX - 1, 0);

	if (length < 0)
		return -errno;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

/* 0 or fail()s. directory is that of /proc/sys. */
static int apply(int directory, const struct sysctl *sysctl)
{
	int file = openat(directory, sysctl->path, O_RDWR | O_CLOEXEC);
	char got[VALUE_MAX] = "";

	if (file < 0)
		return fail(errno, "sysctl %s", sysctl->path);

	int result = read_back(file, got);

	if (result == 0 && !sysctl_value_equal(sysctl->value, got)) /* half of them are what they should be */
		result =
			write(file, sysctl->value, strlen(sysctl->value)) < 0 ? -errno : read_back(file, got);
	close(file);
	if (result < 0)
		return fail(-result, "sysctl %s = %s", sysctl->path, sysctl->value);
	if (!sysctl_value_equal(sysctl->value, got))
		return fail(0, "sysctl %s: wanted %s, got %s", sysctl->path, sysctl->value, got);
	return 0;
}

/* Whether a line, which may be anything, is for the network's step. */
static bool is_of_network(const char *line)
{
	line += strspn(line, " \t");
	return strncmp(line, "net", 3) == 0 && (line[3] == '.' || line[3] == '/');
}

/* Applies the lines of the network, or all others; each that fails is logged. Returns how many did. */
static unsigned apply_all(int directory, char *text, bool network)
{
	unsigned number = 0, failed = 0;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct sysctl sysctl;

		number++;
		if (is_of_network(line) != network)
			continue;

		int result = sysctl_parse_line(line, &sysctl);

		if (result > 0)
			result = apply(directory, &sysctl);
		if (result < 0) {
			log_error("%s line %u: %s", path, number, failure());
			failed++;
		}
	}
	return failed;
}

static int apply_file(bool network)
{
	char text[FILE_MAX];
	ssize_t length = file_read(path, text, sizeof(text));
	int directory;

	if (length < 0)
		return (int)length;
	directory = open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return fail(errno, "open /proc/sys");

	unsigned failed = apply_all(directory, text, network);

	close(directory);
	return failed ? fail(0, "%u lines of %s have no effect", failed, path) : 0;
}

int step_sysctls(struct node *node)
{
	(void)node;
	return apply_file(false);
}

int step_netsysctls(struct node *node)
{
	(void)node;
	return apply_file(true);
}
