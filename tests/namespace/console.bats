# The break-glass console, with the real init as process 1 and the real ssh-keygen on the other side of the line.
# shellcheck disable=SC2016,SC2030,SC2031 # what the session expands; each test is a process of its own

load machine
load ../lib/breakglass

KEYS=$BATS_FILE_TMPDIR/keys

setup_file() { [ -n "$OBSTACLE" ] || breakglass_keys "$KEYS"; }

setup() {
	machine_new
	cp "$BUILD/console" "$ROOT/usr/sbin/console"
	cp "$BUILD/components/busybox/busybox" "$ROOT/usr/bin/busybox"
	for applet in sh cat ls kill echo ps sync; do ln -s busybox "$ROOT/usr/bin/$applet"; done
	# Not every host lets root lower the score.
	sed '/^oom-score-adjust/d' "$TREE/rootfs/tree/etc/holdfast/console.conf" \
		>"$ROOT/etc/holdfast/console.conf"
	grep -v '^#' "$TREE/rootfs/tree/etc/holdfast/state.dirs" >"$ROOT/etc/holdfast/state.dirs"
	mkdir "$ROOT/etc/holdfast/breakglass"
	cp "$KEYS/breakglass/allowed_signers" "$ROOT/etc/holdfast/breakglass/"
	line_open
	service runtime <<<$'[service]\nexec = /usr/bin/worker ready sleep\nready = notify'
}

teardown() {
	machine_remove
	[ -z "${BATS_TEST_COMPLETED:-}" ] && [ -n "${LINE_LOG:-}" ] && { echo "--- the line:"; tail -n 40 "$LINE_LOG"; }
	line_close
	[ -z "${LINE_PID:-}" ] || kill "$LINE_PID" 2>/dev/null || true
}

# A line for the machine that is started next.
line_open() {
	"$SUITE/terminal" "$MACHINE/line" "$MACHINE/line.log" >"$MACHINE/terminal" 3>&- &
	LINE_PID=$!
	wait_quickly "the terminal" test -s "$MACHINE/terminal"
	line_is "$MACHINE/line" "$MACHINE/line.log"
	TERMINAL=$(<"$MACHINE/terminal")
	export TERMINAL
}

boot_to_screen() {
	boot
	line_wait '^Press Enter to break glass\.$'
}

# A file of the node, below its own mounts.
node_file() { nsenter -t "$INIT_PID" -m cat "$1"; }
node_has_line() { node_file "$1" | grep -Eq -- "$2"; }

processes_of_session() { cat "$CGROUP"/system/session-*/cgroup.procs 2>/dev/null; }
session_is_gone() { [ -z "$(processes_of_session)" ]; }
session_has() { [ "$(processes_of_session | wc -l)" -ge "$1" ]; }
console_runs() { [ -n "$(service_pid console)" ]; }

config() { printf '[break-glass]\n%s\n' "$@" >"$ROOT/etc/holdfast/breakglass/breakglass.conf"; }

# Who entered is in the shell and leaves.
leave() {
	line_mark
	line_type 'exit\r'
	line_wait '^session ended: the shell was left$'
	wait_quickly "the session to be gone" session_is_gone
}

# Gives answer $1, which must be refused by the words $2, and waits for the next prompt.
refused() {
	line_answer "$1" "^refused: $2\$"
	line_wait '^signature: $' 40
}

