# One node, booted once, asked many questions.

load ../lib/load
load ../lib/disk
load ../lib/node

setup_file() { node_start_up; }
teardown_file() { node_end; }

# What the console says of the steps of stage $1: names in order.
steps_on_console() { console | sed -nE "s/.*holdfast: $1: step ([a-z]+) ok, [0-9]+ ms$/\1/p"; }

@test "console: every step of both tables, in order, each ok with its duration" {
	# The last step of the first stage does not return: it becomes the second.
	wanted=$(steps_of initramfs | grep -v '^switch$' | paste -sd' ')
	[ -n "$wanted" ] || fail "no steps found in init/boot.c"
	expect "the steps of the initramfs" "$(steps_on_console initramfs | grep -v '^switch$' | paste -sd' ')" "$wanted"
	expect "the steps of the root" "$(steps_on_console root | paste -sd' ')" "$(steps_of root | paste -sd' ')"
	console_has_not 'step [a-z]+ failed'
}

@test "console: version, root hash, address and how long the services took" {
	hash=$(cat "$(profile_dir test)/root.hash")
	console_has "holdfast: ready: version [0-9.]+\+test, slot A, root $hash"
	console_has 'holdfast: ready: node [^ ]+, address 10\.0\.2\.15/24 on eth0'
	console_has "$NODE_IS_UP"
}

@test "status.json: the same facts, for programs" {
	status=$(node_status .)
	expect "the state" "$(jq -r .state <<<"$status")" running
	expect "the slot" "$(jq -r .slot <<<"$status")" A
	expect "the root hash" "$(jq -r .root_hash <<<"$status")" "$(cat "$(profile_dir test)/root.hash")"
	expect "steps that are not ok" "$(jq -r '.steps[] | select(.result != "ok").name' <<<"$status")" ""
	expect "the services" "$(jq -r '[.services[] | select(.name == "runtime" or .name == "agent") | .state] | join(" ")' <<<"$status")" "ready ready"
	expect "the boot id" "$(jq -r .boot_id <<<"$status")" "$(on_node cat /proc/sys/kernel/random/boot_id)"
	expect_line "the addresses" "$(jq -r '.addresses[]' <<<"$status")" '^10\.0\.2\.15'
}

@test "holdfast status: the same facts, for a person" {
	said=$(on_node /usr/bin/holdfast status)
	expect_line "holdfast status" "$said" '^state +running$'
	expect_line "holdfast status" "$said" '^runtime +ready'
	expect_line "holdfast status" "$said" '^agent +ready'
}

@test "root: is the verity device, erofs, read-only" {
	expect_line "the mounts of process 1" "$(node_run cat /proc/1/mounts)" '^/dev/(dm-0|mapper/[^ ]+|root) / erofs ro,'
	expect "read-only" "$(node_run cat /sys/block/dm-0/ro)" 1
	slaves=$(node_run ls /sys/block/dm-0/slaves | paste -sd' ')
	expect "what it lies on" "$slaves" "vda2 vda3"
}

@test "root: what the node reads is root.erofs, byte for byte" {
	size=$(stat -c %s "$(profile_dir test)/root.erofs")
	sum=$(node_run "head -c $size /proc/1/root/dev/dm-0 | sha256sum")
	expect "the SHA-256 of the device" "${sum%% *-}" "$(sha256sum <"$(profile_dir test)/root.erofs" | cut -d' ' -f1)"
}

@test "root: nobody can write to it; state can be written to" {
	expect_refusal "a file in /usr" 'Read-only file system' node_run 'echo x >/proc/1/root/usr/new'
	expect_refusal "a file in /etc" 'Read-only file system' node_run 'echo x >/proc/1/root/etc/passwd'
	expect_refusal "the device" 'Operation not permitted' node_run 'dd if=/dev/zero of=/proc/1/root/dev/dm-0 bs=4096 count=1'
	node_run 'echo x >/proc/1/root/var/new && rm /proc/1/root/var/new'
}

@test "mounts: nosuid wherever somebody can write, nodev and noexec wherever nothing must be a device or run" {
	# The host's own mounts, not those of pods.
	mounts=$(node_run cat /proc/1/mounts | awk '$3 != "nsfs" && $2 !~ "^/(run/containerd|var/lib/(kubelet/pods|containerd))/"')
	while read -r _ target type options _; do
		case "$target,$options," in *,nosuid,* | /,ro,*) ;; *) fail "$target ($type) is not nosuid: $options"; return 1 ;; esac
		case $target in
		/dev | /dev/pts) ;;
		*) case ",$options," in *,nodev,*) ;; *) fail "$target ($type) is not nodev: $options"; return 1 ;; esac ;;
		esac
		case $target in
		/ | /var/lib/kubelet | /var/opt/cni) ;;
		*) case ",$options," in *,noexec,*) ;; *) fail "$target ($type) is not noexec: $options"; return 1 ;; esac ;;
		esac
	done <<<"$mounts"
	for target in / /proc /sys /dev /run /tmp /var /dev/shm /sys/fs/cgroup; do
		expect_line "the mounts" "$mounts" "^[^ ]+ $target "
	done
	expect_line "the mounts" "$mounts" '^[^ ]+ /var ext4 rw,'
}

