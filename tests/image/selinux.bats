# The SELinux policy, its labels in root.erofs, and that what breaks an invariant doesn't build.

load ../lib/load

setup_file() {
	export COMPILE=$TREE/rootfs/selinux/compile
	for profile in production demo test; do
		mkdir -p "$BATS_FILE_TMPDIR/$profile"
		fsck.erofs --extract="$BATS_FILE_TMPDIR/$profile" --overwrite --xattrs "$(profile_dir "$profile")/root.erofs" >/dev/null 2>&1 || true
	done
	export ROOT=$BATS_FILE_TMPDIR/production
}

# The type of each file below the folder $1: "PATH TYPE" a line.
types_of() {
	python3 - "$1" <<-'END'
		import os, sys
		top = sys.argv[1]
		for folder, folders, files in os.walk(top):
		    for name in [""] + files + [f for f in folders if os.path.islink(os.path.join(folder, f))]:
		        path = os.path.join(folder, name).rstrip("/")
		        label = os.getxattr(path, "security.selinux", follow_symlinks=False).decode().rstrip("\0")
		        user, role, kind, level = label.split(":")
		        assert (user, role, level) == ("system_u", "object_r", "s0"), (path, label)
		        print(path[len(top):] or "/", kind)
	END
}

needs_labels() {
	touch "$BATS_TEST_TMPDIR/try"
	python3 -c 'import os, sys; os.setxattr(sys.argv[1], "security.selinux", b"x")' "$BATS_TEST_TMPDIR/try" 2>/dev/null ||
		skip "only root of this machine may write such labels"
}

policy_of() { echo "$BATS_FILE_TMPDIR/$1/etc/selinux/holdfast/policy/policy.33"; }

# The head of the binary policy $1, as libsepol's and the kernel's policydb.c have it.
head_of_policy() {
	python3 - "$1" <<-'END'
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		magic, length = struct.unpack_from("<II", data, 0)
		at = 8 + length
		version, config, symbols, contexts = struct.unpack_from("<IIII", data, at)
		at += 16
		for name in "capabilities", "permissive":
		    unit, bits, nodes = struct.unpack_from("<III", data, at)
		    at += 12 + 12 * nodes
		    print(name, bits)
		print("version", version)
		print("mls", config & 1)
		print("unknown", {0: "deny", 2: "reject", 4: "allow"}[config & 6])
	END
}

@test "policy: version 33, categories, unknown classes rejected, no permissive domain" {
	for profile in production demo test; do
		said=$(head_of_policy "$(policy_of $profile)")
		expect_line "$profile" "$said" '^version 33$'
		expect_line "$profile" "$said" '^mls 1$'
		expect_line "$profile" "$said" '^unknown reject$'
		expect_line "$profile" "$said" '^permissive 0$'
	done
}

@test "policy: that reading finds a permissive domain" {
	echo '(typepermissive container_t)' >"$BATS_TEST_TMPDIR/permissive.cil"
	"$COMPILE" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/permissive.cil"
	said=$(head_of_policy "$BATS_TEST_TMPDIR/policy.33")
	expect_line "the policy" "$said" '^permissive [1-9]'
}

@test "policy: smaller than 128 KiB" {
	[ "$(stat -c %s "$(policy_of production)")" -lt 131072 ] || fail "it has $(stat -c %s "$(policy_of production)") bytes"
}

@test "policy: the probe's domain is only in the profile test's" {
	grep -aq probe_t "$(policy_of test)" || fail "the profile test has no probe_t"
	for profile in production demo; do
		! grep -aq probe "$(policy_of $profile)" || fail "$profile has the probe's domain"
	done
	cmp "$(policy_of production)" "$(policy_of demo)"
}

