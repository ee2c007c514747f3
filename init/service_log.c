/* SPDX-License-Identifier: Apache-2.0 */
#include "service_log.h"

#include "log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_log(const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), SERVICE_LOG_FILE, name);
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int service_log_open(const char *name)
{
	return open_log(name, O_WRONLY | O_CREAT | O_APPEND);
}

void service_log_last_line(const char *name, char *line, size_t size)
{
	int log = open_log(name, O_RDONLY | O_NONBLOCK);
	struct stat stat = { 0 };

	line[0] = '\0';
	if (log < 0)
		return;
	fstat(log, &stat);

	off_t from = stat.st_size > (off_t)size - 1 ? stat.st_size - (off_t)size + 1 : 0;
	ssize_t length = pread(log, line, size - 1, from);

	close(log);
	while (length > 0 && line[length - 1] == '\n')
		length--;
	line[length > 0 ? length : 0] = '\0';

	const char *start = strrchr(line, '\n');
	if (start)
		memmove(line, start + 1, strlen(start + 1) + 1);
}

/*
 * The service keeps its descriptor, so the file is copied and emptied; as it
 * appends, it goes on at the start. A line written between the two is lost.
 */
void service_log_bound(const char *name)
{
	char path[64];
	struct stat stat;
	int log = open_log(name, O_RDWR | O_NONBLOCK);

	if (log < 0)
		return;
	if (fstat(log, &stat) == 0 && stat.st_size > SERVICE_LOG_LIMIT) {
		snprintf(path, sizeof(path), SERVICE_LOG_FILE ".1", name);
		int old = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
		off_t from = stat.st_size - SERVICE_LOG_LIMIT;

		if (old < 0 || sendfile(old, log, &from, SERVICE_LOG_LIMIT) < 0)
			log_error("service %s: its log is cut without a copy", name);
		if (old >= 0)
			close(old);
		if (ftruncate(log, 0) < 0)
			log_error("service %s: can't cut its log", name);
	}
	close(log);
}
