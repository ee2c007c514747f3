/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process 1 of the comparison of compressions: reads all files of the root,
 * then single pages of the largest one, both with nothing in memory before.
 */
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES_READ = 512 };

static unsigned long long bytes_read;
static off_t largest_size;
static char largest[256];

static void say(const char *text, unsigned long long number)
{
	char line[128];
	int length = snprintf(line, sizeof(line), "<5>bench: %s %llu\n", text, number);
	int kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (write(kmsg, line, (size_t)length) < 0)
		_exit(1);
	close(kmsg);
}

static int read_file(const char *path, const struct stat *status, int type, struct FTW *where)
{
	static char buffer[128 * 1024];

	(void)where;
	if (type != FTW_F || !S_ISREG(status->st_mode))
		return 0;
	if (status->st_size > largest_size && strlen(path) < sizeof(largest)) {
		largest_size = status->st_size;
		strcpy(largest, path);
	}

	int file = open(path, O_RDONLY | O_CLOEXEC);

	for (ssize_t count; (count = read(file, buffer, sizeof(buffer))) > 0;)
		bytes_read += (unsigned long long)count;
	close(file);
	return 0;
}

static void drop_caches(void)
{
	int file = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	if (write(file, "3", 1) != 1)
		say("the caches can't be dropped", 0);
	close(file);
}

static void read_pages(void)
{
	static char buffer[PAGE];
	int file = open(largest, O_RDONLY | O_CLOEXEC);
	uint64_t pages = (uint64_t)largest_size / PAGE, state = 1;

	posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
	for (int i = 0; i < PAGES_READ; i++) {
		/* Knuth's 64-bit linear congruential generator: the same pages each time. */
		state = state * 6364136223846793005U + 1442695040888963407U;
		if (pread(file, buffer, PAGE, (off_t)((state >> 33) % pages * PAGE)) != PAGE)
			say("a page can't be read", 0);
	}
	close(file);
}

int main(void)
{
	drop_caches();
	say("reading all", 0);
	nftw("/", read_file, 8, FTW_PHYS | FTW_MOUNT);
	say("read all, bytes:", bytes_read);
	drop_caches();
	say("reading pages", 0);
	read_pages();
	say("read pages, number:", PAGES_READ);
	for (;;)
		pause();
}
