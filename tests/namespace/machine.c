/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for process 1: namespaces in which a program is process 1, with a
 * directory as its root.
 *
 *   machine ROOT CGROUP DISK LIMITS PROGRAM
 *
 * CGROUP is a new cgroup (v2) that becomes the top of the program's tree, DISK
 * an image that becomes a loop device, the node's /dev/vda1. It has a network
 * interface, eth0. If the environment has TERMINAL, the path of a terminal, it is the node's /dev/ttyS0. Descriptors 0 to 2 are closed, as they are where the kernel
 * finds no console.
 *
 * If LIMITS is not "", it is a directory that stands in for the resource
 * controllers, on a host that keeps them in cgroup v1: what the program writes
 * to /sys/fs/cgroup/system/NAME/pids.max goes to LIMITS/NAME.pids.max. A seccomp
 * filter hands its calls of open() to us (seccomp_unotify(2)); all but
 * these files go on as if nothing were.
 *
 * Ends when the program does, and prints how: "restart" or "power off" (what
 * reboot(2) does to a pid namespace), "signal N", "status N".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/loop.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

[[noreturn]] static void die(const char *what)
{
	fprintf(stderr, "machine: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void must(bool done, const char *what)
{
	if (!done)
		die(what);
}

/* ---- in process 1, before it becomes the program ---- */

/* A loop device that vanishes with its last user. The descriptor keeps it until the program has mounted it. */
static int make_disk(const char *image, const char *node)
{
	struct loop_config config = { .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	int file = open(image, O_RDWR | O_CLOEXEC), control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int loop = -1;

	must(file >= 0, image);
	must(control >= 0, "/dev/loop-control");
	config.fd = (unsigned)file;
	for (int number; loop < 0;) {
		char path[32];

		number = ioctl(control, LOOP_CTL_GET_FREE);
		must(number >= 0, "get a loop device");
		snprintf(path, sizeof(path), "/dev/loop%d", number);
		if (access(path, F_OK) < 0)
			mknod(path, S_IFBLK | 0600, makedev(7, (unsigned)number));
		loop = open(path, O_RDWR | O_CLOEXEC);
		must(loop >= 0, path);
		if (ioctl(loop, LOOP_CONFIGURE, &config) < 0) { /* another test was faster */
			must(errno == EBUSY, "configure a loop device");
			close(loop);
			loop = -1;
			continue;
		}
		must(mknod(node, S_IFBLK | 0600, makedev(7, (unsigned)number)) == 0, node);
	}
	return loop;
}

/* The directory becomes the root; it brings its own /dev, /sys and /run. /proc/sys is no window to the host's. */
static void enter(const char *root)
{
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "make mounts private");
	must(mount(root, root, NULL, MS_BIND, NULL) == 0, "bind the root");
	must(chdir(root) == 0, root);
	if (getenv("TERMINAL"))
		must(mount(getenv("TERMINAL"), "dev/ttyS0", NULL, MS_BIND, NULL) == 0, "bind the terminal");
	must(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0, "mount proc");
	must(mount("sysctl", "proc/sys", NULL, MS_BIND, NULL) == 0, "cover /proc/sys");
	must(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
	must(umount2(".", MNT_DETACH) == 0, "leave the old root");
	must(chdir("/") == 0, "/");
}

static int hand_over_opens(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };
	long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);

	must(listener >= 0, "install the filter");
	return (int)listener;
}

/*
 * Whoever started the tests may ignore signals, as the kernel that starts process 1 does not: a shell for background
 * jobs, others even 32 and 33, which the C library keeps for itself: so by the system call (with its sigaction of zeroes).
 */
static void reset_signals(void)
{
	const unsigned long by_default[4] = { 0 };

	for (long number = 1; number <= 64; number++)
		syscall(SYS_rt_sigaction, number, by_default, NULL, 8L);
}

[[noreturn]] static void become(char **argv, int tell)
{
	char path[] = "/sbin/init", *arguments[] = { path, NULL }, *environment[] = { NULL };
	int listener = -1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	reset_signals();
	must(unshare(CLONE_NEWCGROUP) == 0, "make a cgroup namespace");
	must(system("ip link add eth0 type veth peer name far") == 0, "make eth0");
	enter(argv[1]);
	/* Our parent shares the table of descriptors: they close at exec, for us alone. */
	must(syscall(SYS_close_range, 0, ~0U, CLOSE_RANGE_CLOEXEC) == 0, "close descriptors at exec");
	if (argv[4][0])
		listener = hand_over_opens();
	must(write(tell, &listener, sizeof(listener)) == sizeof(listener), "tell the parent");
	execve(argv[5], arguments, environment);
	die(argv[5]);
}

/* ---- outside ---- */

/* Where a write to this file goes instead: a descriptor, or -1 if it is none of the limits. */
static int stand_in(const char *limits, const char *path)
{
	static const char *const files[] = { "cpu.weight", "memory.low", "memory.max", "pids.max" };
	char name[32], file[32], target[512];

	if (sscanf(path, "/sys/fs/cgroup/system/%31[^/]/%31s", name, file) != 2 &&
	    sscanf(path, "/sys/fs/cgroup/%31[^/]/%31s", name, file) != 2)
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(file, files[i]) == 0) {
			snprintf(target, sizeof(target), "%s/%s.%s", limits, name, file);
			return open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		}
	return -1;
}