@test "entry: a shell; its lines and its end are recorded; the node is marked; leaving kills all" {
	boot_to_screen
	expect_line "the screen" "$(line_said)" '^  version   0\.1\.0\+test, slot A, root 0{16}$'
	[ "$(line_said | wc -L)" -lt 80 ] && [ "$(line_said | wc -l)" -le 24 ] || fail "the screen is too large"
	expect "the marks before" "$(status '.marks | join(" ")')" unsigned-configuration

	line_enter "$KEYS/alice"
	expect "what the shell says" "$(line_run 'echo $((6*7))')" 42
	fingerprint=$(ssh-keygen -lf "$KEYS/alice.pub" | cut -d' ' -f2 | sed 's/+/\\+/g')
	console_has "break-glass: entered: who=alice key=$fingerprint\$"
	console_has 'break-glass: typed: echo \$\(\(6\*7\)\)'
	line_run ": $(printf 'ä%.0s' {1..150}) tail" >/dev/null
	console_has 'break-glass: typed: .*\\xc3\\xa4 tail' # nothing is cut, however much its record takes
	wait_quickly "the mark in the status" node_has_line /run/holdfast/status.json '"broken-glass"'
	line_run "sync; (trap '' HUP TERM; worker sleep) & worker sleep & true" >/dev/null
	wait_quickly "what the session started" session_has 3

	leave
	console_has "break-glass: left: who=alice key=$fingerprint: the shell was left\$"
	log=/var/log/holdfast/breakglass.log
	wait_quickly "the log's last line" node_has_line "$log" 'left: who=alice'
	said=$(node_file "$log")
	expect_line "the log" "$said" "^[-0-9]+T[:0-9]+Z holdfast-break-glass-1 time=.* node=test-node boot=3f2504e0-.* version=0.1.0 root=0{64} who=alice key=$fingerprint\$"
	expect_line "the log" "$said" 'typed: echo \$\(\(6\*7\)\)'
	expect_line "the kept mark" "$(node_file /var/lib/holdfast/broken-glass)" '^[0-9]+$'

	# The next boot with the same state knows it, unless the image says that it no longer counts.
	for time in 1000 $(($(date +%s) + 1000)); do
		echo "$time" >"$ROOT/etc/holdfast/breakglass/forget-before"
		machine_stop
		boot
		echo "$time: $(status '.marks | join(" ")')" >>"$MACHINE/marks"
	done
	expect "the marks after a boot" "$(cut -d' ' -f2- "$MACHINE/marks" | paste -sd,)" \
		"unsigned-configuration broken-glass,unsigned-configuration"
}

@test "scripts/break-glass: from Enter to the end of a session" {
	boot_to_screen
	line_close # it connects itself
	printf 'echo $((6*7))\nexit\n' | "$TREE/scripts/break-glass" --wait 60 --key "$KEYS/alice" "$LINE" \
		>"$MACHINE/session" 2>"$MACHINE/said" || fail "$(cat "$MACHINE/said")"
	expect_line "what it says" "$(cat "$MACHINE/said")" '^break-glass: session: opened for alice; '
	expect_line "the session" "$(tr -d '\r' <"$MACHINE/session")" '(^|# )42$'
	expect_line "what it says" "$(cat "$MACHINE/said")" '^break-glass: session ended: the shell was left$'
	# mallory is told the console's own words
	expect_refusal "mallory" 'refused the signature of .*: this key is not one of those that may break glass here' \
		"$TREE/scripts/break-glass" --wait 60 --key "$KEYS/mallory" "$LINE"
}

@test "refused: another's key, another namespace, another challenge, a signature used before; each beside one that is taken" {
	boot_to_screen
	line_challenge "$MACHINE/c"
	line_sign "$KEYS/mallory" "$MACHINE/c"
	refused "$MACHINE/c.sig" 'this key is not one of those that may break glass here'
	line_sign "$KEYS/alice" "$MACHINE/c" file
	refused "$MACHINE/c.sig" 'it was made for another purpose.*'
	sed 's/^node .*/node other/' "$MACHINE/c" >"$MACHINE/other"
	line_sign "$KEYS/alice" "$MACHINE/other"
	refused "$MACHINE/other.sig" 'it does not sign this challenge'
	session_is_gone || fail "a refused answer started something"
	line_sign "$KEYS/alice" "$MACHINE/c"
	line_answer "$MACHINE/c.sig" '^session: opened for alice;'
	leave
	cp "$MACHINE/c.sig" "$MACHINE/used.sig"
	line_challenge "$MACHINE/c"
	refused "$MACHINE/used.sig" 'it does not sign this challenge'
	line_mark
	line_type '\03'
	line_wait '^withdrawn: cancelled$'
	console_has 'break-glass: refused \(1 in a row\): it does not sign'
	session_is_gone || fail "a refused answer started something"
}

