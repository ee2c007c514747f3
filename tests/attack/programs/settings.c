/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the kernel that concern the whole node. */
#include "attack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

/* A process with capabilities mounts the hierarchy of an old controller and names a program. */
static int release_agent(const char *controller)
{
	if (mount("cgroup", MOUNT_POINT, "cgroup", 0, controller) < 0)
		return -errno;
	int result = try_write_back(MOUNT_POINT "/release_agent");

	umount2(MOUNT_POINT, MNT_DETACH);
	return result;
}

static int file_handler(const char *argument)
{
	(void)argument;
	if (mount("binfmt_misc", MOUNT_POINT, "binfmt_misc", 0, NULL) < 0)
		return -errno;
	int result = try_write(MOUNT_POINT "/register", "nonsense");

	umount2(MOUNT_POINT, MNT_DETACH);
	return result;
}

/* /proc/sys is read-only in a container: a mount of one's own would not be. */
static int fresh_proc(const char *argument)
{
	(void)argument;
	if (mount("proc", MOUNT_POINT, "proc", 0, NULL) < 0)
		return -errno;
	int result = try_write_back(MOUNT_POINT "/sys/kernel/core_pattern");

	umount2(MOUNT_POINT, MNT_DETACH);
	return result;
}

static int remount_proc(const char *argument)
{
	(void)argument;
	return result_of(mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL));
}

/* The first entry of a folder that has one. */
static int read_any_raw(const char *folder)
{
	char path[PATH_MAX];
	DIR *list = opendir(folder);
	const struct dirent *entry;

	if (!list)
		return -errno;
	do {
		entry = readdir(list);
	} while (entry && entry->d_name[0] == '.');
	snprintf(path, sizeof(path), "%s/%s/raw", folder, entry ? entry->d_name : "");
	closedir(list);
	return try_read(path);
}

#define KERNEL(name) "/proc/sys/kernel/" name