static void read_path(pid_t pid, uint64_t address, char *path, size_t size)
{
	char memory[32];

	snprintf(memory, sizeof(memory), "/proc/%d/mem", pid);
	int file = open(memory, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : pread(file, path, size - 1, (off_t)address);

	path[length > 0 ? length : 0] = '\0';
	if (file >= 0)
		close(file);
}

static void answer_open(int listener, const char *limits)
{
	struct seccomp_notif call = { 0 };
	char path[256];

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return; /* the caller was killed */
	read_path((pid_t)call.pid, call.data.args[call.data.nr == SYS_openat], path, sizeof(path));

	int file = stand_in(limits, path);

	if (file < 0) {
		struct seccomp_notif_resp go_on = { .id = call.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &go_on);
		return;
	}
	struct seccomp_notif_addfd give = {
		.id = call.id, .flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (unsigned)file, .newfd_flags = O_CLOEXEC,
	};

	ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &give);
	close(file);
}

static pid_t start(char **argv, int *pidfd, int *listener)
{
	int cgroup = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC), told[2];

	must(cgroup >= 0, argv[2]);
	must(pipe2(told, O_CLOEXEC) == 0, "make a pipe");

	struct clone_args arguments = {
		.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_FILES |
			 CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (unsigned)cgroup,
	};
	long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

	must(pid >= 0, "clone3");
	if (pid == 0)
		become(argv, told[1]);
	must(read(told[0], listener, sizeof(*listener)) == sizeof(*listener), "the machine has not started");
	return (pid_t)pid;
}

static void print_end(int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP)
		puts("restart");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
		puts("power off");
	else if (WIFSIGNALED(status))
		printf("signal %d\n", WTERMSIG(status));
	else
		printf("status %d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	char device[512], pid_file[512];
	int pidfd = -1, listener = -1, status;

	if (argc != 6) {
		fprintf(stderr, "usage: machine ROOT CGROUP DISK LIMITS PROGRAM\n");
		return 2;
	}
	snprintf(device, sizeof(device), "%s/dev/vda1", argv[1]);
	make_disk(argv[3], device);

	pid_t pid = start(argv, &pidfd, &listener);

	snprintf(pid_file, sizeof(pid_file), "%s/../pid", argv[1]);
	FILE *file = fopen(pid_file, "we");
	must(file && fprintf(file, "%d\n", pid) > 0 && fclose(file) == 0, pid_file);

	for (;;) {
		struct pollfd events[] = { { .fd = pidfd, .events = POLLIN }, { .fd = listener, .events = POLLIN } };

		poll(events, 2, -1);
		if (events[0].revents)
			break;
		if (events[1].revents & POLLIN)
			answer_open(listener, argv[4]);
	}
	must(waitpid(pid, &status, 0) == pid, "wait for process 1");
	print_end(status);
	return 0;
}
