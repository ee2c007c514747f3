/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds a session, outermost first: its cgroup (session.c), a view of
 * the files in which nearly all is read-only and no disk has a device, the domain session_t, few capabilities that nothing can add to, and
 * a filter of system calls. Verity and lockdown hold it like everybody else.
 */
#include "confine.h"

#include "../error.h"
#include "../file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- files ---- */

static const char *const devices[] = { "null", "zero", "full", "random", "urandom", "tty", "pts" };

/* A /dev of its own, with what a shell needs: no disk, no memory, no TPM, no other terminal. */
static int cover_devices(void)
{
	int trees[COUNT(devices)];
	char path[32];

	for (size_t i = 0; i < COUNT(devices); i++) {
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		trees[i] = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (trees[i] < 0 && errno != ENOENT)
			return fail(errno, "take %s along", path);
	}
	if (mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=16k") < 0)
		return fail(errno, "cover /dev");
	for (size_t i = 0; i < COUNT(devices); i++) {
		struct stat status;

		if (trees[i] < 0)
			continue;
		snprintf(path, sizeof(path), "/dev/%s", devices[i]);
		fstat(trees[i], &status);
		if ((S_ISDIR(status.st_mode) ? mkdir(path, 0755) : mknod(path, S_IFREG | 0600, 0)) < 0 ||
		    syscall(SYS_move_mount, trees[i], "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
			return fail(errno, "give the session %s", path);
		close(trees[i]);
	}
	return 0;
}

/* Where node.conf may stand, with its secrets: SMBIOS, fw_cfg, EFI variables. In the early rescue no policy hides them. */
static int cover_firmware(void)
{
	static const char firmware[] = "/sys/firmware";

	if (mount("tmpfs", firmware, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0555,size=4k") < 0 &&
	    errno != ENOENT)
		return fail(errno, "cover %s", firmware);
	return 0;
}

static int change_mount(const char *path, unsigned flags, uint64_t set, uint64_t clear)
{
	struct mount_attr attributes = { .attr_set = set, .attr_clr = clear };

	if (syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof(attributes)) < 0)
		return fail(errno, "make mounts on %s %s", path, clear ? "writable" : "read-only");
	return 0;
}

/* Where room can be made on a full disk, and nothing of what a session leaves behind is kept. */
static const char *const writable[] = { "/tmp", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods" };

static int limit_files(void)
{
	int result;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return fail(errno, "make a mount namespace");
	for (size_t i = 0; i < COUNT(writable); i++)
		if (mount(writable[i], writable[i], NULL, MS_BIND, NULL) < 0 && errno != ENOENT)
			return fail(errno, "keep %s apart", writable[i]);
	if ((result = cover_devices()) < 0 || (result = cover_firmware()) < 0 ||
	    (result = change_mount("/", AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0)) < 0)
		return result;
	for (size_t i = 0; i < COUNT(writable); i++) {
		if (access(writable[i], F_OK) < 0)
			continue;
		result =
			change_mount(writable[i], 0, MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODEV, MOUNT_ATTR_RDONLY);
		if (result < 0)
			return result;
	}
	return 0;
}

/* ---- privileges ---- */

static int enter_domain(void)
{
	char current[128];

	/* Without a policy, as in the early rescue, there are no contexts and no domain to enter. */
	if (file_read_line("/proc/self/attr/current", current, sizeof(current)) < 0 || !strchr(current, ':'))
		return 0;
	return file_write("/proc/self/attr/exec", "system_u:system_r:session_t:s0");
}

/* What repairs a network, reads logs and makes room. Nothing that leads past the image's policy. */
static const int kept_capabilities[] = {
	CAP_DAC_OVERRIDE,                             /* files of any user in /var */
	CAP_KILL,         CAP_NET_ADMIN, CAP_NET_RAW, /* ping, traceroute */
	CAP_SYSLOG,                                   /* dmesg */
};

/* From the bounding set root gets its capabilities at exec; what left it can't come back (capabilities(7)). */
static int limit_capabilities(void)
{
	uint64_t kept = 0;

	for (size_t i = 0; i < COUNT(kept_capabilities); i++)
		kept |= UINT64_C(1) << kept_capabilities[i];
	for (int number = 0; number < 64; number++)
		if (!(kept & UINT64_C(1) << number) && prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0 &&
		    errno != EINVAL)
			return fail(errno, "drop capability %d", number);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(errno, "set no_new_privs");
	return 0;
}

/* ---- system calls ---- */

static const unsigned denied_calls[] = {
	/* the kernel itself */
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_kexec_file_load,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_reboot,
	SYS_iopl,
	SYS_ioperm,
	SYS_swapon,
	SYS_swapoff,
	SYS_acct,
	SYS_quotactl,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_adjtimex,
	SYS_clock_adjtime,
	SYS_sethostname,
	SYS_setdomainname,
	SYS_vhangup,
	/* mounts and namespaces */
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_move_mount,
	SYS_open_tree,
	SYS_fsopen,
	SYS_fsconfig,
	SYS_fsmount,
	SYS_fspick,
	SYS_mount_setattr,
	SYS_unshare,
	SYS_setns,
	/* other processes */
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_process_madvise,
	SYS_pidfd_getfd,
	SYS_kcmp,
	/* ways around the rest */
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
	SYS_userfaultfd,
	SYS_keyctl,
	SYS_add_key,
	SYS_request_key,
	SYS_open_by_handle_at,
	SYS_name_to_handle_at,
	SYS_mknod,
	SYS_mknodat,
	SYS_personality,
	SYS_memfd_create, /* files that no mount's noexec holds */
	SYS_memfd_secret,
};

enum {
	NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
		     CLONE_NEWPID | CLONE_NEWNET
};

#define LOAD(field)          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARGUMENT(which) LOAD(args[which]) /* its lower half: x86_64 is little-endian */
#define RETURN(what)         BPF_STMT(BPF_RET | BPF_K, what)
/* Skips the next instruction unless the loaded value is this one. */
#define IF(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1)

static const uint32_t deny = SECCOMP_RET_ERRNO | EPERM;

static int filter_calls(void)
{
	static const struct sock_filter head[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* x32's numbers */
		RETURN(SECCOMP_RET_KILL_PROCESS),
		/* Its flags are in memory that a filter can't see; a C library falls back to clone(). */
		IF(SYS_clone3),
		RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	};
	static const struct sock_filter tail[] = {
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
		LOAD_ARGUMENT(0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 9),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
		/* Of the same user, process 1's and the console's limits could be set. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 3),
		LOAD_ARGUMENT(0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 5, 0),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
		/* Nobody types for somebody else. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 3),
		LOAD_ARGUMENT(1),
		IF(TIOCSTI),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_filter filter[COUNT(head) + 2 * COUNT(denied_calls) + COUNT(tail)], *next = filter;

	for (size_t i = 0; i < COUNT(head); i++)
		*next++ = head[i];
	for (size_t i = 0; i < COUNT(denied_calls); i++) {
		*next++ = (struct sock_filter)IF(denied_calls[i]);
		*next++ = (struct sock_filter)RETURN(deny);
	}
	for (size_t i = 0; i < COUNT(tail); i++)
		*next++ = tail[i];

	struct sock_fprog program = { (unsigned short)(next - filter), filter };

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return fail(errno, "filter system calls");
	return 0;
}

int confine(void)
{
	int result = enter_domain(); /* while /proc can be written */

	if (result == 0)
		result = limit_files();
	if (result == 0)
		result = limit_capabilities();
	return result < 0 ? result : filter_calls();
}
