# The running kernel: how hard it is, that it stays so, and that it can do what container hosts must (kernel-config/).
# What can be seen without booting: image/kernel.

load ../lib/load
load ../lib/disk
load ../lib/node

setup_file() {
	node_start_up
	start_pods "$TREE/tests/boot/user-namespace.yaml"
}

teardown_file() { node_end; }

# Runs kernel-config/hardening over what sysctl -a said ($1).
hardening() {
	printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/sysctls" # the checker wants a file, not a pipe
	"$TREE/kernel-config/hardening" "$BUILD/kernel.config" "$TREE/kernel-config/hardening.expected" "$BATS_TEST_TMPDIR/sysctls"
}

@test "hardening: at least 335 of 352, and what is wanting is what the table explains" {
	said=$(sysctls)
	expect_line "what the node says" "$said" '^kernel\.printk = '
	expect_line "what the node says" "$said" '^kernel\.cad_pid = 1$'
	hardening "$said"
}

@test "lockdown: confidentiality, and nobody lowers it" {
	expect "lockdown" "$(node_run 'cat /proc/1/root/sys/kernel/security/lockdown')" 'none integrity [confidentiality]'
	expect_refusal "another level" 'not permitted|ermission denied|nvalid' node_run 'echo none >/proc/1/root/sys/kernel/security/lockdown'
	expect_line "the kernel's log" "$(node_run dmesg)" 'Kernel is locked down from Kernel configuration'
}

@test "modules: loading them is over, and LoadPin held them to the root" {
	expect "modules_disabled" "$(node_run cat /proc/sys/kernel/modules_disabled)" 1
	expect "LoadPin's switch" "$(node_run cat /proc/sys/kernel/loadpin/enforce)" 1
	# Pinned to a read-only device: the kernel itself takes no other value.
	expect_refusal "LoadPin off" 'nvalid argument|ermission denied' node_run 'echo 0 >/proc/sys/kernel/loadpin/enforce'
	console_has 'holdfast: root: kernel files come from the root only$'
	expect_line "the kernel's log" "$(node_run dmesg)" 'LoadPin: dm-0 \([0-9]+:0\): read-only'
	expect_line "the kernel's log" "$(node_run dmesg)" 'LoadPin: security-policy pinned obj="/etc/holdfast/loadpin"'
}

@test "LSMs: all, lockdown first" {
	expect "the LSMs" "$(node_run cat /proc/1/root/sys/kernel/security/lsm)" lockdown,capability,landlock,yama,loadpin,selinux
}

@test "the command line is the compiled-in one" {
	wanted=$(sed -n 's/^CONFIG_CMDLINE="\(.*\)"$/\1/p' "$BUILD/kernel.config")
	expect "the command line" "$(node_run cat /proc/cmdline)" "$wanted"
}

@test "no kernel interface of another kind: no debugfs, no kcore, no kallsyms, no kexec, no sysrq" {
	for path in /proc/kcore /proc/kallsyms /proc/sysrq-trigger /dev/mem /dev/kmem /dev/port /sys/kernel/uevent_helper \
		/sys/kernel/kexec_loaded /proc/sys/kernel/kexec_load_disabled; do
		expect_refusal "$path" 'No such file' node_run "ls -d /proc/1/root$path"
	done
	node_run 'ls -d /proc/1/root/proc/cmdline /proc/1/root/dev/kmsg /proc/1/root/sys/kernel/rcu_expedited' # what is there is found
	list=$(node_run cat /proc/filesystems)
	expect_line "the file systems" "$list" 'ext4$'
	expect_no_line "the file systems" "$list" 'debugfs|tracefs|binfmt_misc'
}

@test "ptrace: only with CAP_SYS_PTRACE" {
	expect "root's attempt" "$(node_run contract attach 0)" 'ok: attached'
	expect_refusal "another user's attempt" 'attach to a sister process: Operation not permitted' node_run contract attach 65534
}

@test "contract: AIO: a file is read by it" {
	expect_line "contract aio" "$(node_run contract aio)" '^ok: 16 bytes, ELF'
}

@test "contract: rseq: the kernel takes a restartable sequence" {
	expect_line "contract rseq" "$(node_run contract rseq)" '^ok: on processor [0-9]+'
}

@test "contract: user namespaces: root makes them, nobody else does" {
	expect "root's attempt" "$(node_run contract namespace 0)" 'ok: a user namespace'
	expect_refusal "another user's attempt" 'user namespace: Operation not permitted' node_run contract namespace 65534
}

# The process id of the shell in the pod of user-namespace.yaml, whose command line says so.
user_namespace_pod() {
	local found
	found=$(node_run "grep -als '[i]n-a-user-namespace' /proc/[0-9]*/cmdline" | cut -d/ -f3)
	[ -n "$found" ] && echo "$found"
}

@test "contract: a pod with hostUsers: false runs: its root is nobody on the host, and owns its volume" {
	pid=$(wait_until "the pod" 90 user_namespace_pod)
	map=$(node_run "cat /proc/$pid/uid_map")
	read -r inside outside count <<<"$map"
	expect "the first user in the pod" "$inside" 0
	[ "$outside" -ge 65536 ] || fail "the pod's root is user $outside of the host: $map"
	[ "$count" -ge 65536 ] || fail "the pod has only $count users"
	expect "its user on the host" "$(node_run "sed -n 's/^Uid:[^0-9]*\([0-9]*\).*/\1/p' /proc/$pid/status")" "$outside"
	expect "whom it took itself for, in its volume" \
		"$(node_run "cat /proc/1/root/var/lib/kubelet/pods/*/volumes/kubernetes.io~empty-dir/user-namespace/user")" 0
}

@test "contract: device control: an ordinary pod's cgroup opens /dev/null and not /dev/kmsg; a privileged one opens both" {
	cgroup=/proc/1/root/sys/fs/cgroup$(node_run 'cat /proc/$(pidof httpd)/cgroup' | cut -d: -f3)
	expect "null in the pod's cgroup" "$(node_run "contract device 1 3 $cgroup")" 'ok: opened'
	expect_refusal "kmsg in the pod's cgroup" 'open the device: Operation not permitted' node_run "contract device 1 11 $cgroup"
	expect "kmsg in the probe's cgroup" "$(node_run "contract device 1 11 .")" 'ok: opened'
}

@test "contract: a mounted ext4 grows, and its device can be opened for writing" {
	node_run 'mkdir -p /tmp; dd if=/dev/zero of=/tmp/volume bs=1M count=16 2>/dev/null'
	node_run '/proc/1/root/usr/sbin/mke2fs -q -t ext4 /tmp/volume'
	node_run 'dd if=/dev/zero of=/tmp/volume bs=1M seek=63 count=1 conv=notrunc 2>/dev/null'
	said=$(node_run contract grow /tmp/volume /tmp/mounted)
	expect_line "contract grow" "$said" '^ok: from 1[0-9] to [56][0-9] MiB$'
	node_run 'rm /tmp/volume'
}

# Last: the agent has run meanwhile, pods were started, and the trials above took place. (After ten minutes: long/sysctls.)
@test "sysctls: each line of the root's file is still what the kernel has" {
	sysctls_unchanged
}