@test "a challenge: only for Enter alone; void once cancelled or expired" {
	boot_to_screen
	line_type 'no wish\r'
	line_challenge "$MACHINE/c"
	line_sign "$KEYS/alice" "$MACHINE/c"
	line_type '\03'
	line_wait '^withdrawn: cancelled$'
	expect "how many challenges there were" "$(grep -c 'BEGIN HOLDFAST' "$LINE_LOG")" 1
	left=$(($(date -d "$(sed -n 's/^expires //p' "$MACHINE/c")" +%s) - $(date +%s)))
	[ "$left" -gt 300 ] && [ "$left" -le 600 ] || fail "it expires in $left s, not in ten minutes"
	mv "$MACHINE/c.sig" "$MACHINE/cancelled.sig"
	line_mark
	wait_until "an Enter to be heard" 10 asks_again >/dev/null
	line_challenge "$MACHINE/c"
	refused "$MACHINE/cancelled.sig" 'it does not sign this challenge'
	line_sign "$KEYS/alice" "$MACHINE/c"
	line_answer "$MACHINE/c.sig" '^session: opened for alice;'
	leave
	config 'challenge = 3s'
	end_console
	line_challenge "$MACHINE/c"
	line_wait '^withdrawn: the challenge has expired$'
	line_sign "$KEYS/alice" "$MACHINE/c"
	mv "$MACHINE/c.sig" "$MACHINE/expired.sig"
	line_challenge "$MACHINE/c"
	line_answer "$MACHINE/expired.sig" '^(refused: it does not sign this challenge|withdrawn: the challenge has expired)$'
	session_is_gone || fail "a refused answer started something"
}

# Right behind the last challenge none is heard.
asks_again() {
	line_has '^signature: ' || { line_type '\r'; return 1; }
}

@test "who can't be recorded in the kernel's log is not let in; the file is written through no link, and is no larger than 1 MiB" {
	boot_to_screen
	line_challenge "$MACHINE/c"
	line_sign "$KEYS/alice" "$MACHINE/c"
	mv "$CONSOLE" "$CONSOLE.away"
	mkdir "$CONSOLE"
	line_answer "$MACHINE/c.sig" '^no session: .*kernel.s log'
	session_is_gone || fail "somebody is in without a record"
	rmdir "$CONSOLE"
	mv "$CONSOLE.away" "$CONSOLE"

	log=/var/log/holdfast/breakglass.log mark=/var/lib/holdfast/broken-glass var=/proc/$INIT_PID/root
	mv "$var${log%/*}" "$var/var/log/away"
	ln -s ../../run/holdfast "$var${log%/*}"
	ln -s ../../../run/holdfast/stolen "$var$mark"
	line_enter "$KEYS/alice"
	leave
	wait_quickly "the log's writer to end" console_is_alone
	[ ! -e "$ROOT/run/holdfast/stolen" ] && [ ! -e "$ROOT/run/holdfast/breakglass.log" ] || fail "it wrote where a link leads"
	rm "$var${log%/*}" "$var$mark"
	mv "$var/var/log/away" "$var${log%/*}"
	head -c 1048577 /dev/zero >"$var$log"
	line_enter "$KEYS/alice"
	leave
	wait_quickly "the log's last line" node_has_line $log 'left: who=alice'
	expect "the length of the one before" "$(node_file $log.1 | wc -c)" 1048577
	expect_line "the kept mark" "$(node_file $mark)" '^[0-9]+$'
}

console_is_alone() { [ -z "$(pgrep -P "$(service_pid console)")" ]; }

@test "two must sign; a session ends when nothing is typed, and when its time is over" {
	config 'quorum = 2' 'idle = 3s' 'session = 6s'
	boot_to_screen
	line_challenge "$MACHINE/c"
	line_sign "$KEYS/alice" "$MACHINE/c"
	line_answer "$MACHINE/c.sig" '^accepted: alice, 1 more needed$'
	line_answer "$MACHINE/c.sig" '^refused: this person has signed already'
	session_is_gone || fail "one person got in"
	line_sign "$KEYS/bob" "$MACHINE/c"
	line_answer "$MACHINE/c.sig" '^session: opened for alice, bob; it ends after 3 s without input, and after 6 s$'
	console_has 'entered: who=alice key=SHA256:[^ ]* who=bob key='
	line_wait '^session ended: nothing was typed for too long$' 10
	wait_quickly "the session to be gone" session_is_gone

	line_challenge "$MACHINE/c"
	line_sign "$KEYS/bob" "$MACHINE/c"
	line_answer "$MACHINE/c.sig" '^accepted: bob, 1 more needed$'
	line_sign "$KEYS/alice" "$MACHINE/c"
	line_answer "$MACHINE/c.sig" '^session: opened for bob, alice;'
	wait_until "the end of its time" 15 still_typing
	expect_line "the line" "$(line_said)" '^session ended: it may not last longer$'
	wait_quickly "the session to be gone" session_is_gone
}

