/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the services of the tests run: each word is done, one after the other.
 * The program goes on in the next word, and ends with status 0 after the last.
 *
 *   ready | alive          tell process 1 READY=1 | WATCHDOG=1
 *   child-ready            the same by a child, which is not the main process
 *   say WORD               print a line
 *   redden WORD            the same, in red
 *   shout BYTES            print so many bytes, in lines of 64
 *   mark FILE              append a line to a file
 *   wait FILE              until there is this file
 *   wait-gone FILE         until there is none
 *   hold FILE              keep this file open for writing
 *   bind DIRECTORY         mount /var/lib on it, too
 *   orphans N              N processes that their parents leave behind as zombies
 *   brood N                N children that live until they are told to end
 *   storm N                N children that send signals to process 1 for ever, N that leave it orphans
 *   ignore                 SIGTERM means nothing from here on
 *   alive-until FILE       tell WATCHDOG=1 all the time, with a line in FILE.count for each, until there is FILE
 *   pod NAME               what follows runs in the cgroup /kubepods/NAME, in a child; we go on with "sleep"
 *   end-if FILE            end with status 1 if there is this file
 *   live MILLISECONDS      do nothing for so long
 *   exit N | kill N        end with this status | by this signal
 *   sleep                  until a signal
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void notify(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!path || strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "NOTIFY_SOCKET is not set\n");
		exit(3);
	}
	strcpy(address.sun_path, path);
	if (sendto(socket_, text, strlen(text), 0, (struct sockaddr *)&address, sizeof(address)) < 0) {
		fprintf(stderr, "send %s to %s: %s\n", text, path, strerror(errno));
		exit(3);
	}
	close(socket_);
}

static void child_ready(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		notify("READY=1");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void shout(long bytes)
{
	for (long i = 0; i < bytes; i += 64)
		printf("%063ld\n", i);
	fflush(stdout);
}

static void mark(const char *path)
{
	FILE *file = fopen(path, "ae");

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(3);
	}
	fprintf(file, "%d\n", getpid());
	fclose(file);
}

static void wait_for(const char *path, int there)
{
	while ((access(path, F_OK) == 0) != there)
		poll(NULL, 0, 10);
}

static void alive_until(const char *path)
{
	char count[256];

	snprintf(count, sizeof(count), "%s.count", path);
	while (access(path, F_OK) < 0) {
		notify("WATCHDOG=1");
		mark(count);
		poll(NULL, 0, 50);
	}
}

/* True in the child, which is in the cgroup. */
static int pod(const char *name)
{
	char path[256];

	if (fork() != 0)
		return 0;
	mkdir("/sys/fs/cgroup/kubepods", 0755);
	snprintf(path, sizeof(path), "/sys/fs/cgroup/kubepods/%s", name);
	mkdir(path, 0755);
	strcat(path, "/cgroup.procs");

	int procs = open(path, O_WRONLY | O_CLOEXEC);

	if (procs < 0 || write(procs, "0", 1) != 1) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(3);
	}
	close(procs);
	return 1;
}

/* Half of them end before their parents, half after. */
static void orphans(long count)
{
	for (long i = 0; i < count; i++) {
		pid_t parent = fork();

		if (parent < 0) {
			fprintf(stderr, "fork %ld: %s\n", i, strerror(errno));
			exit(3);
		}
		if (parent == 0) {
			if (fork() == 0)
				poll(NULL, 0, i % 2 ? 1 : 0);
			_exit(0);
		}
		waitpid(parent, NULL, 0);
	}
}

static void brood(long count)
{
	for (long i = 0; i < count; i++)
		if (fork() == 0)
			for (;;)
				pause();
}

/* One of the signals waits in line each time that it is sent, the other doesn't. */
static void storm(long count)
{
	for (long i = 0; i < count; i++) {
		if (fork() == 0)
			for (;;) {
				kill(1, SIGUSR1);
				kill(1, SIGRTMIN + 8);
			}
		if (fork() == 0)
			for (;;)
				orphans(1000);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i], *value = argv[i + 1];

		if (strcmp(word, "ready") == 0)
			notify("READY=1\nSTATUS=a test");
		else if (strcmp(word, "alive") == 0)
			notify("WATCHDOG=1");
		else if (strcmp(word, "child-ready") == 0)
			child_ready();
		else if (strcmp(word, "ignore") == 0)
			signal(SIGTERM, SIG_IGN);
		else if (strcmp(word, "sleep") == 0)
			for (;;)
				pause();
		else if (!value)
			return 2;
		else if (i++, strcmp(word, "say") == 0)
			dprintf(STDOUT_FILENO, "%s\n", value);
		else if (strcmp(word, "redden") == 0)
			dprintf(STDOUT_FILENO, "\033[31m%s\n", value);
		else if (strcmp(word, "shout") == 0)
			shout(atol(value));
		else if (strcmp(word, "mark") == 0)
			mark(value);
		else if (strcmp(word, "wait") == 0)
			wait_for(value, 1);
		else if (strcmp(word, "wait-gone") == 0)
			wait_for(value, 0);
		else if (strcmp(word, "orphans") == 0)
			orphans(atol(value));
		else if (strcmp(word, "storm") == 0)
			storm(atol(value));
		else if (strcmp(word, "hold") == 0) {
			if (open(value, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0)
				return 3;
		} else if (strcmp(word, "bind") == 0) {
			if (mount("/var/lib", value, NULL, MS_BIND, NULL) < 0)
				return 3;
		} else if (strcmp(word, "brood") == 0)
			brood(atol(value));
		else if (strcmp(word, "alive-until") == 0)
			alive_until(value);
		else if (strcmp(word, "pod") == 0) {
			if (!pod(value))
				for (;;)
					pause();
		} else if (strcmp(word, "end-if") == 0) {
			if (access(value, F_OK) == 0)
				return 1;
		} else if (strcmp(word, "live") == 0)
			poll(NULL, 0, atoi(value));
		else if (strcmp(word, "exit") == 0)
			return atoi(value);
		else if (strcmp(word, "kill") == 0)
			raise(atoi(value));
		else
			return 2;
	}
	return 0;
}
