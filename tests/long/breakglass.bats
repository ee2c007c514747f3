# A node with break-glass keys and a TPM: getting in over its serial line with the real ssh-keygen.
# shellcheck disable=SC2001,SC2016 # text for sed; what the session expands

load ../lib/load
load ../lib/node
load ../lib/disk
load ../lib/breakglass

KEYS=$BUILD/test-keys

start() {
	node_start --profile test --tpm yes --disk "$BATS_FILE_TMPDIR/disk.qcow2"
	wait_for_console "$NODE_IS_UP" 180
	wait_for_probe
}

setup_file() {
	disk_overlay "$(profile_dir test)/holdfast.raw" "$BATS_FILE_TMPDIR/disk.qcow2"
	start
	echo "$NODE" >"$BATS_FILE_TMPDIR/node"
	echo "$NODE_PID" >"$BATS_FILE_TMPDIR/pid"
}

# A test may have started the node anew.
setup() {
	NODE=$(<"$BATS_FILE_TMPDIR/node") NODE_PID=$(<"$BATS_FILE_TMPDIR/pid")
	line_is "$NODE/console.sock" "$NODE/console.log"
	export NODE NODE_PID
}

teardown() {
	line_close
	[ -n "${BATS_TEST_COMPLETED:-}" ] || plain <"$NODE/console.log" | tail -n 40
}

teardown_file() {
	NODE_PID=$(<"$BATS_FILE_TMPDIR/pid")
	node_end
}

leave() {
	line_mark
	line_type 'exit\r'
	line_wait '^session ended: the shell was left'
}

milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

events() { on_node cat /run/holdfast/breakglass.events; }

# The bytes that hexadecimal digits $1 stand for.
bytes() { printf %b "$(sed 's/../\\x&/g' <<<"$1")"; }

# What PCR 15 must be after the events on standard input.
replay() {
	local pcr line
	pcr=$(printf '0%.0s' {1..64})
	while IFS= read -r line; do
		pcr=$({ bytes "$pcr"; bytes "$(printf '%s' "$line" | sha256sum | cut -d' ' -f1)"; } | sha256sum | cut -d' ' -f1)
	done
	echo "${pcr^^}"
}

@test "the screen fits 80x24, and tells the node's state" {
	line_wait '^  agent     ready$' 60
	screen=$(line_said | sed -n '/^  Holdfast node /,/^Press Enter/p')
	expect_line "the screen" "$screen" '^  runtime   ready$'
	expect_line "the screen" "$screen" "slot A, root $(head -c 16 "$(profile_dir test)/root.hash")\$"
	[ "$(wc -L <<<"$screen")" -lt 80 ] || fail "it is wider than 79 columns: $screen"
	line_mark
	line_type '\r'
	line_wait '^  pods      [1-9]'
	line_wait 'signature: '
	line_mark
	line_type '\03'
	line_wait '^withdrawn: cancelled'
}

@test "refused: a key that no list names; entered: one that a list names; from Enter to a shell in time" {
	challenge=$BATS_TEST_TMPDIR/challenge
	start=$(milliseconds)
	line_challenge "$challenge"
	asked=$(($(milliseconds) - start))
	expect_line "the challenge" "$(cat "$challenge")" "^root $(cat "$(profile_dir test)/root.hash")\$"
	line_sign "$KEYS/mallory" "$challenge"
	line_answer "$challenge.sig" '^refused: this key is not one of those that may break glass here'
	line_wait 'signature: ' 10
	line_sign "$KEYS/alice" "$challenge"
	start=$(milliseconds)
	line_answer "$challenge.sig" '^session: opened for alice; '
	line_wait 'break-glass# '
	opened=$(($(milliseconds) - start))
	echo "# Enter to challenge $asked ms, signature to shell $opened ms" >&3
	expect_line "what is said" "$(line_said)" '^PCR 15 of the TPM tells of this entry$'
	expect "the shell's answer" "$(line_run 'echo $((6*7))')" 42
}

