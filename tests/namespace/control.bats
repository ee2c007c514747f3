# What can be asked of process 1, and by whom.
# shellcheck disable=SC2030,SC2031 # each test is a process of its own, with the functions in it

load machine

setup() {
	machine_new
	service runtime <<<$'[service]\nexec = /usr/bin/worker ready sleep\nready = notify'
	boot
	service_is runtime ready
	SOCKET=$ROOT/run/holdfast/control
}

teardown() {
	[ -z "${idle[*]:-}" ] || kill "${idle[@]}" 2>/dev/null || true
	machine_remove
}

# Sends standard input as one packet, prints the answer.
packet() {
	cat >"$BATS_TEST_TMPDIR/packet" # so that one read, and so one packet, takes it whole
	socat -t 5 -b 65536 - "UNIX-CONNECT:$SOCKET,type=5" <"$BATS_TEST_TMPDIR/packet"
}

@test "status: for a person" {
	said=$(holdfast status)
	expect_line "the status" "$said" '^node +test-node, up [0-9]+ s$'
	expect_line "the status" "$said" '^version +0\.1\.0\+test, slot A, root 0{16}$'
	expect_line "the status" "$said" '^state +running$'
	expect_line "the status" "$said" '^address +192\.0\.2\.1/32 on eth0$'
	expect_line "the status" "$said" '^runtime +ready, pid [0-9]+, restarts 0$'
	expect_line "the status" "$said" '^mark +unsigned-configuration$'
}

@test "logs and version need no process 1" {
	expect "the version" "$(holdfast version)" "holdfast 0.1.0+test"
	echo hello >>"$ROOT/run/holdfast/log/runtime.log"
	expect "the log" "$(holdfast logs runtime)" hello
	expect_refusal "the log of no service" 'no log of .nothing.: No such file' holdfast logs nothing
	expect_refusal "a path as a service" 'is no name of a service' holdfast logs ../status
}

@test "a host name that a container set, and what services print, can't forge the status or harm a terminal" {
	printf 'x","state":"y\\\e[2J\xc2\x9b' >"$MACHINE/name"
	nsenter -t "$INIT_PID" -u cp "$MACHINE/name" /proc/sys/kernel/hostname
	holdfast restart runtime >/dev/null
	wait_quickly "a status with the name" status_has_name 'x","state":"y\?[2J??'
	holdfast status >"$MACHINE/said"
	printf 'a\tb \e[2J\xc2\x9b\r\n' >>"$ROOT/run/holdfast/log/runtime.log"
	holdfast logs runtime >>"$MACHINE/said"
	expect_line "the log" "$(<"$MACHINE/said")" $'^a\tb \\?\\[2J\\?\\?\\?$'
	expect "control characters in the answers" "$(LC_ALL=C tr -d '[:print:]\t\n' <"$MACHINE/said" | wc -c)" 0
}

status_has_name() { [ "$(status .node)" = "$1" ]; }

@test "a pipe in place of a service's log blocks nothing" {
	rm "$ROOT/run/holdfast/log/runtime.log"
	mkfifo "$ROOT/run/holdfast/log/runtime.log"
	kill -KILL "$(service_pid runtime)"
	wait_quickly "a restart" restarted
	expect_line "the answer to another" "$(holdfast status)" '^state '
}

restarted() { [ "$(service_status runtime restarts)" -ge 1 ]; }

@test "wrong words are refused, and change nothing" {
	expect_refusal "an unknown service" "there is no service 'nothing'" holdfast restart nothing
	expect_refusal "a wrong kind of power" "'power' takes 'off' or 'reboot'" holdfast power on
	expect_refusal "a word too many" usage holdfast power off now
	expect_refusal "no word" usage holdfast
	expect "an unknown request" "$(printf 'dance' | packet)" "error: no request 'dance'"
	expect "an unknown request with an argument" "$(printf 'stat us' | packet)" "error: no request 'stat'"
	expect "a request in capitals" "$(printf 'POWER off' | packet)" "error: no request 'POWER'"
	expect "a blank" "$(printf ' ' | packet)" "error: no request ''"
	expect "restart without a name" "$(printf 'restart' | packet)" "error: there is no service ''"
	expect "power without a word" "$(printf 'power' | packet)" "error: 'power' takes 'off' or 'reboot'"
	expect "the state of the node" "$(status .state)" running
	expect "the restarts" "$(service_status runtime restarts)" 0
}

