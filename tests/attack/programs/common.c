/* SPDX-License-Identifier: Apache-2.0 */
/* What the attempts have in common: opening, writing back, and naming what belongs to the host. */
#include "attack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Written by the test before the attempts begin: a name and a process id a line. */
#define TARGETS VOLUME "/targets"

int result_of(long returned)
{
	return returned < 0 ? -errno : 0;
}

int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int try_read(const char *path)
{
	char byte[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	ssize_t length = read(fd, byte, sizeof(byte));
	int result = length < 0 ? -errno : length == 0 ? -ENODATA : 0;

	close(fd);
	return result;
}

int try_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	int result = result_of(write(fd, text, strlen(text)));

	close(fd);
	return result;
}

int try_nonsense(const char *path)
{
	return try_write(path, "nonsense");
}

int try_write_back(const char *path)
{
	char value[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, value, sizeof(value) - 1);

	if (fd >= 0)
		close(fd);
	value[length > 0 ? length : 0] = '\0';
	return try_write(path, length > 0 ? value : "1");
}

int try_list(const char *path)
{
	DIR *folder = opendir(path);

	if (!folder)
		return -errno;
	errno = 0;
	const struct dirent *entry = readdir(folder);
	int result = entry ? 0 : -errno;

	closedir(folder);
	return result;
}

int try_make_file(const char *folder)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/attack", folder);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);

	if (fd < 0)
		return -errno;
	close(fd);
	unlink(path);
	return 0;
}

/* A pod that may mount anything of the host has its root here; others have to do without. */
const char *host_path(const char *path)
{
	static char buffer[PATH_MAX];
	struct stat info;

	snprintf(buffer, sizeof(buffer), "%s%s", stat("/host", &info) == 0 ? "/host" : "", path);
	return buffer;
}

bool sees_process_1(void)
{
	return getppid() != 1;
}

pid_t host_process(const char *name)
{
	char line[128];
	FILE *file = sees_process_1() ? fopen(TARGETS, "re") : NULL;
	size_t length = strlen(name);
	pid_t found = 0;

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, name, length) == 0 && line[length] == ' ')
			found = atoi(line + length + 1);
	if (file)
		fclose(file);
	return found;
}

const char *process_file(const char *name, const char *file)
{
	static char path[PATH_MAX];
	pid_t pid = host_process(name);

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return pid > 0 ? path : NULL;
}

/* ---- devices ---- */

static char device_buffer[PATH_MAX];
static bool device_was_made;

const char *device_node(const char *name, mode_t type, unsigned int major, unsigned int minor, int *error)
{
	/* Volumes are mounted so that nodes on them can't be opened: where /dev may be written it is the better place. */
	const char *folder = access("/dev", W_OK) == 0 ? "/dev" : VOLUME;

	if (strrchr(name, '/'))
		name = strrchr(name, '/') + 1;
	snprintf(device_buffer, sizeof(device_buffer), "%s/made-%s", folder, name);
	if (mknod(device_buffer, type | 0600, makedev(major, minor)) < 0) {
		*error = -errno;
		return NULL;
	}
	device_was_made = true;
	return device_buffer;
}

void remove_device_node(void)
{
	if (device_was_made)
		unlink(device_buffer);
	device_was_made = false;
}

/* The classes of /sys where devices stand by their names. */
static const struct {
	const char *folder;
	mode_t type;
} device_classes[] = {
	{ "/sys/class/block",        S_IFBLK },
	{ "/sys/class/misc",         S_IFCHR },
	{ "/sys/class/watchdog",     S_IFCHR },
	{ "/sys/class/tpm",          S_IFCHR },
	{ "/sys/class/tpmrm",        S_IFCHR },
	{ "/sys/class/input",        S_IFCHR },
	{ "/sys/class/tty",          S_IFCHR },
	{ "/sys/class/rtc",          S_IFCHR },
	{ "/sys/class/mem",          S_IFCHR },
	{ "/sys/class/ptp",          S_IFCHR },
	{ "/sys/class/bsg",          S_IFCHR },
	{ "/sys/class/virtio-ports", S_IFCHR },
	{ "/sys/class/nvme",         S_IFCHR },
};

/* "MAJOR:MINOR" of a device, from /sys. */
static bool device_numbers(const char *folder, const char *name, unsigned int *major, unsigned int *minor)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/dev", folder, name);
	FILE *file = fopen(path, "re");
	bool found = file && fscanf(file, "%u:%u", major, minor) == 2;

	if (file)
		fclose(file);
	return found;
}

/* The path of a device that exists. */
static const char *device_there(const char *name, int *error)
{
	struct stat info;

	snprintf(device_buffer, sizeof(device_buffer), "/dev/%s", name);
	if (stat(device_buffer, &info) == 0)
		return device_buffer;
	snprintf(device_buffer, sizeof(device_buffer), "%s", host_path("/dev/"));
	strncat(device_buffer, name, sizeof(device_buffer) - strlen(device_buffer) - 1);
	if (stat(device_buffer, &info) == 0)
		return device_buffer;
	*error = -errno;
	return NULL;
}

const char *numbered_device(const char *name, unsigned int major, unsigned int minor, int *error)
{
	const char *there = device_there(name, error);

	return there || *error != -ENOENT ? there : device_node(name, S_IFCHR, major, minor, error);
}

const char *device_path(const char *name, int *error)
{
	unsigned int major, minor;
	const char *short_name = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	const char *there = device_there(name, error);

	if (there)
		return there;
	for (size_t i = 0; i < sizeof(device_classes) / sizeof(device_classes[0]); i++)
		if (device_numbers(device_classes[i].folder, short_name, &major, &minor))
			return device_node(short_name, device_classes[i].type, major, minor, error);
	return NULL;
}

int try_device(const char *name)
{
	int error = 0;
	const char *path = device_path(name, &error);

	return path ? try_open(path, O_RDWR) : error;
}

int try_device_read(const char *name)
{
	int error = 0;
	const char *path = device_path(name, &error);

	return path ? try_read(path) : error;
}
