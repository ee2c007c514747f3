# A node with break-glass keys and a TPM: getting in over its serial line with the real ssh-keygen.
# shellcheck disable=SC2001,SC2016 # text for sed; what the session expands

load ../lib/load
load ../lib/node
load ../lib/disk
load ../lib/breakglass

KEYS=$BUILD/test-keys

# The node, and one connection to its line for all tests.
start() {
	node_start --profile test --tpm yes --disk "$BATS_FILE_TMPDIR/disk.qcow2"
	line_is "$NODE/console.sock"
	wait_for_console "$NODE_IS_UP" 180
	wait_for_probe
	echo "$NODE" >"$BATS_FILE_TMPDIR/node"
	echo "$NODE_PID" >"$BATS_FILE_TMPDIR/pid"
}

setup_file() {
	disk_overlay "$(profile_dir test)/holdfast.raw" "$BATS_FILE_TMPDIR/disk.qcow2"
	start
}

# A test may have started the node anew.
setup() {
	NODE=$(<"$BATS_FILE_TMPDIR/node") NODE_PID=$(<"$BATS_FILE_TMPDIR/pid")
	export NODE NODE_PID
	line_join "$NODE/console.sock"
}

teardown() { [ -n "${BATS_TEST_COMPLETED:-}" ] || plain <"$LINE_LOG" | tail -n 40; }

teardown_file() {
	# Else bats would not say why setup_file failed.
	[ -e "$BATS_FILE_TMPDIR/node" ] || { node_end; return; }
	setup
	line_close
	node_end
}

leave() {
	line_mark
	line_type 'exit\r'
	line_wait '^session ended: the shell was left'
}

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

@test "refused: a key that no list names; entered: one that a list names" {
	challenge=$BATS_FILE_TMPDIR/first # its signature is tried again in the next boot
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
	echo "# Enter to challenge $asked ms, signature to shell $opened ms (make bench T=console measures it)" >&3
	expect_line "what is said" "$(line_said)" '^PCR 15 of the TPM tells of this entry$'
	expect "the shell's answer" "$(line_run 'echo $((6*7))')" 42
}

@test "in the session: the node's state and tools; but no disk, no mounts" {
	expect_line "holdfast status" "$(line_run 'holdfast status')" '^mark +broken-glass$'
	expect_line "holdfast logs" "$(line_run 'holdfast logs runtime | tail -n 1')" .
	expect_line "ip" "$(line_run 'ip addr show dev eth0')" 'inet 10\.0\.2\.15/24'
	expect_line "ps" "$(line_run 'ps' 40)" 'containerd'
	expect_line "df" "$(line_run 'df /var')" ' /var$'
	expect_line "ping" "$(line_run 'ping -c 1 127.0.0.1')" '1 packets received'
	expect_line "dmesg" "$(line_run 'dmesg | tail -n 5')" holdfast
	expect "its devices" "$(line_run 'echo /dev/*')" '/dev/full /dev/null /dev/pts /dev/random /dev/tty /dev/urandom /dev/zero'
	expect_line "its domain" "$(line_run 'cat /proc/self/attr/current; echo')" ':session_t:'
	expect_line "the answer to a write" "$(line_run 'rm -f /var/lib/holdfast/broken-glass' || true)" 'Read-only|denied'
	# Its terminal is labelled as the serial line is, which no container may open (an invariant of the policy).
	expect_refusal "its terminal, from outside" 'ermission denied' node_run 'cat /proc/1/root/dev/pts/[0-9]*'
	wait_until "the record of it" 20 terminal_denial_is_recorded >/dev/null
	expect_line "the answer to a mount" "$(line_run 'mount -t tmpfs tmpfs /tmp' || true)" 'not permitted|denied|superuser'
}

# The kernel's log takes ten records in five seconds, and a session makes many.
terminal_denial_is_recorded() {
	node_run 'cat /proc/1/root/dev/pts/[0-9]*; dmesg' | grep -E 'avc: +denied .*dev="devpts".*tcontext=system_u:object_r:console_device_t:'
}

@test "a BREAK on the line: the session goes on" {
	for _ in 1 2 3; do monitor chardev-send-break console >/dev/null; done
	expect "the shell's answer" "$(line_run 'echo $((6*7))')" 42
	line_mark
	line_type 'echo $((40'
	line_wait 'echo \$\(\(40$' # QEMU marks as a BREAK what is still in the UART, whatever it is (hw/char/serial.c)
	monitor chardev-send-break console >/dev/null
	line_mark
	line_type '+3))\r'
	line_wait '^43$'
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

@test "a line that loses its carrier ends the session; the console goes on" {
	line_enter "$KEYS/bob"
	# In loop-back the UART shows its own output OUT2, which is off here, as the carrier (16550, modem control register).
	monitor o/b 0x3fc 0x13 >/dev/null
	wait_until "the session's end" 20 log_has 'break-glass: left: who=bob .*: the line lost its carrier' >/dev/null
	monitor o/b 0x3fc 0x0b >/dev/null
	line_mark
	# What the loop brought back as if it was typed may have been refused.
	wait_until "the prompt" 40 line_asks_anew >/dev/null
	line_type '\03'
}

log_has() { node_run dmesg | grep -Eq -- "$1"; }

@test "PCR 15 is what the event log gives when it is replayed" {
	list=$(on_node cat /run/holdfast/breakglass.events)
	expect_line "the event log" "$list" 'who=alice key=SHA256:'
	expect_line "the event log" "$list" 'who=bob key=SHA256:'
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

@test "a flood of random bytes on the line: the pod goes on answering, and the console is the same" {
	wait_for_pod 60
	line_flood 200000
}

@test "after a power cut the mark is there, and a signature of the boot before is refused" {
	line_close
	node_kill
	start
	setup
	expect "the mark in status.json" "$(node_status '.marks | index("broken-glass") != null')" true
	line_challenge "$BATS_TEST_TMPDIR/new"
	line_answer "$BATS_FILE_TMPDIR/first.sig" '^refused: it does not sign this challenge'
	line_wait 'signature: ' 10
	line_sign "$KEYS/alice" "$BATS_TEST_TMPDIR/new"
	line_answer "$BATS_TEST_TMPDIR/new.sig" '^session: opened for alice; '
	line_wait 'break-glass# '
	expect_line "holdfast restart" "$(line_run 'holdfast restart agent')" '^agent: '
	line_type 'holdfast power off\r'
	node_wait_poweroff 60
}
