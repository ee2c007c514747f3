/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the machine's configuration comes from (DESIGN.md, section 6): the
 * first of the sources below that has one. This image has no `config` key, so
 * no signature is asked for, and the console says so; with a key, node.conf.sig
 * is read beside each source and checked before the text is parsed.
 */
#include "child.h"
#include "error.h"
#include "file.h"
#include "log.h"
#include "node.h"
#include "smbios.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CREDENTIAL "holdfast.node.conf"

enum {
	CONFIG_SIZE = 16 * 1024,
	ESP_DEADLINE = 10 * 1000, /* ms: a disk that doesn't answer must not keep the node from booting */
};

/* ---- the EFI system partition, by a child: its file system was written by others, its disk may hang ---- */

enum esp_result { ESP_FOUND, ESP_ABSENT, ESP_FAILED }; /* what the child's exit status says */

struct esp {
	const char *device;
	int answer; /* the child writes the file, or why it couldn't read it, to this pipe */
};

static int set_option(int context, unsigned command, const char *key, const char *value)
{
	return (int)syscall(SYS_fsconfig, context, command, key, value, 0);
}

/*
 * Mounts the ESP nowhere (fsopen(2)): it goes with the descriptor, and so with
 * the child, however that ends. A descriptor of its top directory or fail()s.
 */
static int mount_esp(const char *device)
{
	const unsigned flags = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	int context = (int)syscall(SYS_fsopen, "vfat", FSOPEN_CLOEXEC), mounted = -1;

	if (context >= 0 && set_option(context, FSCONFIG_SET_STRING, "source", device) == 0 &&
	    set_option(context, FSCONFIG_SET_FLAG, "ro", NULL) == 0 &&
	    set_option(context, FSCONFIG_CMD_CREATE, NULL, NULL) == 0)
		mounted = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, flags);
	return mounted < 0 ? fail(errno, "mount %s", device) : mounted;
}

/* Length of the file, 0 if there is none, or fail()s. */
static ssize_t read_from_esp(const char *device, char *text, size_t size)
{
	int mounted = mount_esp(device);

	if (mounted < 0)
		return mounted;
	if (fchdir(mounted) < 0)
		return fail(errno, "enter %s", device);

	ssize_t length = file_read("holdfast/node.conf", text, size);

	return length == -ENOENT || length == -ENOTDIR ? 0 : length;
}

static int esp_child(void *argument)
{
	const struct esp *esp = argument;
	char text[CONFIG_SIZE];
	ssize_t length = read_from_esp(esp->device, text, sizeof(text));
	enum esp_result result = length > 0 ? ESP_FOUND : length == 0 ? ESP_ABSENT : ESP_FAILED;

	if (result == ESP_FAILED)
		length = snprintf(text, sizeof(text), "%s", failure());
	/* A pipe takes 64 KiB before anybody reads. */
	return write(esp->answer, text, (size_t)length) == length ? (int)result : ESP_FAILED;
}

/* As the read functions of the sources. */
static ssize_t read_esp(const struct node *node, char *text, size_t size)
{
	int ends[2];

	if (node->esp_device[0] == '\0')
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(errno, "make a pipe");

	struct esp esp = { .device = node->esp_device, .answer = ends[1] };
	int result = child_call(esp_child, &esp, ESP_DEADLINE);

	close(ends[1]);

	ssize_t length = result == ESP_ABSENT ? 0 : read(ends[0], text, size - 1);

	close(ends[0]);
	if (result < 0)
		return result;
	if (length < 0)
		return fail(errno, "read what the ESP holds");
	text[length] = '\0';
	return result == ESP_FAILED ? fail(0, "%s", text) : length;
}

/* ---- tables of the firmware ---- */

static ssize_t read_fw_cfg(const struct node *node, char *text, size_t size)
{
	static const char path[] =
		"/sys/firmware/qemu_fw_cfg/by_name/opt/io.systemd.credentials/" CREDENTIAL "/raw";
	ssize_t length = file_read(path, text, size);

	(void)node;
	return length == -ENOENT ? 0 : length;
}

static ssize_t read_smbios(const struct node *node, char *text, size_t size)
{
	static char structure[2 * CONFIG_SIZE]; /* only the pages that are read into cost memory */

	(void)node;
	for (unsigned number = 0;; number++) {
		char path[PATH_LENGTH];

		snprintf(path, sizeof(path), "/sys/firmware/dmi/entries/11-%u/raw", number);

		ssize_t length = file_read(path, structure, sizeof(structure));

		if (length < 0)
			return length == -ENOENT ? 0 : length;
		length = smbios_credential((const unsigned char *)structure, (size_t)length, CREDENTIAL, text,
					   size);
		if (length != -ENOENT)
			return length;
	}
}

/*
 * read: writes the configuration and a NUL into text. Returns its length, 0
 * if the source has none (an empty one counts as that), or fail()s.
 * The URL that netboot hands over will be the last.
 */
static const struct source {
	const char *name;
	ssize_t (*read)(const struct node *node, char *text, size_t size);
} sources[] = {
	{ "the ESP", read_esp    },
	{ "fw_cfg",  read_fw_cfg },
	{ "SMBIOS",  read_smbios },
};

/* A bad configuration is not half used: the default takes its place, and the step holds the agent. */
static int use(struct node *node, const struct source *source, char *text, size_t length)
{
	char name[48];
	int result;

	log_notice("configuration from %s, unsigned", source->name);
	node->config_unsigned = true;
	snprintf(name, sizeof(name), "node.conf from %s,", source->name);
	result = node_config_parse(name, text, length, &node->config);
	if (result < 0)
		node_config_default(&node->config);
	return result;
}

int step_configuration(struct node *node)
{
	static char text[CONFIG_SIZE];

	node_config_default(&node->config);
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		ssize_t length = sources[i].read(node, text, sizeof(text));

		if (length < 0)
			return fail(0, "configuration from %s: %s", sources[i].name, failure());
		if (length > 0)
			return use(node, &sources[i], text, (size_t)length);
	}
	log_notice("no configuration found: DHCP on the first Ethernet interface");
	return 0;
}
