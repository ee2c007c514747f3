/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row for each reason of the kernel's lockdown (security/security.c, lockdown_reasons), in that order, if this
 * kernel has a door that asks for it; where the door isn't there, the row shows that.
 */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/serial.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

int attack_bpf_helper(const char *argument);

/* Character devices by number: "NAME MAJOR MINOR". */
static int open_numbered(const char *argument)
{
	char name[32];
	unsigned int major, minor;
	int error = 0;

	sscanf(argument, "%31s %u %u", name, &major, &minor);
	const char *path = numbered_device(name, major, minor, &error);

	return path ? try_open(path, O_RDWR) : error;
}

/* The same byte of the host bridge's configuration that stands there. */
static int write_configuration(const char *path)
{
	char byte;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int result = pread(fd, &byte, 1, 0x3c) == 1 ? result_of(pwrite(fd, &byte, 1, 0x3c)) : -errno;

	close(fd);
	return result;
}

/* A device's registers: the first virtio device has some. */
static int map_registers(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	void *registers = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	int result = registers == MAP_FAILED ? -errno : 0;

	close(fd);
	return result;
}

/* The fourth serial port, which nothing uses: another address for it. */
static int move_serial_port(const char *argument)
{
	char name[32];
	unsigned int major, minor;
	struct serial_struct serial;
	int error = 0;

	sscanf(argument, "%31s %u %u", name, &major, &minor);
	const char *path = numbered_device(name, major, minor, &error);

	if (!path)
		return error;
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, TIOCGSERIAL, &serial) == 0) {
		serial.port += 8;
		error = result_of(ioctl(fd, TIOCSSERIAL, &serial));
	} else {
		error = -errno;
	}
	close(fd);
	return error;
}

static int mount_type(const char *type)
{
	if (mount("none", MOUNT_POINT, type, 0, NULL) < 0)
		return -errno;
	umount2(MOUNT_POINT, MNT_DETACH);
	return 0;
}

static int open_only(const char *path)
{
	return try_open(path, O_RDONLY);
}

/* Registers of the kernel at an interrupt. */
static int perf_registers(const char *argument)
{
	struct perf_event_attr event = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(event),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_type = PERF_SAMPLE_REGS_INTR,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	long fd = syscall(SYS_perf_event_open, &event, 0, -1, -1, 0);

	(void)argument;
	if (fd >= 0)
		close((int)fd);
	return result_of(fd);
}

static int netlink_protocol(const char *argument)
{
	int protocol = 0;

	sscanf(argument, "%d", &protocol);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int lift(const char *path)
{
	return try_nonsense(host_path(path));
}

#define PCI "/sys/bus/pci/devices/0000:00:"

const struct attempt lockdown[] = {
	/* module signature: init-module and finit-module in kernel_doors.c */
	{ "lock-mem", open_numbered, "mem 1 1", "/dev/mem" },
	{ "lock-kmem", open_numbered, "kmem 1 2", "/dev/kmem" },
	{ "lock-port", open_numbered, "port 1 4", "/dev/port" },
	{ "lock-efi-test", open_only, "/dev/efi_test", "the EFI test device" },
	/* kexec: kernel_doors.c. hibernation: power-disk in settings.c */
	{ "lock-snapshot", open_numbered, "snapshot 10 231", "hibernation from user space" },
	{ "lock-pci-config", write_configuration, PCI "00.0/config", "PCI configuration" },
	{ "lock-pci-proc", write_configuration, "/proc/bus/pci/00/00.0",
	 "... by /proc; x86-64 has no system call for it" },
	{ "lock-pci-map", map_registers, PCI "01.0/resource1", "PCI registers mapped" },
	/* raw io port access: iopl, ioperm in kernel_doors.c, and /dev/port above */
	{ "lock-msr", open_numbered, "cpu/0/msr 202 0", "model-specific registers" },
	{ "lock-cpuid", open_numbered, "cpu/0/cpuid 203 0", "" },
	{ "lock-acpi-table", try_nonsense, "/sys/kernel/config/acpi/table", "ACPI tables of one's own" },
	{ "lock-acpi-meth", try_nonsense, "/sys/kernel/debug/acpi/custom_method", "ACPI methods" },
	{ "lock-devicetree", open_only, "/sys/kernel/config/device-tree", "" },
	{ "lock-pcmcia", open_only, "/sys/class/pcmcia_socket", "the CIS of a PCMCIA card" },
	{ "lock-serial", move_serial_port, "ttyS3 4 67", "TIOCSSERIAL: another port address" },
	{ "lock-module-par", try_write_back, "/sys/module/8250/parameters/share_irqs",
	 "a module's hardware parameter" },
	{ "lock-mmiotrace", open_only, "/sys/kernel/tracing/current_tracer", "mmiotrace" },
	{ "lock-debugfs", mount_type, "debugfs", "" },
	/* xmon, rtas: PowerPC. kgdb and kdb: */
	{ "lock-kgdb", try_nonsense, "/sys/module/kgdboc/parameters/kgdboc", "the kernel's debugger" },
	/* dbg_write_kernel, dbg_read_kernel: through kgdb only */
	{ "lock-kcore", open_only, "/proc/kcore", "" },
	{ "lock-kprobes", open_only, "/sys/kernel/debug/kprobes/list", "" },
	{ "lock-bpf-write", attack_bpf_helper, "2 36", "BPF that writes to user memory" },
	{ "lock-bpf-read", attack_bpf_helper, "3 113", "BPF that reads the kernel's memory" },
	{ "lock-perf", perf_registers, NULL, "unsafe perf: registers of the kernel" },
	{ "lock-tracefs", mount_type, "tracefs", "" },
	{ "lock-xfrm", netlink_protocol, "6", "secrets of IPsec" },
	/* who may lift it */
	{ "lock-lift", lift, "/sys/kernel/security/lockdown", "another level of lockdown" },
	{ 0 },
};
