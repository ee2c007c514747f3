/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What container hosts must be able to do and a hardened kernel could have taken
 * away (kernel-config/contract/), tried out by the tests from inside the probe:
 *
 *   contract aio                      a file read by asynchronous I/O
 *   contract rseq                     a restartable sequence registered: the kernel tells the processor
 *   contract namespace UID            a user namespace made by this user
 *   contract attach UID               ptrace: attach, as this user, to a process that is no child
 *   contract device MAJOR MINOR DIR   a character device opened, by a process in the cgroup DIR ("." for its own)
 *   contract grow IMAGE DIR           the ext4 in IMAGE mounted on DIR by a loop device, its device opened for writing
 *                                     and the file system grown to the device, as resize2fs does
 *
 * Prints "ok" with what it saw, or what failed and why; then its status is 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* fs/ext4/ext4.h: not in linux/. */
#define EXT4_IOC_RESIZE_FS _IOW('f', 16, uint64_t)

/* linux/rseq.h, struct rseq of 32 bytes. */
struct restartable {
	uint32_t cpu_id_start, cpu_id;
	uint64_t critical_section;
	uint32_t flags, padding[3];
} __attribute__((aligned(32)));

[[noreturn, gnu::format(printf, 1, 2)]] static void die(const char *format, ...)
{
	int error = errno;
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf(": %s\n", strerror(error));
	fflush(stdout);
	_exit(1);
}

