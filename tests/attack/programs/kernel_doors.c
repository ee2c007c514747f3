/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces through which the kernel has been attacked most, or that change it. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- BPF ---- */

static int bpf(int command, union bpf_attr *attributes)
{
	long fd = syscall(SYS_bpf, command, attributes, sizeof(*attributes));

	if (fd > 0)
		close((int)fd);
	return result_of(fd);
}

static int bpf_map(const char *argument)
{
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};

	(void)argument;
	return bpf(BPF_MAP_CREATE, &map);
}

static int load_program(unsigned int type, const struct bpf_insn *code, unsigned int length)
{
	union bpf_attr program = {
		.prog_type = type,
		.insn_cnt = length,
		.insns = (uintptr_t)code,
		.license = (uintptr_t)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &program);
}

static const struct bpf_insn return_zero[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static int bpf_program(const char *type)
{
	return load_program((unsigned int)atoi(type), return_zero, 2);
}

/* Calls a helper with the address of its own stack. argument: type of the program, number of the helper. */
static int bpf_helper(const char *argument)
{
	char *rest;
	unsigned int type = (unsigned int)strtoul(argument, &rest, 10);
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_1, .imm = -8 },
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = -8, .imm = 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = 0 },
		{ .code = BPF_JMP | BPF_CALL, .imm = (int)strtol(rest, NULL, 10) },
		return_zero[0],
		return_zero[1],
	};

	return load_program(type, code, sizeof(code) / sizeof(code[0]));
}

static int bpf_list(const char *argument)
{
	union bpf_attr next = { 0 };
	int result = bpf(BPF_PROG_GET_NEXT_ID, &next);

	(void)argument;
	/* None after this: it was answered all the same. */
	return result == -ENOENT ? 0 : result;
}

/* ---- perf ---- */

static int perf(const char *argument)
{
	struct perf_event_attr event = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(event),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.exclude_kernel = strchr(argument, 'k') == NULL,
		.exclude_hv = 1,
	};
	bool all = strchr(argument, 'a') != NULL;
	long fd = syscall(SYS_perf_event_open, &event, all ? -1 : 0, all ? 0 : -1, -1, 0);

	if (fd >= 0)
		close((int)fd);
	return result_of(fd);
}

/* ---- io_uring, userfaultfd, fanotify, secret memory ---- */

static int io_uring(const char *argument)
{
	char parameters[120] = { 0 };

	(void)argument;
	return result_of(syscall(SYS_io_uring_setup, 1, parameters));
}

static int user_faults(const char *flags)
{
	return result_of(syscall(SYS_userfaultfd, atoi(flags)));
}

static int watch_files(const char *flags)
{
	return result_of(syscall(SYS_fanotify_init, strtoul(flags, NULL, 16), O_RDONLY));
}

/* ---- keys ---- */

static int add_key(const char *keyring)
{
	return result_of(syscall(SYS_add_key, "user", "attack", "x", 1, atoi(keyring)));
}

static int request_key(const char *argument)
{
	return result_of(syscall(SYS_request_key, "user", argument, NULL, KEY_SPEC_SESSION_KEYRING));
}

static int keyctl(const char *argument)
{
	char *rest;
	long operation = strtol(argument, &rest, 10);

	return result_of(
		syscall(SYS_keyctl, operation, strtol(rest, NULL, 10), KEY_SPEC_SESSION_KEYRING, 0, 0));
}

/* ---- code into the kernel ---- */

static int kexec(const char *argument)
{
	(void)argument;
	return result_of(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

static int kexec_file(const char *argument)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)argument;
	return result_of(syscall(SYS_kexec_file_load, file, -1, 0, "", 0));
}

static int insert_module(const char *argument)
{
	static const char nothing[64];

	(void)argument;
	return result_of(syscall(SYS_init_module, nothing, sizeof(nothing), ""));
}

static int insert_file(const char *argument)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)argument;
	return result_of(syscall(SYS_finit_module, file, "", 0));
}

static int remove_module(const char *name)
{
	return result_of(syscall(SYS_delete_module, name, O_NONBLOCK));
}

/* The kernel would load a module by an alias that a process chooses. A family that there is no module for. */
static int request_module(const char *family)
{
	return result_of(socket(atoi(family), SOCK_STREAM, 0));
}

/* ---- the kernel's log ---- */

static int read_log(const char *action)
{
	char buffer[256];

	return result_of(klogctl(atoi(action), buffer, sizeof(buffer)));
}

static int write_log(const char *name)
{
	int error = 0;
	const char *path = device_path(name, &error);

	return path ? try_write(path, "<6>a container writes to the kernel's log\n") : error;
}

/* ---- the processor ---- */

static int io_level(const char *argument)
{
	(void)argument;
	return result_of(syscall(SYS_iopl, 3));
}

