/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/call_filter.c
/* The filter is run here as the kernel would run it: BPF as seccomp(2) and linux/filter.h describe it. */
#include "check.h"
#include "console/call_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ALLOWED, DENIED, NOT_THERE, KILLED, OTHERWISE };

static struct sock_filter filter[CALL_FILTER_MAX];
static size_t length;

static bool jumps(const struct sock_filter *instruction, uint32_t value)
{
	switch (BPF_OP(instruction->code)) {
	case BPF_JEQ:
		return value == instruction->k;
	case BPF_JGE:
		return value >= instruction->k;
	case BPF_JSET:
		return value & instruction->k;
	default:
		CHECK(!"an instruction that the test knows");
		return false;
	}
}

/* What the filter returns; 1, which is no verdict, if it does not end. */
static uint32_t run(const struct seccomp_data *data)
{
	uint32_t value = 0;

	for (size_t i = 0; i < length; i++) {
		const struct sock_filter *instruction = &filter[i];

		switch (BPF_CLASS(instruction->code)) {
		case BPF_LD:
			memcpy(&value, (const char *)data + instruction->k, sizeof(value));
			break;
		case BPF_JMP:
			i += jumps(instruction, value) ? instruction->jt : instruction->jf;
			break;
		case BPF_RET:
			return instruction->k;
		default:
			return 1;
		}
	}
	return 1;
}

static int verdict(uint32_t arch, uint32_t number, uint64_t first, uint64_t second)
{
	const struct seccomp_data data = { .nr = (int)number, .arch = arch, .args = { first, second } };

	switch (run(&data)) {
	case SECCOMP_RET_ALLOW:
		return ALLOWED;
	case SECCOMP_RET_ERRNO | EPERM:
		return DENIED;
	case SECCOMP_RET_ERRNO | ENOSYS:
		return NOT_THERE;
	case SECCOMP_RET_KILL_PROCESS:
		return KILLED;
	default:
		return OTHERWISE;
	}
}

static int call(uint32_t number, uint64_t first, uint64_t second)
{
	return verdict(AUDIT_ARCH_X86_64, number, first, second);
}

/* What a session must not reach, whatever else would stop it. */
static const uint32_t dangerous[] = {
	/* other code in the kernel, another kernel, none */
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_kexec_file_load, SYS_bpf,
	SYS_perf_event_open, SYS_reboot,
	/* hardware, memory, clock and names of the machine */
	SYS_iopl, SYS_ioperm, SYS_swapon, SYS_swapoff, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
	SYS_clock_adjtime, SYS_sethostname, SYS_setdomainname, SYS_acct, SYS_quotactl, SYS_vhangup,
	/* another view of the files, another namespace */
	SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_move_mount, SYS_open_tree, SYS_fsopen,
	SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr, SYS_unshare, SYS_setns, SYS_mknod, SYS_mknodat,
	SYS_open_by_handle_at, SYS_name_to_handle_at,
	/* other processes' memory and files */
	SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_process_madvise, SYS_pidfd_getfd, SYS_kcmp,
	/* what a filter doesn't see, or what attacks on kernels like to use */
	SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_userfaultfd, SYS_keyctl, SYS_add_key,
	SYS_request_key, SYS_personality, SYS_memfd_create, SYS_memfd_secret,
};

/* What a shell and its tools need. */
static const uint32_t ordinary[] = {
	SYS_read, SYS_write, SYS_open, SYS_openat, SYS_close, SYS_fstat, SYS_newfstatat, SYS_poll, SYS_mmap,
	SYS_mprotect, SYS_brk, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_pipe2, SYS_dup2, SYS_fork, SYS_vfork,
	SYS_execve, SYS_exit_group, SYS_wait4, SYS_kill, SYS_setpgid, SYS_getdents64, SYS_unlink, SYS_rename,
	SYS_socket, SYS_connect, SYS_sendto, SYS_recvfrom, SYS_sendmsg, SYS_recvmsg, SYS_syslog, SYS_sync,
	SYS_statfs, SYS_sysinfo, SYS_uname, SYS_nanosleep, SYS_clock_gettime,
};