static void aio(char **arguments)
{
	static char text[16];
	aio_context_t context = 0;
	struct iocb request = { .aio_lio_opcode = IOCB_CMD_PREAD,
				.aio_buf = (uintptr_t)text,
				.aio_nbytes = sizeof(text) };
	struct iocb *requests[] = { &request };
	struct io_event event;

	(void)arguments;
	request.aio_fildes = (uint32_t)open("/proc/self/exe", O_RDONLY);
	if (syscall(SYS_io_setup, 8, &context) < 0)
		die("io_setup");
	if (syscall(SYS_io_submit, context, 1, requests) != 1)
		die("io_submit");
	if (syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		die("io_getevents");
	syscall(SYS_io_destroy, context);
	printf("ok: %lld bytes, %.3s\n", (long long)event.res, text + 1);
}

static void rseq(char **arguments)
{
	static struct restartable area = { .cpu_id = UINT32_MAX };

	(void)arguments;
	if (syscall(SYS_rseq, &area, sizeof(area), 0, 0x53053053) < 0)
		die("rseq");
	sched_yield();
	if (area.cpu_id == UINT32_MAX) {
		printf("the kernel does not tell the processor\n");
		exit(1);
	}
	printf("ok: on processor %u\n", area.cpu_id);
}

static void become(const char *user)
{
	uid_t uid = (uid_t)atoi(user);

	if (setgid(uid) < 0 || setuid(uid) < 0)
		die("become user %s", user);
	prctl(PR_SET_DUMPABLE, 1);
}

static void user_namespace(char **arguments)
{
	become(arguments[0]);
	if (unshare(CLONE_NEWUSER) < 0)
		die("make a user namespace");
	printf("ok: a user namespace\n");
}

static void attach(char **arguments)
{
	int status;

	become(arguments[0]);

	pid_t other = fork();

	if (other == 0)
		for (;;)
			pause();

	pid_t debugger = fork();

	if (debugger == 0) {
		if (ptrace(PTRACE_ATTACH, other, NULL, NULL) < 0)
			die("attach to a sister process");
		waitpid(other, &status, __WALL);
		ptrace(PTRACE_DETACH, other, NULL, NULL);
		printf("ok: attached\n");
		fflush(stdout);
		_exit(0);
	}
	waitpid(debugger, &status, 0);
	kill(other, SIGKILL);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* From the host's cgroup namespace: with nsdelegate nobody moves between cgroups that his own doesn't hold. */
static void enter_cgroup(const char *directory)
{
	int namespace = open("/proc/1/ns/cgroup", O_RDONLY);
	char path[512];
	int file;

	if (namespace < 0 || setns(namespace, CLONE_NEWCGROUP) < 0)
		die("enter the host's cgroup namespace");
	snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	file = open(path, O_WRONLY);
	if (file < 0 || write(file, "0", 1) < 0)
		die("enter the cgroup %s", directory);
	close(file);
}

static void device(char **arguments)
{
	static const char node[] = "/tmp/contract-device";
	dev_t number = makedev((unsigned)atoi(arguments[0]), (unsigned)atoi(arguments[1]));

	mkdir("/tmp", 01777);
	unlink(node);
	if (mknod(node, S_IFCHR | 0600, number) < 0)
		die("make a node for the device");
	if (strcmp(arguments[2], ".") != 0)
		enter_cgroup(arguments[2]);
	if (open(node, O_RDWR) < 0)
		die("open the device");
	printf("ok: opened\n");
}

/*
 * Gives IMAGE a loop device, and NODE its path in the node's /dev, which the probe has
 * as a volume like a CSI driver. The device goes when nobody has it open any more.
 */
static int loop_attach(const char *image, char *node, size_t size)
{
	struct loop_config config = { .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	int control = open("/devices/loop-control", O_RDWR);
	int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);

	if (number < 0)
		die("find a free loop device");
	snprintf(node, size, "/devices/loop%d", number);

	int loop = open(node, O_RDWR);

	config.fd = (uint32_t)open(image, O_RDWR);
	if (loop < 0 || ioctl(loop, LOOP_CONFIGURE, &config) < 0)
		die("attach %s to %s", image, node);
	return loop;
}

static unsigned long long mebibytes(const char *directory)
{
	struct statvfs system;

	if (statvfs(directory, &system) < 0)
		die("look at %s", directory);
	return (unsigned long long)system.f_blocks * system.f_frsize >> 20;
}

static void grow(char **arguments)
{
	const char *image = arguments[0], *directory = arguments[1];
	char node[64];
	struct statvfs system;
	uint64_t size, blocks;

	mkdir("/tmp", 01777);
	mkdir(directory, 0700);

	int loop = loop_attach(image, node, sizeof(node));

	if (mount(node, directory, "ext4", MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL) < 0)
		die("mount the ext4 of %s", image);

	unsigned long long before = mebibytes(directory);
	int writable = open(node, O_RDWR);

	if (writable < 0) {
		int error = errno;

		umount(directory);
		errno = error;
		die("open the mounted device for writing");
	}
	if (ioctl(loop, BLKGETSIZE64, &size) < 0 || statvfs(directory, &system) < 0)
		die("ask for sizes");
	blocks = size / system.f_bsize;

	int mounted = open(directory, O_RDONLY | O_DIRECTORY);
	int result = ioctl(mounted, EXT4_IOC_RESIZE_FS, &blocks) < 0 ? errno : 0;
	unsigned long long after = mebibytes(directory);

	close(mounted);
	umount(directory);
	errno = result;
	if (result)
		die("grow the mounted file system to %llu blocks", (unsigned long long)blocks);
	printf("ok: from %llu to %llu MiB\n", before, after);
}

static const struct {
	const char *name;
	int arguments;
	void (*run)(char **arguments);
} trials[] = {
	{ "aio",       0, aio       },
	{ "rseq",      0, rseq      },
	{ "namespace", 1, user_namespace },
	{ "attach",    1, attach    },
	{ "device",    3, device    },
	{ "grow",      2, grow      },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(trials) / sizeof(trials[0]); i++)
		if (strcmp(argv[1], trials[i].name) == 0 && argc - 2 == trials[i].arguments) {
			trials[i].run(argv + 2);
			return 0;
		}
	fprintf(stderr, "contract: see rootfs/components/probe/contract.c\n");
	return 2;
}
