/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets of the node: the runtime's, the agent's, process 1's. */
#include "attack.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	int result = result_of(connect(fd, (struct sockaddr *)&address, sizeof(address)));

	close(fd);
	return result;
}

static int stream(const char *path)
{
	return connect_to(host_path(path), SOCK_STREAM);
}

static int datagrams(const char *path)
{
	return connect_to(host_path(path), SOCK_DGRAM);
}

static int packets(const char *path)
{
	return connect_to(host_path(path), SOCK_SEQPACKET);
}

/* The shims' sockets have names that nobody knows before: the first in the folder. */
static int stream_in_folder(const char *folder)
{
	char path[PATH_MAX] = "";
	DIR *list = opendir(host_path(folder));
	const struct dirent *entry;

	if (!list)
		return -errno;
	while ((entry = readdir(list)))
		if (entry->d_name[0] != '.')
			snprintf(path, sizeof(path), "%s/%s", host_path(folder), entry->d_name);
	closedir(list);
	return path[0] ? connect_to(path, SOCK_STREAM) : -ENOENT;
}

/* Names without a file belong to the network namespace. */
static int abstract(const char *argument)
{
	char line[512];
	FILE *list = fopen("/proc/net/unix", "re");
	int result = UNSEEN;

	(void)argument;
	if (!list)
		return -errno;
	while (fgets(line, sizeof(line), list)) {
		const char *name = strchr(line, '@');
		struct sockaddr_un address = { .sun_family = AF_UNIX };

		if (!name)
			continue;
		size_t length = strcspn(name + 1, "\n");
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		memcpy(address.sun_path + 1, name + 1, length);
		result = result_of(connect(fd, (struct sockaddr *)&address,
					   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)));
		close(fd);
	}
	fclose(list);
	return result;
}

static int local_port(const char *argument)
{
	unsigned short port = 0;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	sscanf(argument, "%hu", &port);
	address.sin_port = htons(port);
	int result = result_of(connect(fd, (struct sockaddr *)&address, sizeof(address)));

	close(fd);
	return result;
}

/* The runtime listens on a port of 127.0.0.1 for exec and attach; it takes only URLs that it has given out. */
static int streaming_port(const char *argument)
{
	char line[256], port[16] = "";
	unsigned int local, number, state;
	FILE *list = fopen("/proc/net/tcp", "re");

	(void)argument;
	if (!list)
		return -errno;
	while (fgets(line, sizeof(line), list))
		if (sscanf(line, " %*d: %x:%x %*x:%*x %x", &local, &number, &state) == 3 && state == 0x0A &&
		    local == htonl(INADDR_LOOPBACK))
			snprintf(port, sizeof(port), "%u", number);
	fclose(list);
	return port[0] ? local_port(port) : UNSEEN;
}

const struct attempt node_sockets[] = {
	{ "sock-containerd", stream, "/run/containerd/containerd.sock", "the runtime" },
	{ "sock-ttrpc", stream, "/run/containerd/containerd.sock.ttrpc", "... for its shims" },
	{ "sock-shim", stream_in_folder, "/run/containerd/s", "a pod's shim" },
	{ "sock-pod-res", stream, "/var/lib/kubelet/pod-resources/kubelet.sock", "the agent" },
	{ "sock-device", stream, "/var/lib/kubelet/device-plugins/kubelet.sock",
	 "the agent: a device plug-in" },
	{ "sock-notify", datagrams, "/run/holdfast/notify", "process 1: readiness of services" },
	{ "sock-control", packets, "/run/holdfast/control", "process 1: restart, power" },
	{ "sock-abstract", abstract, NULL, "sockets without a file" },
	{ "port-kubelet", local_port, "10250", "the agent's API" },
	{ "port-healthz", local_port, "10248", "" },
	{ "port-readonly", local_port, "10255", "" },
	{ "port-streaming", streaming_port, NULL, "the runtime's exec and attach" },
	{ 0 },
};
