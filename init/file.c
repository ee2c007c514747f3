/* SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fills the buffer as far as the file goes. Its length or -errno. */
static ssize_t read_all(int file, char *into, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t count = read(file, into + length, size - length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (count == 0)
			break;
		length += (size_t)count;
	}
	return (ssize_t)length;
}

ssize_t file_read_at(int directory, const char *path, char *into, size_t size)
{
	/* A pipe that somebody put there, on the state partition for one, must not keep us waiting: it is empty. */
	int file = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (file < 0)
		return fail(errno, "open %s", path);

	/* A full buffer means that the file is too large: the NUL needs a place. */
	ssize_t length = read_all(file, into, size);

	close(file);
	if (length == (ssize_t)size)
		length = -EFBIG;
	if (length < 0)
		return fail((int)-length, "read %s", path);
	into[length] = '\0';
	return length;
}

ssize_t file_read(const char *path, char *into, size_t size)
{
	return file_read_at(AT_FDCWD, path, into, size);
}

ssize_t file_read_line_at(int directory, const char *path, char *into, size_t size)
{
	ssize_t length = file_read_at(directory, path, into, size);

	while (length > 0 && strchr(" \t\r\n", into[length - 1]))
		into[--length] = '\0';
	return length;
}

ssize_t file_read_line(const char *path, char *into, size_t size)
{
	return file_read_line_at(AT_FDCWD, path, into, size);
}

int file_write(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (file < 0)
		return fail(errno, "open %s", path);

	size_t length = strlen(text);
	ssize_t written = write(file, text, length);
	int errnum = written < 0 ? errno : EIO;

	close(file);
	return written == (ssize_t)length ? 0 : fail(errnum, "write %.64s to %s", text, path);
}

/* Writes it all, and to the disk: a rename that reaches it before the content would leave an empty file. */
static int write_all(int file, const char *text, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t count = write(file, text + done, length - done);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count < 0 ? -errno : -EIO;
		done += (size_t)count;
	}
	return fsync(file) < 0 ? -errno : 0;
}

/* Makes the file anew with this mode, whatever the umask says. 0 or -errno. */
static int write_new(int directory, const char *path, const char *text, size_t length, mode_t mode)
{
	unlinkat(directory, path, 0); /* left by a power cut, or a trap that somebody laid */

	int file = openat(directory, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (file < 0)
		return -errno;

	int result = fchmod(file, mode) < 0 ? -errno : write_all(file, text, length);

	close(file);
	return result;
}

int file_replace_at(int directory, const char *path, const char *text, size_t length, mode_t mode)
{
	char new[PATH_MAX];
	int result = -ENAMETOOLONG;

	if (snprintf(new, sizeof(new), "%s.new", path) < (int)sizeof(new)) {
		result = write_new(directory, new, text, length, mode);
		if (result == 0 && renameat(directory, new, directory, path) < 0)
			result = -errno;
		if (result < 0)
			unlinkat(directory, new, 0);
	}
	return result < 0 ? fail(-result, "write %s", path) : 0;
}

int file_replace(const char *path, const char *text, size_t length, mode_t mode)
{
	return file_replace_at(AT_FDCWD, path, text, length, mode);
}

/* 0 or -errno. */
static int make_one(const char *path, mode_t mode)
{
	struct stat status;
	mode_t mask = umask(0); /* mode is meant as it is given */
	int errnum = mkdir(path, mode) == 0 ? 0 : errno;

	umask(mask);
	if (errnum == EEXIST && stat(path, &status) == 0)
		return S_ISDIR(status.st_mode) ? 0 : -ENOTDIR;
	return -errnum;
}

/* What is above the last part of path. 0 or -errno. */
static int make_parents(const char *path)
{
	char part[PATH_MAX];
	int result = 0;

	if (strlcpy(part, path, sizeof(part)) >= sizeof(part))
		return -ENAMETOOLONG;
	for (char *slash = strchr(part + 1, '/'); slash && result == 0; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		result = make_one(part, 0755);
		*slash = '/';
	}
	return result;
}

int make_directory(const char *path, mode_t mode)
{
	int result = make_one(path, mode);

	if (result == -ENOENT && (result = make_parents(path)) == 0)
		result = make_one(path, mode);
	return result < 0 ? fail(-result, "make the directory %s", path) : 0;
}
