/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that no container is meant to have. Each is opened, at most. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether there is something to read is chance. */
static int open_to_read(const char *name)
{
	int error = 0;
	const char *path = device_path(name, &error);

	return path ? try_open(path, O_RDONLY) : error;
}

/* Claims of randomness that isn't: none, as the amount. */
static int credit_randomness(const char *argument)
{
	int none = 0;
	int fd = open(argument, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int result = result_of(ioctl(fd, RNDADDTOENTCNT, &none));

	close(fd);
	return result;
}

const struct attempt devices[] = {
	{ "watchdog", try_device, "watchdog0",
	 "who opens it must feed it, and who doesn't, restarts the node" },
	{ "watchdog-old", try_device, "watchdog", "" },
	{ "tpm", try_device, "tpm0", "the TPM" },
	{ "tpm-manager", try_device, "tpmrm0", "" },
	{ "input", open_to_read, "input/event0", "keys: the power button" },
	{ "clock-chip", try_device, "rtc0", "the clock that counts while the node is off" },
	{ "fuse", try_device, "fuse", "a file system of one's own" },
	{ "tun", try_device, "net/tun", "a network card of one's own" },
	{ "vhost-net", try_device, "vhost-net", "" },
	{ "kvm", try_device, "kvm", "" },
	{ "vfio", try_device, "vfio/vfio", "" },
	{ "uinput", try_device, "uinput", "a keyboard of one's own" },
	{ "hw-random", open_to_read, "hwrng", "" },
	{ "cpu-latency", try_device, "cpu_dma_latency", "a processor that doesn't rest" },
	{ "nvram", try_device, "nvram", "" },
	{ "hpet", open_to_read, "hpet", "" },
	{ "mcelog", open_to_read, "mcelog", "" },
	{ "nvme-fabrics", try_device, "nvme-fabrics", "disks of the network" },
	{ "random-credit", credit_randomness, "/dev/urandom", "" },
	{ 0 },
};
