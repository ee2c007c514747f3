/* SPDX-License-Identifier: Apache-2.0 */
/* Small files: those of /proc, /sys, cgroups, and our configuration. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Reads a whole file and ends it with NUL. Returns its length, or fail()s: -EFBIG for size bytes or more. */
ssize_t file_read(const char *path, char *into, size_t size);

/* As file_read, less white space at the end: for one-line files of /proc and /sys. */
ssize_t file_read_line(const char *path, char *into, size_t size);

/* Writes text in one write() to a file that exists, as /proc and /sys want it. 0 or fail()s. */
int file_write(const char *path, const char *text);

/* Replaces a file in a way that a reader or a power cut sees the old or the new one. 0 or fail()s. */
int file_replace(const char *path, const char *text, size_t length, mode_t mode);

/* The same, of a file below an open directory. */
ssize_t file_read_at(int directory, const char *path, char *into, size_t size);
ssize_t file_read_line_at(int directory, const char *path, char *into, size_t size);
int file_replace_at(int directory, const char *path, const char *text, size_t length, mode_t mode);

/* mkdir -p with mode for the last part (0755 for others). An existing directory is fine. 0 or fail()s. */
int make_directory(const char *path, mode_t mode);