still_typing() { line_type ' '; line_has '^session ended: '; }

@test "noise, NULs and a flood of random bytes leave the console as it was; the line keeps its speed" {
	boot_to_screen
	mode=$(stty -a -F "$TERMINAL")
	expect_line "the line's mode" "$mode" '^speed 19200 baud'
	for word in -hupcl clocal -crtscts ignbrk -ixon -ixoff -isig -icanon; do
		grep -qw -e "$word" <<<"${mode//;/ }" || fail "the line's mode lacks $word: $mode"
	done
	memory=$(awk '$1 == "Pss:" { print $2 }' "/proc/$(service_pid console)/smaps_rollup")
	echo "# the console, waiting: $memory KiB" >&3
	[ "$memory" -le 500 ] || fail "it takes $memory KiB"
	head -c 4096 /dev/zero >"$MACHINE/nuls"
	line_send "$MACHINE/nuls"
	head -c 1000000 /dev/urandom >"$MACHINE/noise"
	line_send "$MACHINE/noise"
	session_is_gone || fail "noise started something"
	expect "the console's restarts" "$(service_status console restarts)" 0
	line_mark
	wait_until "a challenge after the flood" 90 line_asks_anew >/dev/null
	line_type '\03'
	line_enter "$KEYS/bob"
	line_run 'echo here' >/dev/null
	leave
}

@test "a paste that the session doesn't read, while it prints, ends nothing" {
	boot_to_screen
	line_enter "$KEYS/alice"
	{ for _ in $(seq 40); do printf '#%0500d\n' 0; done; echo 'echo all-$((3+4))'; } >"$MACHINE/paste"
	line_type 'i=0; while [ $i -lt 20000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; echo over-$((1+1))\r'
	line_wait '^0123456789012345678901234567890123456789$'
	line_send "$MACHINE/paste"
	line_wait '^over-2$' 60
	line_wait 'all-7$' # and nothing of it was lost
	leave
}

@test "a hang-up kills the session, and the console waits for the line" {
	boot_to_screen
	line_enter "$KEYS/alice"
	line_run "(trap '' HUP; worker sleep) & echo" >/dev/null
	wait_quickly "what the session started" session_has 2
	line_type 'half a command'
	line_wait 'half a command$'
	kill "$LINE_PID"
	wait_quickly "the session to be gone" session_is_gone
	console_has 'break-glass: typed: half a command$'
	console_has 'break-glass: left: who=alice .*: the line hung up$'
	console_runs || fail "the console has ended"
	expect "the console's restarts" "$(service_status console restarts)" 0
}

@test "who is cut off leaves the line as it was: in a word, in a paste, before an answer; in a session Enter asks for no challenge" {
	boot_to_screen
	line_type 'noi'
	cut_off
	wait_until "a challenge for the next person" 30 enter_gives_challenge >/dev/null
	line_challenge "$MACHINE/c"
	cut_off
	line_type '\r'
	line_wait '^-----END HOLDFAST CHALLENGE-----$'
	line_wait '^signature: $'
	expect_line "the same challenge" "$(line_said)" "^$(grep '^nonce' "$MACHINE/c")\$"
	line_sign "$KEYS/alice" "$MACHINE/c"
	head -n 3 "$MACHINE/c.sig" >"$MACHINE/half"
	line_mark
	line_send "$MACHINE/half"
	cut_off
	line_wait '^signature: $' 30
	expect_no_line "the line" "$(line_said)" '^refused: '
	line_answer "$MACHINE/c.sig" '^session: opened for alice;'
	line_wait 'break-glass# '
	line_mark
	line_type '\r\r'
	expect "what the shell says" "$(line_run 'echo $((6*7))')" 42
	expect_no_line "the line" "$(line_said)" 'CHALLENGE|signature:'
	leave
	expect "refusals" "$(console_count 'break-glass: refused')" 0
}