@test "in the session: the node's state and tools; but no disk, no mounts" {
	expect_line "holdfast status" "$(line_run 'holdfast status')" '^mark +broken-glass$'
	expect_line "ip" "$(line_run 'ip addr show dev eth0')" 'inet 10\.0\.2\.15/24'
	expect_line "ps" "$(line_run 'ps' 40)" 'containerd'
	expect_line "df" "$(line_run 'df /var')" ' /var$'
	expect_line "ping" "$(line_run 'ping -c 1 127.0.0.1')" '1 packets received'
	expect_line "dmesg" "$(line_run 'dmesg | tail -n 5')" holdfast
	expect "its devices" "$(line_run 'echo /dev/*')" '/dev/full /dev/null /dev/pts /dev/random /dev/tty /dev/urandom /dev/zero'
	expect_line "the answer to a write" "$(line_run 'rm -f /var/lib/holdfast/broken-glass' || true)" 'Read-only|denied'
	# Its terminal is labelled as the serial line is, which no container may open (an invariant of the policy).
	expect_refusal "its terminal, from outside" 'ermission denied' node_run 'cat /proc/1/root/dev/pts/[0-9]*'
	expect_line "the record of it" "$(node_run dmesg)" 'avc: +denied .*dev="devpts".*tcontext=system_u:object_r:console_device_t:'
	expect_line "the answer to a mount" "$(line_run 'mount -t tmpfs tmpfs /tmp' || true)" 'not permitted|denied|superuser'
	leave
}

@test "the trace: kernel's log, audit, file, mark" {
	fingerprint=$(ssh-keygen -lf "$KEYS/alice.pub" | cut -d' ' -f2 | sed 's/+/\\+/g')
	log=$(node_run dmesg)
	expect_line "the kernel's log" "$log" "break-glass: entered: who=alice key=$fingerprint"
	expect_line "the kernel's log" "$log" 'break-glass: typed: holdfast status'
	expect_line "the kernel's log" "$log" 'break-glass: refused \(1 in a row\): this key is not one'
	expect_line "the kernel's log" "$log" "break-glass: left: who=alice key=$fingerprint: the shell was left"
	expect_line "audit" "$log" "type=1112 .*op=break-glass who=alice key=$fingerprint"
	# The kernel's log takes ten records in five seconds: the first program is the shell.
	expect_line "audit" "$log" 'type=1300 .* syscall=59 .* auid=0 .*comm="sh"'
	said=$(on_node cat /var/log/holdfast/breakglass.log)
	expect_line "the file" "$said" "holdfast-break-glass-1 .* who=alice key=$fingerprint"
	expect_line "the file" "$said" 'typed: holdfast status'
	expect "the mark in status.json" "$(node_status '.marks | index("broken-glass") != null')" true
}

@test "PCR 15 is what the event log gives when it is replayed" {
	list=$(events)
	expect_line "the event log" "$list" 'who=alice key=SHA256:'
	expect "PCR 15" "$(on_node cat /sys/class/tpm/tpm0/pcr-sha256/15)" "$(replay <<<"$list")"
	[ "$(replay <<<"$list")" != "$(sed 's/alice/bob/' <<<"$list" | replay)" ] || fail "the replay doesn't look at names"
}

@test "without a network, and with the runtime stopped" {
	monitor set_link network off >/dev/null
	pid=$(node_status '.services[] | select(.name == "runtime").pid')
	node_run "kill -STOP $pid"
	line_enter "$KEYS/bob"
	expect_line "the link" "$(line_run 'ip link show dev eth0')" 'NO-CARRIER|state DOWN'
	expect_line "the runtime" "$(line_run "cat /proc/$pid/status")" '^State:.*stopped'
	expect "the shell's answer" "$(line_run 'echo $((6*7))')" 42
	leave
	node_run "kill -CONT $pid"
	monitor set_link network on >/dev/null
}

@test "after a power cut the mark is there, and a signature of the boot before is refused" {
	challenge=$BATS_TEST_TMPDIR/challenge
	line_challenge "$challenge"
	line_sign "$KEYS/alice" "$challenge"
	line_close
	node_kill
	start
	echo "$NODE" >"$BATS_FILE_TMPDIR/node"
	echo "$NODE_PID" >"$BATS_FILE_TMPDIR/pid"
	setup
	expect "the mark in status.json" "$(node_status '.marks | index("broken-glass") != null')" true
	expect_line "the agent's arguments" "$(host_processes cmdline)" '^[0-9]+ --node-labels=holdfast/broken-glass=true$'
	line_challenge "$BATS_TEST_TMPDIR/new"
	line_answer "$challenge.sig" '^refused: it does not sign this challenge'
	line_wait 'signature: ' 10
	line_sign "$KEYS/alice" "$BATS_TEST_TMPDIR/new"
	line_answer "$BATS_TEST_TMPDIR/new.sig" '^session: opened for alice; '
	line_wait 'break-glass# '
	leave
}
