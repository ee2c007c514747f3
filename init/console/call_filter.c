/* SPDX-License-Identifier: Apache-2.0 */
#include "call_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

_Static_assert(COUNT(head) + 2 * COUNT(denied_calls) + COUNT(tail) <= CALL_FILTER_MAX,
	       "CALL_FILTER_MAX is too small");

size_t call_filter_make(struct sock_filter filter[CALL_FILTER_MAX])
{
	struct sock_filter *next = filter;

	for (size_t i = 0; i < COUNT(head); i++)
		*next++ = head[i];
	for (size_t i = 0; i < COUNT(denied_calls); i++) {
		*next++ = (struct sock_filter)IF(denied_calls[i]);
		*next++ = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	}
	for (size_t i = 0; i < COUNT(tail); i++)
		*next++ = tail[i];
	return (size_t)(next - filter);
}
