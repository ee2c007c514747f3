/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hostile container tries. Each file here holds one concern as a table of attempts; main.c runs the tables
 * and prints a line "NAME RESULT" for each row.
 *
 * An attempt that could do harm is made harmless without making it easier: it writes back what it has read, or
 * gives an argument that the kernel looks at only after the right to do it.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * What an attempt returns: 0 if it succeeded, a negative error number if it was refused, or UNSEEN if there was
 * nothing that it could have been tried on, because the container sees no such thing.
 */
enum { UNSEEN = 1 };

struct attempt {
	/* At most 15 characters: it is the name of the process while it tries, which the kernel's records carry. */
	const char *name;
	int (*attempt)(const char *argument);
	const char *argument;
	const char *tries; /* for the reader */
};

/* The tables end with an empty row. */
extern const struct attempt files[], settings[], disks[], mapper[], process_1[], services[], node_sockets[],
	namespaces[], kernel_doors[], lockdown[], terminals[], selinux[], devices[], cgroups[], node_files[],
	time_and_power[], outlive[], last[];

/* Runs one row in a process of its own and prints its line. */
void run(const struct attempt *row);

/* The tables that are counted through rather than written down. */
void run_sockets(void);
void run_file_systems(void);
void run_line_disciplines(void);
void run_system_calls(void);

/* ---- common to the attempts (common.c) ---- */

/* The result of a system call that gives -1 and errno, or something that succeeded. */
int result_of(long returned);

/* Opens path with flags, and closes it. */
int try_open(const char *path, int flags);
/* ENODATA if it is empty, as what the runtime hides is. */
int try_read(const char *path);
/* Reads a value and writes the same back. If it can't be read, "1" is written. */
int try_write_back(const char *path);
int try_write(const char *path, const char *text);
/* Writes what no file of the kernel takes: EINVAL says that it was allowed to try. */
int try_nonsense(const char *path);
int try_list(const char *path);
/* Makes a file, and removes it. */
int try_make_file(const char *folder);

/* A path of the host, as far as this container can name it: in a static buffer. */
const char *host_path(const char *path);

/*
 * The process id of "runtime", "agent" or "other-pod", as whoever started the attempts has written it down, or 0 if
 * this container has a process namespace of its own.
 */
pid_t host_process(const char *name);
/* Whether process 1 is the node's. */
bool sees_process_1(void);

/* /proc/PID/file of that process, in a static buffer; NULL if it is not seen. */
const char *process_file(const char *name, const char *file);

/*
 * The path of a device: the one in /dev, or in the host's, or a node that is made by the numbers that /sys tells. A
 * negative error number goes to *error if there is none and none can be made.
 */
const char *device_path(const char *name, int *error);
/* A node that is made by these numbers. */
const char *device_node(const char *name, mode_t type, unsigned int major, unsigned int minor, int *error);
void remove_device_node(void);
/* The device in /dev or in the host's, or a node that is made by these numbers. */
const char *numbered_device(const char *name, unsigned int major, unsigned int minor, int *error);
/* Opens a device by its name, for reading and writing, and for reading. */
int try_device(const char *name);
int try_device_read(const char *name);

/* A folder that the container may write to, and one in it to mount things on. */
#define VOLUME      "/volume"
#define MOUNT_POINT "/volume/mount"

#endif