# The socket is closed without a word once all that was typed is on its way, and somebody else connects.
cut_off() {
	wait_quickly "the keys to be taken" keys_are_taken
	line_close
	line_is "$LINE" "$LINE_LOG"
	line_mark
}

# By FIONREAD: what is still in the pipe.
keys_are_taken() { perl -e 'ioctl(STDIN, 0x541b, my $n = pack("i", 1)); exit(unpack("i", $n) != 0)' <&"$LINE_KEYS"; }

# At the first or second time: Enter ends what was begun, too.
enter_gives_challenge() {
	line_type '\r'
	line_has '^-----END HOLDFAST CHALLENGE-----$'
}

@test "a full disk, a full /run: who enters gets in; mark and log have the room that was set aside, and what has none is said" {
	boot_to_screen
	: >"/proc/$INIT_PID/root/var/lib/blocks" # an inode, before there is none
	wait_quickly "room to be set aside" node_has_line /var/lib/holdfast/broken-glass.spare ' '
	fill_state
	mkdir "$ROOT/run/holdfast/status.json.new" # nothing takes its place, as where /run is full
	line_enter "$KEYS/alice"
	wait_quickly "the mark in the status" node_has_line /run/holdfast/status.json '"broken-glass"'
	expect_no_line "what is said" "$(cat "$LINE_LOG")" 'No space left'
	line_run 'echo here' >/dev/null
	leave
	wait_quickly "the log's last line" node_has_line /var/log/holdfast/breakglass.log 'left: who=alice'
	node_has_line /var/log/holdfast/breakglass.log 'typed: echo here;' || fail "the log lacks what was typed"
	node_has_line /var/lib/holdfast/broken-glass '^[0-9]+$' || fail "the mark has no time"

	# As if it had been full from the start on.
	rm "/proc/$INIT_PID/root/var/lib/holdfast/broken-glass" "/proc/$INIT_PID/root/var/log/holdfast/breakglass.log"
	fill_state
	line_mark
	line_enter "$KEYS/bob"
	expect_line "what is said" "$(cat "$LINE_LOG")" '^/var/lib/holdfast/broken-glass: No space left on device: without it the mark ends with this boot.?$'
	expect_line "what is said" "$(cat "$LINE_LOG")" "^/var/log/holdfast/breakglass.log: No space left on device: without it the kernel's log and audit tell of this session alone.?\$"
	console_has 'break-glass: /var/log/holdfast/breakglass.log: No space left on device: this log and audit go on alone$'
	expect "what the shell says" "$(line_run 'echo $((6*7))')" 42
	leave
}

# Takes all inodes and blocks of the state: those that are kept for root too, which a large write is not given.
fill_state() {
	local lib=/proc/$INIT_PID/root/var/lib
	while : 2>/dev/null >"$lib/inode-$RANDOM$RANDOM"; do :; done
	cat /dev/zero >>"$lib/blocks" 2>/dev/null || true
	sync -f "$lib"
	while head -c 1024 /dev/zero 2>/dev/null >>"$lib/blocks"; do :; done
}

