/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the root and its verity tree. They are known by their partition
 * UUIDs, the halves of the root hash, and by their types; where they are and
 * what they are called doesn't count. Two of them, as on a cloned disk, are
 * refused: nobody could say which disk the node's state is then taken from.
 */
#include "clock.h"
#include "disk.h"
#include "error.h"
#include "file.h"
#include "log.h"
#include "node.h"
#include "watchdog.h"

#include <dirent.h>
#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Time for disks that appear late: controllers that spin them up one by one, USB. */
enum { DISK_DEADLINE = 30 * 1000 };

/* A partition that is looked for, and where it was found. */
struct wanted {
	const char *what, *type;
	char uuid[UUID_TEXT];
	unsigned matches;
	unsigned number;
	char disk[PATH_LENGTH], device[PATH_LENGTH], second_device[PATH_LENGTH];
};

/* What else of a disk is needed: read with its table, so that it is read once. */
struct disk {
	char path[PATH_LENGTH];
	unsigned first_root; /* number of its first partition with the type of a root, 0 for none */
	char esp_device[PATH_LENGTH];
	struct partition state;
	unsigned states;
};

struct search {
	struct wanted root, verity;
	struct disk disk,
		found;  /* the one that is being read, and the one with the root that is looked for */
	char seen[256]; /* names of all disks, for a person */
};

static int read_identity(struct root_identity *root)
{
	char text[1024];
	ssize_t length = file_read("/etc/holdfast/root", text, sizeof(text));

	return length < 0 ? (int)length : root_identity_parse(text, (size_t)length, root);
}

static void compare(struct wanted *wanted, const struct partition *partition, const char *disk)
{
	if (strcmp(partition->uuid, wanted->uuid) != 0 || strcmp(partition->type, wanted->type) != 0)
		return;
	if (wanted->matches++) {
		snprintf(wanted->second_device, sizeof(wanted->second_device), "%s", partition->device);
		return;
	}
	wanted->number = partition->number;
	snprintf(wanted->device, sizeof(wanted->device), "%s", partition->device);
	snprintf(wanted->disk, sizeof(wanted->disk), "%s", disk);
}

static void visit_others(struct disk *disk, const struct partition *partition)
{
	const char *type = partition->type;
	bool lowest = disk->first_root == 0 || partition->number < disk->first_root;

	if (lowest && strcmp(type, PARTITION_TYPE_ROOT) == 0)
		disk->first_root = partition->number;
	if (disk->esp_device[0] == '\0' && strcmp(type, PARTITION_TYPE_ESP) == 0)
		memcpy(disk->esp_device, partition->device, sizeof(disk->esp_device));
	if (strcmp(type, PARTITION_TYPE_VAR) == 0 && strcmp(partition->label, "state") == 0) {
		disk->state = *partition;
		disk->states++;
	}
}

static void visit_partition(const struct partition *partition, void *context)
{
	struct search *search = context;

	visit_others(&search->disk, partition);
	compare(&search->root, partition, search->disk.path);
	compare(&search->verity, partition, search->disk.path);
}

/* Block devices that are no disks, by the start of their name. */
static bool is_skipped(const char *name)
{
	static const char *const skipped[] = { ".",   "dm-", "fd", "loop", "mtdblock",
					       "nbd", "ram", "sr", "zram" };

	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (strncmp(name, skipped[i], strlen(skipped[i])) == 0)
			return true;
	return false;
}

static void note_seen(struct search *search, const char *name, int partitions)
{
	size_t length = strlen(search->seen);

	snprintf(search->seen + length, sizeof(search->seen) - length, "%s%s (%s)", length ? ", " : "", name,
		 partitions < 0 ? failure()
		 : partitions   ? "a table"
				: "no table");
}

static void scan_disk(struct search *search, const char *name)
{
	char *path = search->disk.path;
	unsigned roots_before = search->root.matches;

	search->disk = (struct disk){ 0 };
	snprintf(path, sizeof(search->disk.path), "/dev/%s", name);
	for (char *c = path; *c; c++) /* sysfs writes cciss!c0d0 for cciss/c0d0 */
		if (*c == '!')
			*c = '/';

	int partitions = disk_partitions(path, visit_partition, search);

	if (partitions == -ENOMEDIUM) /* an empty card reader */
		return;
	if (roots_before == 0 && search->root.matches > 0)
		search->found = search->disk;
	note_seen(search, name, partitions);
}

