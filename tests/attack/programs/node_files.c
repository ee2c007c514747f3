/* SPDX-License-Identifier: Apache-2.0 */
/* Writing where the node reads, as far as the container sees its files. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_file(const char *folder)
{
	return try_make_file(host_path(folder));
}

static int write_file(const char *path)
{
	return try_open(host_path(path), O_WRONLY);
}

static int read_file(const char *path)
{
	return try_read(host_path(path));
}

const struct attempt node_files[] = {
	{ "host-run", make_file, "/run/holdfast", "process 1's folder" },
	{ "host-status", write_file, "/run/holdfast/status.json", "what the node says of itself" },
	{ "host-resolv", write_file, "/run/holdfast/resolv.conf", "whom the node asks for names" },
	{ "host-run-ctrd", make_file, "/run/containerd", "the runtime's folder" },
	{ "host-cdi", make_file, "/run/cdi", "devices that the runtime would give" },
	{ "host-etc", make_file, "/etc/holdfast", "the root" },
	{ "host-manifests", make_file, "/etc/kubernetes/manifests", "a pod of one's own" },
	{ "host-cni-conf", make_file, "/etc/cni/net.d", "the network of pods" },
	{ "host-cni-bin", make_file, "/opt/cni/bin", "a program that the runtime starts" },
	{ "host-kubelet", make_file, "/var/lib/kubelet", "the agent's folder" },
	{ "host-plugins", make_file, "/var/lib/kubelet/plugins_registry", "a plug-in of the agent" },
	{ "host-containerd", make_file, "/var/lib/containerd", "the runtime's store" },
	{ "host-logs", make_file, "/var/log/pods", "logs of pods" },
	{ "host-var", make_file, "/var", "the state partition" },
	{ "host-tmp", make_file, "/tmp", "" },
	{ "host-dev-shm", make_file, "/dev/shm", "shared memory" },
	{ "host-pki", make_file, "/var/lib/kubelet/pki", "keys of the agent" },
	{ "host-init-read", read_file, "/usr/sbin/init", "the image: not secret" },
	{ 0 },
};
