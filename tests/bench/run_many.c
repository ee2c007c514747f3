/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_many COUNT PROGRAM ARGUMENT...
 *
 * Runs a program so many times, one after the other, and prints of each:
 * microseconds it took, microseconds of processor time, and its peak memory
 * in kB (the largest of its and its children's resident sets).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(struct timeval time)
{
	return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (int left = atoi(argv[1]); left > 0; left--) {
		long long start = now();
		pid_t pid = fork();
		struct rusage usage;
		int status;

		if (pid == 0) {
			execv(argv[2], argv + 2);
			_exit(127);
		}
		if (wait4(pid, &status, 0, &usage) < 0 || status != 0)
			return 1;
		printf("%lld %lld %ld\n", now() - start,
		       microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss);
	}
	return 0;
}