@test "mounts: a program on the state partition doesn't run; the same on the root does" {
	# The probe's shell in the node's mount namespace has only the node's programs.
	node_run 'cp /proc/1/root/usr/bin/busybox /proc/1/root/var/busybox'
	expect_refusal "a program in /var" 'ermission denied' on_node /var/busybox true
	node_run 'rm /proc/1/root/var/busybox'
	on_node /usr/bin/busybox uname
}

# Programs outside of pods: path, once each. The kernel's threads have none.
host_programs() { host_processes exe | cut -d' ' -f2- | sort -u; }
host_programs_are() { expect "the programs" "$(host_programs | paste -sd' ')" "$1"; }

@test "processes: on the host only process 1, the runtime with its shims, the agent, the console and the DHCP helper" {
	# The runtime may just be doing something with a pod: what stays is what counts.
	wait_until "only these programs" 30 host_programs_are \
		"/usr/bin/busybox /usr/bin/containerd /usr/bin/containerd-shim-runc-v2 /usr/bin/kubelet /usr/sbin/console /usr/sbin/init"
	host_processes exe | sed -n 's,^\([0-9]*\) /usr/bin/busybox$,\1,p' >"$BATS_TEST_TMPDIR/busybox"
	expect "what busybox runs as" "$(host_processes comm | grep -wf "$BATS_TEST_TMPDIR/busybox" | cut -d' ' -f2)" udhcpc
}

@test "processes: none has a terminal" {
	processes=$(host_processes stat | sed 's/ (.*)//')
	expect_line "the processes" "$processes" '^1 '
	expect "processes with a terminal" "$(awk '$7 != 0' <<<"$processes")" ""
}

@test "processes: the DHCP helper has no more rights than it needs" {
	status=$(node_run 'cat /proc/$(pidof udhcpc)/status')
	expect "its capabilities" "$(sed -n 's/^CapEff:[[:space:]]*//p' <<<"$status")" 0000000000003400
	expect "whether it may get more" "$(sed -n 's/^NoNewPrivs:[[:space:]]*//p' <<<"$status")" 1
}

@test "process 1: at most 300 KiB of anonymous memory" {
	memory=$(node_run "sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' /proc/1/status")
	[ "$memory" -le 300 ] || fail "it has $memory KiB"
}

@test "process 1: signals from root's programs don't hurt it" {
	node_run 'for s in KILL STOP SEGV BUS ABRT FPE ILL TRAP HUP PIPE ALRM CHLD; do kill -$s 1; done'
	expect_line "holdfast status afterwards" "$(on_node /usr/bin/holdfast status)" '^state +running$'
	console_has_not 'process 1 has a fault|going down'
}

@test "cgroups: process 1 in a leaf of its own, all controllers on from the top, services in theirs" {
	expect "that of process 1" "$(node_run cat /proc/1/cgroup)" 0::/init
	host_processes exe | cut -d' ' -f1 >"$BATS_TEST_TMPDIR/programs" # and not threads of the kernel
	processes=$(host_processes cgroup | grep -wf "$BATS_TEST_TMPDIR/programs")
	expect_line "the programs' groups" "$processes" '^1 0::/init$'
	expect_no_line "the programs' groups" "$processes" ' 0::/$'
	controllers=$(node_run cat /proc/1/root/sys/fs/cgroup/cgroup.subtree_control)
	for controller in cpuset cpu io memory pids; do expect_line "the controllers" "${controllers// /$'\n'}" "^$controller$"; done
	expect "that of the runtime" "$(node_run 'cat /proc/$(pidof containerd)/cgroup')" 0::/system/runtime
	expect "that of the agent" "$(node_run 'cat /proc/$(pidof kubelet)/cgroup')" 0::/system/agent
	expect_line "that of the pod" "$(node_run 'cat /proc/$(pidof httpd)/cgroup')" '^0::/kubepods/'
}

@test "memory: services don't have process 1's protection from the OOM killer, and pods none" {
	expect "the runtime's" "$(node_run 'cat /proc/$(pidof containerd)/oom_score_adj')" -999
	score=$(node_run 'cat /proc/$(pidof httpd)/oom_score_adj')
	[ "$score" -ge 0 ] || fail "the pod has $score"
}