@test "policy: each service and helper has a domain that process 1 may enter" {
	for file in "$BATS_FILE_TMPDIR"/test/etc/holdfast/{services,helpers}/*.conf; do
		domain=$(sed -n 's/^domain = //p' "$file")
		grep -q "^(allow init_t $domain become)$" "$TREE/rootfs/selinux/host.cil" || fail "$file: domain '$domain'"
	done
}

@test "labels: programs of the root, each by what it is; all else is root_t" {
	needs_labels
	expect "the labels" "$(types_of "$ROOT" | grep -v ' root_t$' | sort | sed -E 's,(/usr/lib/nft/).*,\1… program_t,' | uniq)" "$(sort <<-'END'
		/usr/bin/busybox program_t
		/usr/bin/containerd runtime_exec_t
		/usr/bin/containerd-shim-runc-v2 shim_exec_t
		/usr/bin/crun launcher_exec_t
		/usr/bin/kubelet agent_exec_t
		/usr/bin/mount program_t
		/usr/bin/umount program_t
		/usr/lib/nft/… program_t
		/usr/libexec/cni/bridge cni_exec_t
		/usr/libexec/cni/host-local cni_exec_t
		/usr/libexec/cni/portmap cni_exec_t
		/usr/sbin/console console_exec_t
		/usr/sbin/e2fsck filesystem_tool_exec_t
		/usr/sbin/init init_exec_t
		/usr/sbin/mke2fs filesystem_tool_exec_t
		/usr/sbin/nft program_t
	END
	)"
	expect "files without a label of their own" "$(types_of "$ROOT" | grep -c ' root_t$')" \
		"$(($(wc -l <"$BUILD/root.files") + 1 - $(types_of "$ROOT" | grep -vc ' root_t$')))"
}

@test "labels: the profile test differs from the demo by the probe's program" {
	needs_labels
	types_of "$BATS_FILE_TMPDIR/demo" | sort >"$BATS_TEST_TMPDIR/demo"
	types_of "$BATS_FILE_TMPDIR/test" | sort >"$BATS_TEST_TMPDIR/test"
	expect "what differs" "$(comm -13 "$BATS_TEST_TMPDIR/demo" "$BATS_TEST_TMPDIR/test" | grep -v ' root_t$')" \
		"/usr/libexec/holdfast/probe/busybox probe_exec_t"
}

# ---- the invariants ----

# Rules that break one: the invariant's name, and the rule.
broken_rules() {
	cat <<-'END'
		policy-is-final	(allow init_t selinuxfs_t (security (load_policy)))
		policy-is-final	(allow init_t selinuxfs_t (security (setenforce)))
		policy-is-final	(allow runtime_t selinuxfs_t (security (setbool)))
		only-init-loads-modules	(allow runtime_t self (capability (sys_module)))
		only-init-loads-modules	(allow container_privileged_t root_t (system (module_load)))
		only-init-loads-modules	(allow init_t var_t (system (module_load)))
		only-init-maps-devices	(allow container_privileged_t dm_control_t (chr_file (open)))
		only-init-maps-devices	(allow init_t dm_control_t (chr_file (open)))
		only-init-maps-devices	(allow agent_t dm_control_t (chr_file (ioctl)))
		only-init-reboots	(allow launcher_t self (capability (sys_boot)))
		host-runs-the-root	(allow runtime_t cni_plugin_t (file (execute_no_trans)))
		host-runs-the-root	(allow agent_t container_file_t (file (execute_no_trans)))
		host-runs-the-root	(allow init_t var_t (file (execute_no_trans)))
		host-runs-the-root	(allow cni_t container_file_t (file (execute_no_trans)))
		host-runs-the-root	(allow runtime_t runtime_exec_t (file (execute_no_trans)))
		host-runs-the-root	(allow launcher_t program_t (file (execute_no_trans)))
		host-runs-the-root	(allow kernel_t program_t (file (execute)))
		host-runs-the-root	(allow runtime_t shim_t (process2 (nosuid_transition)))
		host-runs-the-root	(allow runtime_t session_t (process2 (nosuid_transition)))
		host-runs-the-root	(allow container_privileged_t runtime_t (process (transition)))
		host-runs-the-root	(allow launcher_t container_t (process (dyntransition)))
		nobody-writes-programs	(allow init_t program_t (file (write)))
		nobody-writes-programs	(allow runtime_t init_exec_t (file (relabelto)))
		containers-stay-out	(allow container_t runtime_t (unix_stream_socket (connectto)))
		containers-stay-out	(allow container_privileged_t init_t (process (signal)))
		containers-stay-out	(allow container_privileged_t init_t (process (ptrace)))
		containers-stay-out	(allow container_privileged_t runtime_run_t (sock_file (write)))
		containers-stay-out	(allow container_privileged_t agent_state_t (file (open)))
		containers-stay-out	(allow container_t agent_t (unix_stream_socket (connectto)))
		containers-leave-the-kernel	(allow container_privileged_t self (capability (mknod)))
		containers-leave-the-kernel	(allow container_privileged_t system_disk_t (blk_file (open)))
		containers-leave-the-kernel	(allow container_privileged_t sysctl_t (file (write)))
		containers-leave-the-kernel	(allow container_t self (bpf (prog_load)))
		containers-leave-the-kernel	(allow container_t self (user_namespace (create)))
		containers-leave-the-kernel	(allow container_privileged_t state_fs_t (filesystem (mount)))
		containers-leave-the-kernel	(allow container_privileged_t cgroup_t (file (write)))
		containers-leave-the-kernel	(allow container_privileged_t firmware_t (file (open)))
		containers-leave-the-kernel	(allow container_privileged_t kernel_memory_t (file (read)))
		containers-leave-the-kernel	(allow container_privileged_t console_device_t (chr_file (open)))
		containers-leave-the-kernel	(allowx container_t container_file_t (ioctl chr_file (0x5412)))
		containers-leave-the-kernel	(allowx container_privileged_t devpts_t (ioctl chr_file (0x541d)))
		pods-are-apart	(type loose_t) (typeattributeset container_domain (loose_t))
		session-looks	(allow session_t init_t (process (sigkill)))
		session-looks	(allow session_t sysctl_t (file (write)))
		session-looks	(allow session_t system_disk_t (blk_file (write)))
		session-looks	(allow session_t console_log_t (file (unlink)))
		session-looks	(allow session_t firmware_t (file (open)))
		session-looks	(allow session_t container_t (process (ptrace)))
	END
}

@test "invariants: each rule that breaks one fails the build; a harmless one doesn't" {
	mkdir "$BATS_TEST_TMPDIR/out"
	echo '(allow container_t pod_device_t (chr_file (getattr)))' >"$BATS_TEST_TMPDIR/rule.cil"
	"$COMPILE" "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/rule.cil"
	while IFS=$'\t' read -r name rule; do
		echo "$rule" >"$BATS_TEST_TMPDIR/rule.cil"
		expect_refusal "$name: $rule" 'neverallowx? check failed' "$COMPILE" "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/rule.cil"
	done < <(broken_rules)
}

@test "invariants: the page and the policy name the same, and each is tried" {
	in_policy=$(sed -n 's/^; \([a-z]*-[a-z-]*[a-z]\)\(:.*\)\{0,1\}$/\1/p' "$TREE/rootfs/selinux/invariants.cil" | sort -u)
	expect "those of the page" "$(sed -n 's/^| `\([a-z]*-[a-z-]*\)` |.*/\1/p' "$TREE/rootfs/selinux/README.md" | sort -u)" "$in_policy"
	expect "those tried" "$( (broken_rules | cut -f1; echo no-permissive) | sort -u)" "$in_policy"
}
