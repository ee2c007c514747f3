/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the services of the tests run: each word is done, one after the other.
 * The program goes on in the next word, and ends with status 0 after the last.
 *
 *   ready | alive          tell process 1 READY=1 | WATCHDOG=1
 *   child-ready            the same by a child, which is not the main process
 *   say WORD               print a line
 *   shout BYTES            print so many bytes, in lines of 64
 *   mark FILE              append a line to a file
 *   wait FILE              until there is this file
 *   wait-gone FILE         until there is none
 *   orphans N              N processes that their parents leave behind as zombies
 *   brood N                N children that live until they are told to end
 *   ignore                 SIGTERM means nothing from here on
 *   exit N | kill N        end with this status | by this signal
 *   sleep                  until a signal
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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
		else if (strcmp(word, "brood") == 0)
			brood(atol(value));
		else if (strcmp(word, "exit") == 0)
			return atoi(value);
		else if (strcmp(word, "kill") == 0)
			raise(atoi(value));
		else
			return 2;
	}
	return 0;
}
