/* SPDX-License-Identifier: Apache-2.0 */
#include "unfinished.h"

#include "disk.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MARKER_SIZE = 4096 }; /* a block of any disk */

static void write_marker(char marker[MARKER_SIZE], const struct partition *state)
{
	memset(marker, 0, MARKER_SIZE);
	snprintf(marker, MARKER_SIZE,
		 "holdfast: the state file system is being made: %llu bytes from byte %llu\n", state->size,
		 state->start);
}

static off_t place(const struct partition *state)
{
	return (off_t)(state->size - UNFINISHED_RESERVE);
}

/* A descriptor or fail()s. */
static int open_partition(const struct partition *state, int flags)
{
	int file = open(state->device, flags | O_CLOEXEC);

	if (file < 0)
		return fail(errno, "open %s", state->device);
	if (state->size > 2 * UNFINISHED_RESERVE)
		return file;
	close(file);
	return fail(0, "%s is too small: %llu bytes", state->device, state->size);
}

static int put(const struct partition *state, const char marker[MARKER_SIZE])
{
	int file = open_partition(state, O_WRONLY), result = 0;

	if (file < 0)
		return file;
	ssize_t written = pwrite(file, marker, MARKER_SIZE, place(state));

	if (written != MARKER_SIZE || fsync(file) < 0)
		result = fail(written < 0 || written == MARKER_SIZE ? errno : EIO, "write the last MiB of %s",
			      state->device);
	close(file);
	return result;
}

int unfinished_mark(const struct partition *state)
{
	char marker[MARKER_SIZE];

	write_marker(marker, state);
	return put(state, marker);
}

int unfinished_clear(const struct partition *state)
{
	static const char nothing[MARKER_SIZE];

	return put(state, nothing);
}

int unfinished_is_marked(const struct partition *state)
{
	char marker[MARKER_SIZE], found[MARKER_SIZE];
	int file = open_partition(state, O_RDONLY);

	if (file < 0)
		return file;
	ssize_t length = pread(file, found, sizeof(found), place(state));
	int errnum = length < 0 ? errno : EIO;

	close(file);
	if (length != sizeof(found))
		return fail(errnum, "read the last MiB of %s", state->device);
	write_marker(marker, state);
	return memcmp(marker, found, sizeof(marker)) == 0;
}
