/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state partition: the last one on the disk of the root. A file system is
 * made on it once in its life, and only where certainly nothing is. Whatever
 * else it holds is left as it is, and the node stays up without services,
 * for a person to decide.
 */
#include "child.h"
#include "contents.h"
#include "disk.h"
#include "error.h"
#include "ext4.h"
#include "furnish.h"
#include "grow.h"
#include "log.h"
#include "node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#define FILE_SYSTEM_LABEL "holdfast-state"

enum {
	MIB = 1 << 20,
	MAKE_DEADLINE = 10 * 60 * 1000,
	CHECK_DEADLINE = 30 * 60 * 1000, /* of a large disk after an error; the watchdog is fed meanwhile */
	MOUNT_DEADLINE = 5 * 60 * 1000,  /* replays the journal */
};

static const unsigned long MOUNT_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME;
static const char var[] = "/var";

struct search {
	struct partition found;
	unsigned matches;
};

static void visit_partition(const struct partition *partition, void *context)
{
	struct search *search = context;

	if (strcmp(partition->type, PARTITION_TYPE_VAR) != 0 || strcmp(partition->label, "state") != 0)
		return;
	search->found = *partition;
	search->matches++;
}

static int find_partition(const char *disk, struct partition *state)
{
	struct search search = { 0 };
	int result = disk_partitions(disk, visit_partition, &search);

	if (result < 0)
		return result;
	if (search.matches != 1)
		return fail(0, "%s has %u partitions labelled state of the type for /var, not one", disk,
			    search.matches);
	*state = search.found;
	return 0;
}

static int make_file_system(const struct partition *state)
{
	const char *const command[] = {
		"/usr/sbin/mke2fs", "-q", "-t", "ext4", "-T",        "default",     "-L",
		FILE_SYSTEM_LABEL,  "-m", "1",  "-E",   "nodiscard", state->device, NULL,
	};

	log_notice("making the state file system on %s (%llu MiB), once", state->device, state->size / MIB);
	int status = child_run(command, MAKE_DEADLINE);

	return status > 0 ? fail(0, "mke2fs on %s ended with status %d", state->device, status) : status;
}

/* Exit statuses from 4 on mean that something is left to decide (e2fsck(8)). */
static int check_file_system(const char *device)
{
	const char *const command[] = { "/usr/sbin/e2fsck", "-p", device, NULL };

	log_notice("checking the state file system on %s", device);
	int status = child_run(command, CHECK_DEADLINE);

	if (status >= 4)
		return fail(
			0, "e2fsck can't repair the state file system on %s alone (status %d): left as it is",
			device, status);
	return status < 0 ? status : 0;
}

/* In a child, with the errno as its exit status. */
static int mount_state(void *device)
{
	return mount(device, var, "ext4", MOUNT_FLAGS, "errors=remount-ro") < 0 ? errno : 0;
}

/* Whether the partition is blank (1) or holds the node's state (0); else fail()s with what it does hold. */
static int identify(const struct partition *state)
{
	struct contents contents;
	int result = contents_read(state->device, &contents);

	if (result < 0)
		return result;
	if (contents.blank)
		return 1;
	if (strcmp(contents.type, "ext4") != 0 || strcmp(contents.label, FILE_SYSTEM_LABEL) != 0)
		return fail(0,
			    "the state partition %s holds %s, nothing of this node: left untouched; "
			    "to give it to the node, erase it with wipefs and zeroes from another system",
			    state->device, contents_in_words(&contents));
	return 0;
}

/* The mounted file system follows its partition. A smaller one does its work too. */
static void fill_partition(const struct partition *state, const struct ext4 *ext4)
{
	if (state->size / ext4->block_size <= ext4->blocks)
		return;
	if (grow_file_system(var, state->size, ext4->block_size) < 0)
		log_error("%s", failure());
	else
		log_notice("state file system grown to %llu MiB", state->size / MIB);
}

/* From the partition to a file system that is right. */
static int prepare(struct node *node, struct partition *state, struct ext4 *ext4)
{
	int result = find_partition(node->disk, state);

	if (result < 0)
		return result;

	int blank = identify(state);

	if (blank < 0)
		return blank;
	if (grow_partition(node->disk, state) < 0)
		log_error("%s does not grow with its disk: %s", state->device, failure());
	if (blank)
		result = make_file_system(state);
	if (result == 0)
		result = ext4_read(state->device, ext4);
	if (result == 0 && ext4->needs_check)
		result = check_file_system(state->device);
	return result;
}

static int open_state(struct node *node)
{
	struct partition state;
	struct ext4 ext4;
	int result = prepare(node, &state, &ext4);

	if (result < 0)
		return result;

	int errnum = child_call(mount_state, state.device, MOUNT_DEADLINE);

	if (errnum != 0)
		return errnum > 0 ? fail(errnum, "mount %s on %s", state.device, var) : errnum;
	fill_partition(&state, &ext4);
	return 0;
}

/* So that a person finds a system that works, without services. Keeps the sentence of what failed. */
static void stand_in(void)
{
	char sentence[384];

	snprintf(sentence, sizeof(sentence), "%s", failure());
	if (mount("tmpfs", var, "tmpfs", MOUNT_FLAGS, "mode=0755,size=16M") < 0)
		log_error("mount a tmpfs on %s: %s", var, strerror(errno));
	else if (furnish_var() < 0)
		log_error("%s", failure());
	fail(0, "%s", sentence);
}

int step_state(struct node *node)
{
	int result = open_state(node);

	if (result == 0)
		return furnish_var();
	stand_in();
	return result;
}