static void what_is_dangerous_is_denied(void)
{
	for (size_t i = 0; i < COUNT(dangerous); i++)
		CHECK(call(dangerous[i], 0, 0) == DENIED);
}

static void what_is_ordinary_is_allowed(void)
{
	for (size_t i = 0; i < COUNT(ordinary); i++)
		CHECK(call(ordinary[i], 0, 0) == ALLOWED);
	/* arguments count for the calls only that they are asked of */
	CHECK(call(SYS_write, CLONE_NEWUSER, TIOCSTI) == ALLOWED);
}

static void nothing_else_is_denied(void)
{
	size_t denied = 0;

	for (uint32_t number = 0; number < 1024; number++)
		if (number != SYS_clone3 && call(number, 0, 0) != ALLOWED)
			denied++;
	CHECK(denied == COUNT(dangerous));
}

static void other_numbers_and_machines_kill(void)
{
	CHECK(call(0x3fffffff, 0, 0) == ALLOWED);
	CHECK(call(0x40000000, 0, 0) == KILLED);
	CHECK(call(0x40000000 + SYS_read, 0, 0) == KILLED);
	CHECK(call(UINT32_MAX, 0, 0) == KILLED);
	CHECK(verdict(AUDIT_ARCH_I386, SYS_read, 0, 0) == KILLED);
	CHECK(verdict(AUDIT_ARCH_AARCH64, SYS_read, 0, 0) == KILLED);
}

static void no_process_gets_a_namespace(void)
{
	static const uint64_t namespaces[] = { CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
					       CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET };
	const uint64_t usual = CLONE_VM | CLONE_VFORK | SIGCHLD;
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
				CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;

	CHECK(call(SYS_clone, SIGCHLD, 0) == ALLOWED && call(SYS_clone, usual, 0) == ALLOWED);
	CHECK(call(SYS_clone, thread, 0) == ALLOWED);
	for (size_t i = 0; i < COUNT(namespaces); i++) {
		CHECK(call(SYS_clone, namespaces[i], 0) == DENIED);
		CHECK(call(SYS_clone, namespaces[i] | usual, 0) == DENIED);
	}
	/* its flags are out of sight */
	CHECK(call(SYS_clone3, 0, 0) == NOT_THERE);
}

static void nobody_types_for_somebody_else(void)
{
	CHECK(call(SYS_ioctl, 0, TIOCSTI) == DENIED);
	CHECK(call(SYS_ioctl, 0, TIOCSTI | UINT64_C(1) << 32) == DENIED); /* the kernel looks at 32 bits */
	CHECK(call(SYS_ioctl, TIOCSTI, TCGETS) == ALLOWED);
	CHECK(call(SYS_ioctl, CLONE_NEWUSER, TIOCGWINSZ) == ALLOWED);
}

static void nobody_sets_limits_for_somebody_else(void)
{
	CHECK(call(SYS_prlimit64, 0, 0) == ALLOWED);
	CHECK(call(SYS_prlimit64, 1, 0) == DENIED && call(SYS_prlimit64, UINT32_MAX, 0) == DENIED);
	CHECK(call(SYS_prlimit64, UINT64_C(1) << 32, 0) == ALLOWED); /* the kernel looks at 32 bits: itself */
}

int main(void)
{
	length = call_filter_make(filter);
	CHECK(length <= CALL_FILTER_MAX);
	what_is_dangerous_is_denied();
	what_is_ordinary_is_allowed();
	nothing_else_is_denied();
	other_numbers_and_machines_kill();
	no_process_gets_a_namespace();
	nobody_types_for_somebody_else();
	nobody_sets_limits_for_somebody_else();
	return checks_end();
}