@test "what a session can't do" {
	for applet in mkdir rm cp mv dmesg sysctl; do ln -s busybox "$ROOT/usr/bin/$applet"; done
	boot_to_screen
	line_enter "$KEYS/alice"
	expect "its user" "$(line_run 'ls -d /proc/self/root >/dev/null && echo root')" root
	expect "its devices" "$(line_run 'echo /dev/*')" '/dev/null /dev/pts /dev/urandom'
	expect "what it may write" "$(line_run 'echo x >/tmp/x && cat /tmp/x')" x
	for path in /etc/x /run/x /usr/bin/x /var/lib/holdfast/x /var/log/holdfast/x /proc/sys/kernel/modules_disabled; do
		expect_line "the answer to writing $path" "$(line_run "echo 0 >$path" || true)" 'Read-only|read-only'
	done
	expect_line "the answer to removing the mark" "$(line_run 'rm -f /var/lib/holdfast/broken-glass' || true)" 'Read-only'
	expect_line "the answer to moving its folder" "$(line_run 'mv /var/lib /var/away' || true)" 'Read-only|busy'
	expect_line "the answer to executing what it wrote" \
		"$(line_run 'cp /usr/bin/busybox /tmp/sh && /tmp/sh' || true)" 'Permission denied'
	caps=$(line_run 'cat /proc/self/status')
	# dac_override, kill, net_admin, net_raw, syslog
	expect_line "its capabilities" "$caps" '^CapBnd:.*0000000400003022$'
	expect_line "its capabilities" "$caps" '^CapEff:.*0000000400003022$'
	expect_line "its privileges" "$caps" '^NoNewPrivs:.*1$'
	# The machine has a filter of its own (machine.c): the session has one more.
	expect_line "its filters" "$caps" "^Seccomp_filters:.*$(($(filters_of "$(service_pid console)") + 1))\$"
	expect "its cgroup" "$(line_run 'cat /proc/self/cgroup' | sed -n 's/^0:://p')" /system/session-1
	expect "its processes" "$(limit pids.max)" 64
	expect "its memory" "$(limit memory.max)" $((64 << 20))
	leave
}

filters_of() { sed -n 's/^Seccomp_filters:[[:space:]]*//p' "/proc/$1/status"; }

# The limit $1 of the first session.
limit() { cat "$(if [ -n "$(stand_in)" ]; then echo "$MACHINE/limits/session-1.$1"; else echo "$CGROUP/system/session-1/$1"; fi)"; }

@test "the console, killed, comes again, and the session is gone with it" {
	printf '6\t4\t1\t7\n' >"$ROOT/sysctl/kernel/printk"
	boot_to_screen
	line_enter "$KEYS/alice"
	expect "what the kernel shows in a session" "$(head -c 1 "$ROOT/sysctl/kernel/printk")" 4
	line_run "(trap '' HUP; worker sleep) & echo" >/dev/null
	wait_quickly "what the session started" session_has 2
	kill -KILL "$(service_pid console)"
	wait_quickly "the session to be gone" session_is_gone
	service_is console ready
	wait_quickly "the kernel's messages to be shown again" grep -q '^6' "$ROOT/sysctl/kernel/printk"
	line_enter "$KEYS/bob"
	leave
	expect "what the kernel shows afterwards" "$(head -c 1 "$ROOT/sysctl/kernel/printk")" 6
}

@test "who makes the console end wins no attempt by that: refusals, their delay and a security key's counter go on" {
	signature=$BUILD/unit/signature
	echo "carol $("$signature" key 7)" >>"$ROOT/etc/holdfast/breakglass/allowed_signers"
	echo noise >"$MACHINE/noise"
	boot_to_screen
	line_challenge "$MACHINE/c"
	"$signature" sign 7 breakglass@holdfast 41 1 <"$MACHINE/c" >"$MACHINE/c.sig"
	line_answer "$MACHINE/c.sig" '^session: opened for carol;'
	leave
	line_challenge "$MACHINE/c"
	line_answer "$MACHINE/noise" '^refused: it is not base64$'
	console_has 'break-glass: refused \(1 in a row\): '
	end_console
	line_challenge "$MACHINE/c"
	"$signature" sign 7 breakglass@holdfast 41 1 <"$MACHINE/c" >"$MACHINE/c.sig"
	refused "$MACHINE/c.sig" "the security key's counter went back: it may have been copied"
	console_has 'break-glass: refused \(2 in a row\): '
	"$signature" sign 7 breakglass@holdfast 42 1 <"$MACHINE/c" >"$MACHINE/c.sig"
	line_answer "$MACHINE/c.sig" '^session: opened for carol;'
	leave
	echo rubbish >"$ROOT/run/holdfast/breakglass.memory"
	end_console
	console_has 'break-glass: .*breakglass.memory is not what a console wrote: the next answer waits'
	line_mark
	line_type '\r'
	line_wait '^-----END HOLDFAST CHALLENGE-----$'
	expect_no_line "the line" "$(line_said)" '^signature: '
}