const struct attempt settings[] = {
	{ "core-pattern", try_write_back, KERNEL("core_pattern"), "a program that gets core dumps" },
	{ "core-pipe", try_write_back, KERNEL("core_pipe_limit"), "" },
	{ "modprobe-path", try_write_back, KERNEL("modprobe"), "the program that loads modules" },
	{ "poweroff-cmd", try_write_back, KERNEL("poweroff_cmd"), "the program that switches off" },
	{ "uevent-helper", try_write_back, "/sys/kernel/uevent_helper", "the program that hears of devices" },
	{ "hotplug", try_write_back, KERNEL("hotplug"), "... by its older name" },
	{ "release-named", release_agent, "none,name=attack", "the program of an empty cgroup (version 1)" },
	{ "release-freezer", release_agent, "freezer", "... of a controller of version 1" },
	{ "binfmt-register", file_handler, NULL, "a program that runs others' programs" },
	{ "proc-mount", fresh_proc, NULL, "core_pattern by another mount of proc" },
	{ "proc-sys-remount", remount_proc, NULL, "/proc/sys writable again" },
	{ "sysrq-trigger", try_nonsense, "/proc/sysrq-trigger", "kill, crash, reboot" },
	{ "sysrq-mask", try_write_back, KERNEL("sysrq"), "" },
	{ "modules-unseal", try_write_back, KERNEL("modules_disabled"), "modules again" },
	{ "ptrace-scope", try_write_back, KERNEL("yama/ptrace_scope"), "" },
	{ "dmesg-restrict", try_write_back, KERNEL("dmesg_restrict"), "" },
	{ "kptr-restrict", try_write_back, KERNEL("kptr_restrict"), "" },
	{ "bpf-disabled", try_write_back, KERNEL("unprivileged_bpf_disabled"), "" },
	{ "perf-paranoid", try_write_back, KERNEL("perf_event_paranoid"), "" },
	{ "aslr", try_write_back, KERNEL("randomize_va_space"), "" },
	{ "panic", try_write_back, KERNEL("panic"), "" },
	{ "oops-limit", try_write_back, KERNEL("oops_limit"), "" },
	{ "pid-max", try_write_back, KERNEL("pid_max"), "" },
	{ "threads-max", try_write_back, KERNEL("threads-max"), "" },
	{ "keys-quota", try_write_back, KERNEL("keys/root_maxkeys"), "" },
	{ "printk-level", try_write_back, KERNEL("printk"), "" },
	{ "hostname-sysctl", try_write_back, KERNEL("hostname"), "the name of the uts namespace" },
	{ "shm-sysctl", try_write_back, KERNEL("shmmax"), "a setting of the ipc namespace" },
	{ "userns-clone", try_write_back, KERNEL("unprivileged_userns_clone"), "" },
	{ "userns-max", try_write_back, "/proc/sys/user/max_user_namespaces", "" },
	{ "mmap-min-addr", try_write_back, "/proc/sys/vm/mmap_min_addr", "" },
	{ "drop-caches", try_nonsense, "/proc/sys/vm/drop_caches", "" },
	{ "overcommit", try_write_back, "/proc/sys/vm/overcommit_memory", "" },
	{ "memory-failure", try_nonsense, "/sys/devices/system/memory/hard_offline_page",
	 "make memory unusable" },
	{ "suid-dumpable", try_write_back, "/proc/sys/fs/suid_dumpable", "" },
	{ "symlinks", try_write_back, "/proc/sys/fs/protected_symlinks", "" },
	{ "file-max", try_write_back, "/proc/sys/fs/file-max", "" },
	{ "ip-forward", try_write_back, "/proc/sys/net/ipv4/ip_forward",
	 "a setting of the network namespace" },
	{ "bpf-jit-harden", try_write_back, "/proc/sys/net/core/bpf_jit_harden", "" },
	{ "bridge-filter", try_write_back, "/proc/sys/net/bridge/bridge-nf-call-iptables",
	 "pods past the filter" },
	{ "power-state", try_nonsense, "/sys/power/state", "suspend" },
	{ "power-disk", try_nonsense, "/sys/power/disk", "" },
	{ "cpu-offline", try_write_back, "/sys/devices/system/cpu/cpu1/online", "" },
	{ "cpu-smt", try_nonsense, "/sys/devices/system/cpu/smt/control", "" },
	{ "thp", try_write_back, "/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "" },
	{ "block-remove", try_nonsense, "/sys/block/vda/queue/scheduler", "the disk's scheduler" },
	{ "slab", try_nonsense, "/sys/kernel/slab/task_struct/validate", "" },
	{ "profiling", try_nonsense, "/sys/kernel/profiling", "" },
	{ "driver-bind", try_nonsense, "/sys/bus/pci/drivers/virtio-pci/unbind", "take a device away" },
	{ "driver-override", try_nonsense, "/sys/bus/pci/rescan", "" },
	{ "acpi-table", try_read, "/sys/firmware/acpi/tables/DSDT", "firmware tables" },
	{ "dmi-serial", try_read, "/sys/class/dmi/id/product_uuid", "what names the machine" },
	{ "fw-cfg", read_any_raw, "/sys/firmware/qemu_fw_cfg/by_key",
	 "the machine's configuration, with its secrets" },
	{ "smbios", try_read, "/sys/firmware/dmi/tables/DMI", "... that comes by SMBIOS" },
	{ "smbios-strings", read_any_raw, "/sys/firmware/dmi/entries", "" },
	{ "kallsyms", try_read, "/proc/kallsyms", "" },
	{ "config-gz", try_read, "/proc/config.gz", "the kernel's configuration: not secret" },
	{ "timer-list", try_read, "/proc/timer_list", "" },
	{ "sched-debug", try_read, "/sys/kernel/debug/sched/debug", "" },
	{ "keys", try_read, "/proc/keys", "" },
	{ "slabinfo", try_read, "/proc/slabinfo", "" },
	{ "vmallocinfo", try_read, "/proc/vmallocinfo", "" },
	{ "pagetypeinfo", try_read, "/proc/pagetypeinfo", "" },
	{ "kpagecount", try_read, "/proc/kpagecount", "" },
	{ "pagemap", try_read, "/proc/self/pagemap", "physical addresses" },
	{ "iomem", try_read, "/proc/iomem", "" },
	{ "kcore", try_read, "/proc/kcore", "the kernel's memory" },
	{ "interrupts", try_read, "/proc/interrupts", "" },
	{ "mtrr", try_nonsense, "/proc/mtrr", "memory types" },
	{ "irq-affinity", try_write_back, "/proc/irq/default_smp_affinity", "" },
	{ "oom-adjust", try_write_back, "/proc/self/oom_score_adj",
	 "the same value, which everybody may write" },
	{ 0 },
};
