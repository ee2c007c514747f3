/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the machine's configuration comes from (DESIGN.md, section 6): the
 * first of the sources below that has one. This image has no `config` key, so
 * no signature is asked for, and the console says so; with a key, node.conf.sig
 * is read beside each source and checked before the text is parsed.
 */
#include "child.h"
#include "disk.h"
#include "error.h"
#include "file.h"
#include "log.h"
#include "node.h"
#include "smbios.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define CREDENTIAL         "holdfast.node.conf"
#define PARTITION_TYPE_ESP "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

enum {
	CONFIG_SIZE = 16 * 1024,
	ESP_DEADLINE = 10 * 1000, /* ms: a disk that doesn't answer must not keep the node from booting */
};

/* ---- the EFI system partition, by a child: its file system was written by others, its disk may hang ---- */

enum esp_result { ESP_FOUND, ESP_ABSENT, ESP_FAILED }; /* what the child's exit status says */

struct esp {
	const char *disk;
	int answer; /* the child writes the file, or why it couldn't read it, to this pipe */
};

static void take_esp(const struct partition *partition, void *context)
{
	char *device = context;

	if (device[0] == '\0' && strcmp(partition->type, PARTITION_TYPE_ESP) == 0)
		memcpy(device, partition->device, sizeof(partition->device));
}

/* In a mount namespace of the child: it goes with the child, however that ends. 0 or fail()s. */
static int mount_esp(const char *device)
{
	const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(errno, "make a mount namespace");
	if (mount(device, "/boot", "vfat", flags, "umask=0077") < 0)
		return fail(errno, "mount %s on /boot", device);
	return 0;
}

/* Length of the file, 0 if there is none, or fail()s. */
static ssize_t read_from_esp(const char *disk, char *text, size_t size)
{
	char device[PATH_LENGTH] = "";
	int result = disk_partitions(disk, take_esp, device);

	if (result < 0 || device[0] == '\0')
		return result < 0 ? result : 0;
	result = mount_esp(device);
	if (result < 0)
		return result;

	ssize_t length = file_read("/boot/holdfast/node.conf", text, size);

	return length == -ENOENT || length == -ENOTDIR ? 0 : length;
}

static int esp_child(void *argument)
{
	const struct esp *esp = argument;
	char text[CONFIG_SIZE];
	ssize_t length = read_from_esp(esp->disk, text, sizeof(text));
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

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail(errno, "make a pipe");

	struct esp esp = { .disk = node->disk, .answer = ends[1] };
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
