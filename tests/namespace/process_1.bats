# What process 1 must bear.

load machine

setup() { machine_new; }
teardown() { machine_remove; }

# Runs $@ in the process namespace of the machine.
beside() { nsenter --pid="/proc/$INIT_PID/ns/pid" -- "$@"; }

descriptors() { find "/proc/$INIT_PID/fd" -type l | wc -l; }

# Processes of the machine in state Z.
zombies() {
	local state
	for state in /proc/[0-9]*/stat; do
		[ "/proc/$(dirname "${state#/proc/}")/ns/pid" -ef "/proc/$INIT_PID/ns/pid" ] || continue
		sed -n 's/^\([0-9]*\) (.*) Z .*/\1/p' "$state" 2>/dev/null
	done
}

no_zombies() { [ -z "$(zombies)" ]; }

@test "thousands of orphans are reaped, and no descriptor is lost" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker ready sleep\nready = notify'
	service orphans <<-EOF
		[service]
		exec = /usr/bin/worker wait /run/go orphans 3000
		ready = exit
		restart-delay = 100ms
	EOF
	boot
	service_is orphans starting
	service_is runtime ready
	before=$(descriptors)
	: >"$ROOT/run/go"
	service_is orphans "done" 30
	wait_quickly "no zombies" no_zombies
	# One less: it held one for the process that is done.
	expect "the descriptors of process 1" "$(descriptors)" $((before - 1))
	expect "the runtime's restarts" "$(service_status runtime restarts)" 0
}

@test "a storm of signals and of orphans: process 1 goes on answering, and sees what ends" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker ready sleep\nready = notify'
	service storm <<<$'[service]\nexec = /usr/bin/worker wait /run/go storm 4 sleep'
	boot
	service_is runtime ready
	: >"$ROOT/run/go"
	for _ in $(seq 5); do expect_line "the answer in the storm" "$(holdfast status)" '^state +running$'; done
	kill -KILL "$(service_pid runtime)"
	console_has 'service runtime: ended by signal 9' 30
}

@test "services that start and fail all the time leave no descriptor behind" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker exit 1\nrestart-delay = 1ms\nrestart-delay-max = 5ms'
	service broken <<<$'[service]\nexec = /usr/bin/missing\nrestart-delay = 1ms\nrestart-delay-max = 5ms'
	boot
	wait_quickly "100 restarts" restarts_at_least 100
	[ "$(descriptors)" -le 16 ] || fail "process 1 has $(descriptors) descriptors: $(ls -l "/proc/$INIT_PID/fd")"
	expect_line "the answer to a person" "$(holdfast status)" '^node +test-node'
}

restarts_at_least() { [ "$(service_status runtime restarts)" -ge "$1" ] && [ "$(service_status broken restarts)" -ge "$1" ]; }

@test "signals that somebody sends don't hurt" {
	boot
	for signal in SEGV BUS ILL FPE ABRT SYS TRAP STOP TSTP KILL HUP QUIT PIPE ALRM USR1 CONT XCPU 34 64; do
		beside kill -"$signal" 1
		expect_line "the answer after SIG$signal" "$(holdfast status)" '^state '
	done
	expect "lines about a fault or an end" "$(console_count 'fault|going down')" 0
}

# Sends $1, which must end the machine as $2, with the reason $3 on the console. The program that sends it may end with the
# machine, by SIGKILL.
expect_signal_ends() {
	boot
	beside kill -"$1" 1 || [ $? = 137 ]
	expect "the end of the machine" "$(machine_end 20)" "$2"
	console_has "holdfast: going down: $3"
}

@test "SIGINT (ctrl-alt-del) restarts" { expect_signal_ends INT restart 'ctrl-alt-del; then reboot'; }
@test "SIGTERM restarts" { expect_signal_ends TERM restart 'SIGTERM; then reboot'; }
@test "SIGUSR2 powers off" { expect_signal_ends USR2 "power off" 'SIGUSR2; then power off'; }
@test "SIGPWR powers off" { expect_signal_ends PWR "power off" 'power failure; then power off'; }

@test "a fault of process 1 itself: one line, and a restart" {
	boot
	(holdfast test fault >/dev/null 2>&1 || true) &
	expect "the end of the machine" "$(machine_end 10)" restart
	expect "the lines" "$(console_count '^<0>holdfast: process 1 has a fault \(signal 11\): rebooting$')" 1
	expect "what was logged before" "$(console_count 'step services ok')" 1
}

@test "an idle process 1 sleeps" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker ready alive-until /run/enough sleep\nready = notify\nwatchdog = 10s'
	boot
	service_is runtime ready
	turns=-$(turns) signs=-$(signs)
	wait_quickly "40 signs of life" lines_in "$ROOT/run/enough.count" $((40 - signs)) # two seconds
	turns=$((turns + $(turns))) signs=$((signs + $(signs)))
	# A turn for each, and some for what else happens; a loop that spins has thousands.
	[ $turns -lt $((2 * signs + 40)) ] || fail "process 1 was woken $turns times during $signs signs of life"
}

turns() { awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$INIT_PID/status"; }
signs() { wc -l <"$ROOT/run/enough.count"; }
lines_in() { [ "$(wc -l <"$1")" -ge "$2" ]; }