# Kills the console, and waits for the one that follows.
end_console() {
	local before
	before=$(service_pid console)
	line_mark
	kill -KILL "$before"
	wait_quickly "another console" console_is_another "$before"
	line_wait '^Press Enter to break glass\.$'
}

console_is_another() {
	local now
	now=$(service_pid console)
	[ -n "$now" ] && [ "$now" != "$1" ]
}

@test "pipes where the mark and the log should be, and a host name that a container set: both are told; the node keeps its name" {
	debugfs -w -f - "$MACHINE/state" >/dev/null 2>&1 <<-EOF
		mkdir /lib
		mkdir /lib/holdfast
		cd /lib/holdfast
		mknod broken-glass p
		cd /
		mkdir log
		mkdir log/holdfast
		cd log/holdfast
		mknod breakglass.log p
	EOF
	boot_to_screen
	echo other-node >"$MACHINE/name"
	nsenter -t "$INIT_PID" -u cp "$MACHINE/name" /proc/sys/kernel/hostname
	end_console
	line_challenge "$MACHINE/c"
	expect_line "the challenge" "$(<"$MACHINE/c")" '^node test-node$'
	line_sign "$KEYS/alice" "$MACHINE/c"
	line_answer "$MACHINE/c.sig" '^session: opened for alice;'
	line_wait '^/var/lib/holdfast/broken-glass: No such device or address: without it the mark ends with this boot$'
	line_wait '^/var/log/holdfast/breakglass.log: No such device or address: without it '
	leave
}

@test "entry without state, and while process 1 stands still" {
	head -c 4M /dev/urandom >"$MACHINE/state"
	boot
	expect "the node's state" "$(status .state)" held
	line_wait '^  state     held: step state: ' 30
	(holdfast test stall >/dev/null 2>&1 || true) 3>&- &
	wait_quickly "process 1 to stand still" stands_still
	line_enter "$KEYS/alice"
	expect_line "what is said" "$(cat "$LINE_LOG")" 'the TPM or process 1 does not answer'
	expect "what the shell says" "$(line_run 'echo $((6*7))')" 42
	leave
}

stands_still() { ! timeout 1 chroot "$ROOT" /usr/bin/holdfast status; }

@test "no key in the image, no way in; and a list that can't be read lets nobody in" {
	rm "$ROOT/etc/holdfast/breakglass/allowed_signers"
	boot
	line_wait '^no break-glass key in this image$'
	line_mark
	line_type '\r'
	line_wait '^no break-glass key in this image$'
	expect_no_line "the line" "$(line_said)" 'CHALLENGE|signature:'
	machine_stop
	{ cat "$KEYS/breakglass/allowed_signers"; echo 'carol nothing'; } >"$ROOT/etc/holdfast/breakglass/allowed_signers"
	boot
	console_has 'break-glass: nobody can get in: .*allowed_signers line 3: '
	line_mark
	line_wait '^no break-glass key in this image$'
	# A quorum that can't be read is not one of 1.
	machine_stop
	cp "$KEYS/breakglass/allowed_signers" "$ROOT/etc/holdfast/breakglass/"
	config 'quorum = both'
	boot
	console_has 'break-glass: nobody can get in: .*breakglass.conf line 2: quorum: '
	line_mark
	line_type '\r'
	line_wait '^no break-glass key in this image$'
	expect_no_line "the line" "$(line_said)" 'CHALLENGE|signature:'
	rm "$ROOT/etc/holdfast/breakglass/breakglass.conf"
	mkdir "$ROOT/etc/holdfast/breakglass/breakglass.conf"
	line_mark
	kill -KILL "$(service_pid console)"
	console_has 'break-glass: nobody can get in: .*breakglass.conf: Is a directory'
	line_wait '^no break-glass key in this image$'
}

@test "the console is the line that the node's configuration names" {
	credentials=$ROOT/sys/firmware/qemu_fw_cfg/by_name/opt/io.systemd.credentials/holdfast.node.conf/raw
	printf '[console]\ndevice = ttyS1\n' >>"$credentials"
	boot
	wait_quickly "the console's log" grep -q 'open the terminal /dev/ttyS1: No such file' "$ROOT/run/holdfast/log/console.log"
	machine_stop
	sed -i s/ttyS1/ttyS0/ "$credentials"
	boot_to_screen
}