static int io_ports(const char *argument)
{
	(void)argument;
	return result_of(syscall(SYS_ioperm, 0x80, 1, 1));
}

static int local_descriptors(const char *argument)
{
	char entry[16] = { 0 };

	(void)argument;
	return result_of(syscall(SYS_modify_ldt, 1, entry, sizeof(entry)));
}

static int old_personality(const char *flags)
{
	return result_of(personality(strtoul(flags, NULL, 16)));
}

static int map_zero(const char *argument)
{
	(void)argument;
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? -errno : 0;
}

static int call_x32(const char *argument)
{
	(void)argument;
	return result_of(syscall(0x40000000 | SYS_getpid));
}

/* A call of 32-bit programs: getpid is 20 there. */
static int call_i386(const char *argument)
{
	long result;

	(void)argument;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "r8", "r9", "r10", "r11", "memory");
	return result < 0 ? (int)result : 0;
}

static int real_time(const char *argument)
{
	struct sched_param parameter = { .sched_priority = 1 };

	(void)argument;
	/* Not musl's sched_setscheduler: it does nothing. */
	return result_of(syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter));
}

/* Files that exist in memory only: code that no file system's noexec holds up. */
static int run_from_memory(const char *argument)
{
	int file = (int)syscall(SYS_memfd_create, argument, 1);

	if (file < 0)
		return -errno;
	/* Not a program: ENOEXEC says that it would have been run. */
	if (write(file, "none", 4) != 4 || fchmod(file, 0755) < 0)
		return -errno;
	char *const words[] = { (char *)"none", NULL };

	return result_of(syscall(SYS_execveat, file, "", words, words, AT_EMPTY_PATH));
}

const struct attempt kernel_doors[] = {
	{ "bpf-map", bpf_map, NULL, "" },
	{ "bpf-socket", bpf_program, "1", "a socket filter" },
	{ "bpf-kprobe", bpf_program, "2", "a program for a kprobe" },
	{ "bpf-tracepoint", bpf_program, "5", "" },
	{ "bpf-xdp", bpf_program, "6", "" },
	{ "bpf-cgroup-dev", bpf_program, "15", "the program that rules which devices a cgroup may open" },
	{ "bpf-lsm", bpf_program, "29", "" },
	{ "bpf-list", bpf_list, NULL, "others' programs" },
	{ "perf-own", perf, "", "counting oneself" },
	{ "perf-kernel", perf, "k", "... in the kernel" },
	{ "perf-all", perf, "a", "others" },
	{ "io-uring", io_uring, NULL, "" },
	{ "userfaultfd", user_faults, "0", "" },
	{ "userfaultfd-usr", user_faults, "1", "... for faults of user space only" },
	{ "fanotify", watch_files, "0", "" },
	{ "fanotify-perm", watch_files, "4", "deciding over others' opens" },
	{ "key-session", add_key, "-3", "add_key, in the session's keyring" },
	{ "key-user", add_key, "-4", "... in the user's, which others of the same number share" },
	{ "key-request", request_key, "attack", "request_key" },
	{ "key-persistent", keyctl, "22 0", "root's persistent keyring" },
	{ "key-join", keyctl, "1 0", "a session keyring of one's own" },
	{ "key-link-user", keyctl, "8 -4", "the user's keyring linked to the session" },
	{ "kexec-load", kexec, NULL, "" },
	{ "kexec-file", kexec_file, NULL, "" },
	{ "init-module", insert_module, NULL, "" },
	{ "finit-module", insert_file, NULL, "" },
	{ "delete-module", remove_module, "virtio_net", "" },
	{ "module-by-alias", request_module, "21", "a module that the kernel would look for" },
	{ "log-read", read_log, "3", "syslog(2)" },
	{ "log-clear", read_log, "5", "" },
	{ "log-level", read_log, "7", "" },
	{ "kmsg-read", try_device_read, "kmsg", "/dev/kmsg" },
	{ "kmsg-write", write_log, "kmsg", "lines that look like the kernel's" },
	{ "iopl", io_level, NULL, "" },
	{ "ioperm", io_ports, NULL, "" },
	{ "modify-ldt", local_descriptors, NULL, "" },
	{ "personality", old_personality, "0040000", "ADDR_NO_RANDOMIZE" },
	{ "personality-exe", old_personality, "0400000", "READ_IMPLIES_EXEC" },
	{ "map-zero", map_zero, NULL, "memory at address 0" },
	{ "x32-call", call_x32, NULL, "" },
	{ "i386-call", call_i386, NULL, "" },
	{ "real-time", real_time, NULL, "a process that nobody interrupts" },
	{ "memory-exec", run_from_memory, "attack", "memfd_create and execveat" },
	{ 0 },
};

/* What the lockdown table uses, too. */
int attack_bpf_helper(const char *argument);
int attack_bpf_helper(const char *argument)
{
	return bpf_helper(argument);
}