@test "ports: nothing of the host listens but on its own loopback" {
	sockets=$(node_run netstat -lntu)
	expect_line "the sockets" "$sockets" '^tcp .* 127\.0\.0\.1:[0-9]+ '
	open=$(awk '/^(tcp|udp)/ && $4 !~ /^(127\.|::1:)/ { print }' <<<"$sockets")
	expect "listening sockets" "$open" ""
}

# Whether the node takes a connection on its port $1 and says something to a request.
answers() { curl --silent --max-time 10 --output /dev/null "http://127.0.0.1:$(forwarded_port "$1")/"; }

@test "ports: nothing on port 22, while the pod's port answers" {
	answers 8080
	! answers 22 || fail "port 22 answers"
	greeting=$(timeout 10 socat -u "TCP:127.0.0.1:$(forwarded_port 22)" - 2>&1 </dev/null) || true
	expect_no_line "what port 22 says" "$greeting" SSH
}

@test "firewall: a port that the configuration doesn't open is closed, even if something listens" {
	node_run "(nc -l -p 9999 -e echo HTTP/1.0 200 >/dev/null 2>&1 &) ; until netstat -lnt | grep -q :9999; do :; done"
	! answers 9999 || fail "port 9999 answers from outside"
	node_run 'killall nc || true'
}

@test "firewall: the rules are loaded and drop by default" {
	rules=$(on_node /usr/sbin/nft list table inet holdfast)
	expect "chains that drop by default" "$(grep -c 'policy drop' <<<"$rules")" 2
}

@test "modules: no more can be loaded" {
	expect "modules_disabled" "$(node_run cat /proc/sys/kernel/modules_disabled)" 1
	expect_refusal "turning that back" 'Invalid argument' node_run 'echo 0 >/proc/sys/kernel/modules_disabled'
	expect_refusal "a module" 'Operation not permitted' node_run 'insmod $(find /proc/1/root/usr/lib/modules -name "*.ko*" | head -n1)'
}

@test "state: an ext4 file system on the last partition, as large as that" {
	line=$(node_run "df -k /proc/1/root/var" | tail -n1)
	expect_line "df" "$line" '^/dev/vda6 '
	expect_line "its label" "$(node_run "dd if=/proc/1/root/dev/vda6 bs=1 skip=1144 count=16 2>/dev/null")" '^holdfast-state'
}

@test "watchdog: there is one, and process 1 holds it" {
	console_has_not 'no watchdog on this machine'
	console_has_not 'watchdog did not stop' # what the kernel says when the initramfs' descriptor is closed
	expect_line "what process 1 has open" "$(node_run 'ls -l /proc/1/fd')" '/dev/watchdog'
}

@test "pod: its page shows the node's status" {
	expect_line "the page" "$(pod_page /)" '<html'
	expect "the root hash in its status.json" "$(pod_page /status.json | jq -r .root_hash)" "$(cat "$(profile_dir test)/root.hash")"
}

@test "pod: has no rights on the host" {
	status=$(node_run 'cat /proc/$(pidof httpd)/status')
	expect "its capabilities" "$(sed -n 's/^CapEff:[[:space:]]*//p' <<<"$status")" 0000000000000000
	expect "its user" "$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' <<<"$status")" 65534
	expect "its seccomp filter" "$(sed -n 's/^Seccomp:[[:space:]]*//p' <<<"$status")" 2
	expect "whether it may get more" "$(sed -n 's/^NoNewPrivs:[[:space:]]*//p' <<<"$status")" 1
}

# Last, because it fills the console: what is typed there is nothing to process 1.
@test "console: a flood of garbage, of commands and of breaks changes nothing" {
	before=$(host_programs | paste -sd' ')
	id=$(node_run cat /proc/sys/kernel/random/boot_id)
	for _ in {1..50}; do printf '\n\nroot\nroot\nsh\nreboot -f\n\003\004\032\034\033[A'; done | socat -u - "UNIX-CONNECT:$NODE/console.sock"
	head -c 100000 /dev/urandom | socat -u - "UNIX-CONNECT:$NODE/console.sock"
	for key in b c o; do
		qmp '{"execute":"chardev-send-break","arguments":{"id":"console"}}' >/dev/null
		console_type $key
	done
	wait_until "the same programs" 30 host_programs_are "$before"
	expect "the boot id afterwards" "$(node_run cat /proc/sys/kernel/random/boot_id)" "$id"
	pod_page >/dev/null
	console_has_not 'going down|[#$] $'
}

@test "process 1 made to fault: one line, and the machine restarts" {
	console_mark
	(on_node /usr/bin/holdfast test fault >/dev/null 2>&1 || true) 3>&- &
	node_wait_reboot 30
	expect "the lines about the fault" "$(console | grep -c 'holdfast: process 1 has a fault (signal 11): rebooting')" 1
	console_has_not 'Kernel panic'
}