static int scan(struct search *search)
{
	DIR *disks = opendir("/sys/block");

	if (!disks)
		return fail(errno, "list /sys/block");
	search->seen[0] = '\0';
	for (struct dirent *entry; (entry = readdir(disks));)
		if (!is_skipped(entry->d_name))
			scan_disk(search, entry->d_name);
	closedir(disks);
	return 0;
}

/* The kernel's announcements of devices (Documentation/core-api/kobject.rst, "Uevents"). */
static int events_open(void)
{
	int events = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = 1 };

	if (events >= 0 && bind(events, (const struct sockaddr *)&kernel, sizeof(kernel)) == 0)
		return events;
	int result = fail(errno, "listen to device events");

	if (events >= 0)
		close(events);
	return result;
}

/* Takes all that were announced. Whether a block device was among them, or may have been in what we missed. */
static bool events_take(int events)
{
	static const char block[] = "SUBSYSTEM=block";
	bool found = false;
	char event[4096];

	for (;;) {
		ssize_t length = recv(events, event, sizeof(event), 0);

		if (length < 0 && errno != ENOBUFS)
			return found;
		found = found || length < 0 || memmem(event, (size_t)length, block, sizeof(block));
	}
}

/* Whether a block device was announced before the deadline. */
static bool events_wait(int events, unsigned long long deadline)
{
	for (;;) {
		struct pollfd announced = { .fd = events, .events = POLLIN };
		unsigned long long now = now_milliseconds();

		if (now >= deadline)
			return false;
		watchdog_feed();
		unsigned long long wait = deadline - now;

		poll(&announced, 1, wait < WATCHDOG_FEED_EVERY ? (int)wait : WATCHDOG_FEED_EVERY);
		if (events_take(events))
			return true;
	}
}

/* What one look at all disks has to give. */
static int check(const struct search *search)
{
	const struct wanted *both[] = { &search->root, &search->verity };

	for (size_t i = 0; i < 2; i++) {
		const struct wanted *found = both[i], *other = both[1 - i];

		if (found->matches > 1)
			return fail(0, "%s %s is on both %s and %s: a cloned disk? Neither is used",
				    found->what, found->uuid, found->device, found->second_device);
		if (found->matches == 0)
			return fail(0, "%s %s is missing, but %s is on %s", found->what, found->uuid,
				    other->what, other->device);
	}
	if (strcmp(search->root.disk, search->verity.disk) != 0)
		return fail(0, "root on %s, but its verity tree on another disk, %s", search->root.device,
			    search->verity.device);
	return 0;
}

static int find(struct search *search, int events)
{
	unsigned long long deadline = now_milliseconds() + DISK_DEADLINE;

	for (bool waiting = false;; waiting = true) {
		int result = scan(search);

		if (result < 0)
			return result;
		if (search->root.matches || search->verity.matches)
			return check(search);
		if (!waiting)
			log_notice("waiting for a disk with root %s", search->root.uuid);
		if (!events_wait(events, deadline))
			return fail(
				0,
				"no disk with the root of this version, partition %s, after %d s; seen: %s",
				search->root.uuid, DISK_DEADLINE / 1000,
				search->seen[0] ? search->seen : "none");
	}
}

int step_partitions(struct node *node)
{
	struct search search = {
		.root = { .what = "root",        .type = PARTITION_TYPE_ROOT   },
		.verity = { .what = "verity tree", .type = PARTITION_TYPE_VERITY },
	};
	int result = read_identity(&node->root);

	if (result < 0)
		return result;
	root_identity_uuids(&node->root, search.root.uuid, search.verity.uuid);

	/* Before the first look, so that no disk can appear between it and the wait. */
	int events = events_open();

	if (events < 0)
		return events;
	result = find(&search, events);
	close(events);
	if (result < 0)
		return result;

	memcpy(node->disk, search.found.path, sizeof(node->disk));
	memcpy(node->root_device, search.root.device, sizeof(node->root_device));
	memcpy(node->verity_device, search.verity.device, sizeof(node->verity_device));
	memcpy(node->esp_device, search.found.esp_device, sizeof(node->esp_device));
	node->state = search.found.state;
	node->states = search.found.states;
	node->slot = search.root.number == search.found.first_root ? 'A' : 'B';
	log_notice("root on %s, verity tree on %s: slot %c", node->root_device, node->verity_device,
		   node->slot);
	return 0;
}