@test "an oversized packet is refused as a whole, whatever it starts with" {
	expect "the answer to 60000 bytes" "$({ printf 'power off\0'; head -c 59990 /dev/zero; } | packet)" \
		"error: a request has at most 127 bytes"
	expect "the answer to 128 bytes" "$({ printf 'power off\0'; head -c 118 /dev/zero; } | packet)" \
		"error: a request has at most 127 bytes"
	expect "the answer to 127 bytes" "$(head -c 127 /dev/zero | tr '\0' x | packet)" \
		"error: no request '$(head -c 32 /dev/zero | tr '\0' x)'"
	expect "the state of the node" "$(status .state)" running
}

@test "clients that connect and say nothing keep nobody out" {
	descriptors=$(find "/proc/$INIT_PID/fd" -type l | wc -l)
	idle=()
	for _ in $(seq 12); do
		socat -u "UNIX-CONNECT:$SOCKET,type=5" - 3>&- >/dev/null 2>&1 &
		idle+=($!)
	done
	wait_quickly "the idle clients to be connected" connected 4
	for _ in $(seq 20); do
		expect_line "the answer to another" "$(holdfast status)" '^state +running$'
	done
	kill "${idle[@]}" 2>/dev/null || true
	wait_quickly "their descriptors to be closed" descriptors_are "$descriptors"
}

connected() { [ "$(find "/proc/$INIT_PID/fd" -type l | wc -l)" -ge $((descriptors + $1)) ]; }
descriptors_are() { [ "$(find "/proc/$INIT_PID/fd" -type l | wc -l)" = "$1" ]; }

@test "a hundred clients at once: each gets an answer or is told that it got none" {
	for number in $(seq 100); do
		(holdfast status >"$MACHINE/answer-$number" 2>"$MACHINE/refusal-$number" 3>&- &&
			grep -q '^state' "$MACHINE/answer-$number" || grep -q . "$MACHINE/refusal-$number" || echo "$number" >>"$MACHINE/lost") &
		idle+=($!)
	done
	wait "${idle[@]}" || true
	idle=()
	[ ! -e "$MACHINE/lost" ] || fail "clients that got neither: $(paste -sd' ' "$MACHINE/lost")"
	answered=$(grep -l '^state' "$MACHINE"/answer-* | wc -l)
	[ "$answered" -ge 20 ] || fail "only $answered of 100 got an answer: $(cat "$MACHINE"/refusal-* | sort | uniq -c)"
}

@test "only root may ask" {
	expect "the modes of the sockets" "$(stat -c %a:%u "$SOCKET" "$ROOT/run/holdfast/notify" | paste -sd' ')" "600:0 600:0"
	expect_refusal "an ordinary user" 'ask process 1 over .*: Permission denied' \
		chroot --userspec=65534:65534 "$ROOT" /usr/bin/holdfast status
	chmod 666 "$SOCKET" # even then: process 1 looks who it is
	expect_refusal "an ordinary user who can open the socket" 'without an answer|reset|Broken pipe' \
		chroot --userspec=65534:65534 "$ROOT" /usr/bin/holdfast power off
	expect_line "the answer to root" "$(holdfast status)" '^state +running$'
}

@test "a client that gets no answer is told so" {
	rm "$SOCKET"
	socat -u -T 2 "UNIX-LISTEN:$SOCKET,type=5" OPEN:/dev/null 3>&- & # takes a request, and closes
	idle=($!)
	wait_quickly "the deaf server" test -S "$SOCKET"
	expect_refusal "no answer" 'ended the connection without an answer: ask again' holdfast power off
	rm -f "$SOCKET"
	expect_refusal "no process 1" 'ask process 1 over .*: No such file' holdfast power off
}

@test "status.json can be read by all, and is whole at every moment while services flap" {
	machine_stop
	for name in a b c; do
		service "$name" <<<$'[service]\nexec = /usr/bin/worker exit 1\nrestart-delay = 1ms\nrestart-delay-max = 10ms'
	done
	service long <<<$'[service]\nexec = /usr/bin/worker sleep'
	boot
	exec {all}>"$MACHINE/all"
	for _ in $(seq 1500); do
		mapfile -d '' text <"$ROOT/run/holdfast/status.json"
		printf '%s' "${text[@]}" >&"$all"
	done
	exec {all}>&-
	different=$(jq -c '[.services[] | [.name, .state, .restarts]]' "$MACHINE/all" 2>&1) ||
		fail "one was not whole: $(tail -n 1 <<<"$different")"
	expect "the number of whole ones" "$(wc -l <<<"$different")" 1500
	expect "the services in each" "$(jq -r 'map(.[0]) | join(" ")' <<<"$different" | sort -u)" "a b c long runtime"
	[ "$(sort -u <<<"$different" | wc -l)" -ge 10 ] || fail "the services did not flap: $(sort <<<"$different" | uniq -c)"
	expect "its mode" "$(stat -c %a "$ROOT/run/holdfast/status.json")" 644
}
