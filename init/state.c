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
#include "label.h"
#include "log.h"
#include "node.h"
#include "unfinished.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#define FILE_SYSTEM_LABEL "holdfast-state"

enum {
	MIB = 1 << 20,
	MAKE_DEADLINE = 10 * 60 * 1000,
	CHECK_DEADLINE = 30 * 60 * 1000, /* of a large disk after an error; the watchdog is fed meanwhile */
	MOUNT_DEADLINE = 5 * 60 * 1000,  /* with the journal's replay */
};

static const unsigned long MOUNT_FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME;
static const char var[] = "/var";

/* What of the partition is the file system's. */
static unsigned long long usable(const struct partition *state)
{
	return state->size - UNFINISHED_RESERVE;
}

/* Again: over what an earlier attempt left, which may look like a file system. */
static int make_file_system(const struct partition *state, bool again)
{
	char size[24];
	const char *const command[] = {
		"/usr/sbin/mke2fs",
		again ? "-qF" : "-q",
		"-text4",
		"-Tdefault", /* else it would choose by the size of today; the partition may grow */
		"-L" FILE_SYSTEM_LABEL,
		"-m1",         /* percent that is kept for root */
		"-Enodiscard", /* takes minutes on some disks, and what is blank needs no discard */
		state->device,
		size,
		NULL,
	};

	snprintf(size, sizeof(size), "%lluk", usable(state) / 1024);
	log_notice("making the state file system on %s (%llu MiB), %s", state->device, state->size / MIB,
		   again ? "anew: an earlier attempt was cut short" : "once");
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

/* Gives an errno, as an exit status may be. */
static int mount_device(void *device)
{
	/* A file system with a label of its own: no container may mount it a second time, with other flags. */
	const char *options = label_in_use() ? "errors=remount-ro,fscontext=system_u:object_r:state_fs_t:s0"
					     : "errors=remount-ro";

	return mount(device, var, "ext4", MOUNT_FLAGS, options) < 0 ? errno : 0;
}

/* A replay may take longer than the watchdog waits; a child for nothing costs more than the mount. */
static int mount_state(char *device, const struct ext4 *ext4)
{
	int errnum;

	if (ext4->has_journal_to_replay)
		errnum = child_call(mount_device, device, MOUNT_DEADLINE);
	else
		errnum = mount_device(device);
	return errnum > 0 ? fail(errnum, "mount %s on %s", device, var) : errnum;
}

/* Whether the state's file system is there: 1, 0 or fail()s. */
static int read_ours(const char *device, struct ext4 *ext4)
{
	int result = ext4_read(device, ext4);

	return result > 0 ? strcmp(ext4->label, FILE_SYSTEM_LABEL) == 0 : result;
}

/*
 * 0 if it is certain that nothing is there, 1 if it is what an attempt of ours left that was cut short,
 * else fail()s with what is there.
 */
static int check_is_blank(const struct partition *state)
{
	struct contents contents;
	int result = contents_read(state->device, &contents);

	if (result < 0 || contents.blank)
		return result;
	if (contents.type[0] == '\0' && contents.table[0] == '\0') {
		result = unfinished_is_marked(state);
		if (result != 0)
			return result;
	}
	return fail(0,
		    "the state partition %s holds %s, nothing of this node: left untouched; "
		    "to give it to the node, erase it with wipefs and zeroes from another system",
		    state->device, contents_in_words(&contents));
}

/* The mounted file system follows its partition. A smaller one does its work too. */
static void fill_partition(const struct partition *state, const struct ext4 *ext4)
{
	if (usable(state) / ext4->block_size <= ext4->blocks)
		return;
	if (grow_file_system(var, usable(state), ext4->block_size) < 0)
		log_error("%s", failure());
	else
		log_notice("state file system grown to %llu MiB", usable(state) / MIB);
}

static void grow(const char *disk, struct partition *state)
{
	if (grow_partition(disk, state) < 0)
		log_error("%s does not grow with its disk: %s", state->device, failure());
}

/* Gives a partition its file system, and marks it as unfinished until it has. Again: see make_file_system(). */
static int make(const char *disk, struct partition *state, bool again, struct ext4 *ext4)
{
	int result;

	if (!again) /* else the marker, which names the partition's size, would be known no more: the next boot will */
		grow(disk, state);
	if ((result = unfinished_mark(state)) < 0 || (result = make_file_system(state, again)) < 0 ||
	    (result = unfinished_clear(state)) < 0)
		return result;

	int made = read_ours(state->device, ext4);

	if (made == 0)
		return fail(0, "mke2fs left no file system on %s", state->device);
	return made < 0 ? made : 0;
}

/* From the partition to a file system that is right. */
static int prepare(const char *disk, struct partition *state, struct ext4 *ext4)
{
	int ours = read_ours(state->device, ext4), again = 0;

	if (ours < 0)
		return ours;
	if (!ours)
		again = check_is_blank(state);
	else if (!ext4->was_mounted) /* mke2fs may have been cut short at its very end */
		again = unfinished_is_marked(state);
	if (again < 0)
		return again;
	if (!ours || again)
		return make(disk, state, again, ext4);
	grow(disk, state);
	return ext4->needs_check ? check_file_system(state->device) : 0;
}

static int open_state(struct node *node)
{
	struct partition *state = &node->state;
	struct ext4 ext4;

	if (node->states != 1)
		return fail(0, "%s has %u partitions labelled state of the type for /var, not one",
			    node->disk, node->states);

	int result = prepare(node->disk, state, &ext4);

	if (result == 0)
		result = mount_state(state->device, &ext4);
	if (result == 0)
		fill_partition(state, &ext4);
	return result;
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
