/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process 1 of tests/bench/hardening: three loads, each as often as the other
 * kernel does them, and how long each took by the guest's clock, which counts
 * instructions (lib.bash). One line of the kernel's log each:
 *
 *   bench: memory KIB      what the kernel has taken of the machine's memory
 *   bench: NAME NANOSECONDS
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	MEMORY = 4 * 1024 * 1024,
	CPU_ROUNDS = 12,
	CALL_ROUNDS = 2000,
	FORKS = 40,
	STREAM = 16 * 1024 * 1024,
	EXCHANGES = 1500,
	PORT = 4000,
};

[[gnu::format(printf, 1, 2)]] static void say(const char *format, ...)
{
	char line[128];
	va_list arguments;
	int file = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	va_start(arguments, format);
	int length = vsnprintf(line, sizeof(line), format, arguments);

	va_end(arguments);
	if (file < 0 || write(file, line, (size_t)length) < 0)
		_exit(1);
	close(file);
}

static void must(bool done, const char *what)
{
	if (done)
		return;
	say("<3>bench: failed to %s: %m", what);
	reboot(RB_POWER_OFF);
	_exit(1);
}

/* Computes and touches memory that it has; asks the kernel for nothing. */
static void cpu(void)
{
	uint64_t *memory = calloc(MEMORY / sizeof(*memory), sizeof(*memory));
	uint64_t state = 88172645463325252ULL;

	must(memory, "get memory");
	for (int round = 0; round < CPU_ROUNDS; round++)
		for (size_t i = 0; i < MEMORY / sizeof(*memory); i++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			memory[state % (MEMORY / sizeof(*memory))] += state;
		}
	must(memory[0] != state, "compute");
	free(memory);
}

/* What programs ask for most: short calls, files, pipes, memory, processes. */
static void calls(void)
{
	char text[512] = "";
	struct stat status;
	int pipes[2];

	must(pipe2(pipes, O_CLOEXEC) == 0, "make a pipe");
	for (int round = 0; round < CALL_ROUNDS; round++) {
		int file = open("/dev/zero", O_RDWR | O_CLOEXEC);

		must(file >= 0 && read(file, text, sizeof(text)) == sizeof(text) && fstat(file, &status) == 0, "read");
		must(write(pipes[1], text, sizeof(text)) == sizeof(text), "write to a pipe");
		must(read(pipes[0], text, sizeof(text)) == sizeof(text), "read from a pipe");
		close(file);
		must(getppid() == 0, "ask for the parent");

		char *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		must(memory != MAP_FAILED, "map memory");
		for (int page = 0; page < 4; page++)
			memory[page * 4096] = 1;
		munmap(memory, 65536);
	}
	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		must(child > 0 && waitpid(child, NULL, 0) == child, "fork");
	}
	close(pipes[0]);
	close(pipes[1]);
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int socket_file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	must(ioctl(socket_file, SIOCSIFFLAGS, &request) == 0, "bring the loopback device up");
	close(socket_file);
}

static bool read_all(int file, char *into, size_t length)
{
	while (length > 0) {
		ssize_t got = read(file, into, length);

		if (got <= 0)
			return false;
		length -= (size_t)got;
	}
	return true;
}

/* The other end: takes the stream, then answers each request. */
static void serve(int listener)
{
	static char block[65536];
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;

	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (size_t got = 0; got < STREAM; got += sizeof(block))
		must(read_all(client, block, sizeof(block)), "receive the stream");
	while (read_all(client, block, 128))
		must(write(client, block, 1024) == 1024, "answer");
	_exit(0);
}

/* A stream of TCP over the loopback device, then short requests with longer answers. */
static void network(void)
{
	static char block[65536];
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener, 1) == 0, "listen");

	pid_t server = fork();

	if (server == 0)
		serve(listener);

	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(connect(client, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (size_t sent = 0; sent < STREAM; sent += sizeof(block))
		must(write(client, block, sizeof(block)) == sizeof(block), "send the stream");
	for (int i = 0; i < EXCHANGES; i++)
		must(write(client, block, 128) == 128 && read_all(client, block, 1024), "exchange");
	close(client);
	waitpid(server, NULL, 0);
	close(listener);
}

static long long nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static const struct {
	const char *name;
	void (*run)(void);
} loads[] = {
	{ "cpu",     cpu     },
	{ "calls",   calls   },
	{ "network", network },
};

int main(void)
{
	struct sysinfo info;

	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	loopback_up();
	sysinfo(&info);
	say("<5>bench: memory %lu", (info.totalram - info.freeram) * info.mem_unit / 1024);
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		loads[i].run(); /* once, so that all is where it will be */

		long long start = nanoseconds();

		loads[i].run();
		say("<5>bench: %s %lld", loads[i].name, nanoseconds() - start);
	}
	say("<5>bench: done");
	reboot(RB_POWER_OFF);
	return 1;
}
