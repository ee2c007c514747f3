# The life of services.

load machine

setup() { machine_new; }
teardown() { machine_remove; }

# The services in the order in which they were started.
starts() { sed -n 's/.*service \(.*\): started.*/\1/p' "$CONSOLE" | paste -sd' '; }

# The waits of service $1 before its restarts.
waits() { sed -n "s/.*service $1: again in \(.*\) s/\1/p" "$CONSOLE" | paste -sd' '; }

@test "services start in the order of after and before, each once the others are ready" {
	service alpha <<-EOF
		[service]
		exec = /usr/bin/worker ready sleep
		ready = notify
		after = zeta
	EOF
	service middle <<-EOF
		[service]
		exec = /usr/bin/worker wait /run/go ready sleep
		ready = notify
		before = zeta
	EOF
	service zeta <<-EOF
		[service]
		exec = /usr/bin/worker sleep
	EOF
	boot
	service_is middle starting
	expect "the state of zeta" "$(service_status zeta state)" waiting
	expect "the state of alpha" "$(service_status alpha state)" waiting
	: >"$ROOT/run/go"
	service_is alpha ready
	expect "the order of the starts" "$(starts)" "middle zeta alpha"
	expect "the node" "$(status .state)" running
	console_has 'ready: version 0\.1\.0\+test, slot A'
}

@test "a chain of services that are ready at once starts without waiting for an event" {
	service alpha <<<$'[service]\nexec = /usr/bin/worker sleep\nafter = beta'
	service beta <<<$'[service]\nexec = /usr/bin/worker sleep\nafter = gamma'
	service gamma <<<$'[service]\nexec = /usr/bin/worker sleep'
	boot
	expect "the first status" "$(status '[.services[].state] | unique[]')" ready
	expect "the order of the starts" "$(starts)" "gamma beta alpha"
}

@test "READY=1 counts from the main process only" {
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker child-ready mark /run/told wait /run/go ready sleep
		ready = notify
	EOF
	boot
	wait_quickly "the child to have sent it" test -e "$ROOT/run/told"
	holdfast status >"$MACHINE/said" # answered after what had been sent before
	expect "the state after the child's message" "$(service_status runtime state)" starting
	: >"$ROOT/run/go"
	service_is runtime ready
}

@test "a service that is not ready in time is killed and starts again" {
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker ignore wait /run/go ready sleep
		ready = notify
		start-timeout = 1s
		restart-delay = 100ms
	EOF
	boot
	console_has 'service runtime: is not ready in time; killing it'
	console_has 'service runtime: ended by signal 9'
	: >"$ROOT/run/go"
	service_is runtime ready
	[ "$(service_status runtime restarts)" -ge 1 ] || fail "it was not counted as a restart"
}

@test "a service that sends no WATCHDOG=1 is killed; one that does, lives" {
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker ready alive-until /run/silent sleep
		ready = notify
		watchdog = 3s
		restart-delay = 100ms
	EOF
	service mute <<<$'[service]\nexec = /usr/bin/worker ready sleep\nready = notify\nwatchdog = 300ms'
	boot
	service_is runtime ready
	console_has 'service mute: gives no sign of life; killing it'
	wait_quickly "80 signs of life" lines_in "$ROOT/run/silent.count" 80 # four seconds and more
	expect "restarts while it gave signs of life" "$(service_status runtime restarts)" 0
	: >"$ROOT/run/silent"
	console_has 'service runtime: gives no sign of life; killing it'
	wait_quickly "a restart" console_has 'service runtime: again in 0.1 s'
}

lines_in() { [ "$(wc -l <"$1")" -ge "$2" ]; }

@test "restarts back off, up to the maximum, and start anew after healthy time" {
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker end-if /run/bad live 2200 say good exit 1
		restart-delay = 100ms
		restart-delay-max = 400ms
		healthy-after = 2s
	EOF
	: >"$ROOT/run/bad"
	boot
	wait_quickly "four failures" console_has_many 'service runtime: again' 4
	expect "the waits" "$(waits runtime | cut -d' ' -f1-4)" "0.1 0.2 0.4 0.4"
	rm "$ROOT/run/bad"
	wait_quickly "a restart after a healthy time" wait_after_health
	expect "the wait after it" "$(wait_after_health)" 0.1
}

# The first wait of the runtime after it had said "good", if there was one.
wait_after_health() {
	sed -n '/service runtime: ended with status 1 after .*: good$/,$ s/.*service runtime: again in \(.*\) s/\1/p' "$CONSOLE" |
		head -n 1 | grep .
}

@test "a one-shot is done when it ended well, and what comes after it starts then" {
	service images <<-EOF
		[service]
		exec = /usr/bin/worker wait /run/go
		ready = exit
		before = runtime
	EOF
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	boot
	service_is images starting
	expect "the runtime" "$(service_status runtime state)" waiting
	: >"$ROOT/run/go"
	service_is runtime ready
	expect "the one-shot" "$(service_status images state)" "done"
	expect "restarts of the one-shot" "$(service_status images restarts)" 0
	expect "the node" "$(status .state)" running
}

@test "a one-shot that fails is tried again, and holds what comes after it" {
	service images <<-EOF
		[service]
		exec = /usr/bin/worker say broken end-if /run/bad
		ready = exit
		restart-delay = 100ms
		restart-delay-max = 100ms
		before = runtime
	EOF
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	: >"$ROOT/run/bad"
	boot
	wait_quickly "three failures" console_has_many 'service images: ended with status 1 .*: broken$' 3
	expect "the runtime" "$(service_status runtime state)" waiting
	rm "$ROOT/run/bad"
	service_is runtime ready
	expect "the one-shot" "$(service_status images state)" "done"
}

console_has_many() { [ "$(console_count "$1")" -ge "$2" ]; }

@test "a program that can't be executed: the console says why, the others run" {
	service broken <<<$'[service]\nexec = /usr/bin/missing\nrestart-delay = 100ms'
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	boot
	console_has 'service broken: ended with status 127 after .*: execute /usr/bin/missing: No such file or directory'
	wait_quickly "another try" console_has_many 'service broken: started' 2
	expect "the runtime" "$(service_status runtime state)" ready
}

@test "a restart ends the main process only" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker brood 3 ready sleep\nready = notify'
	boot
	service_is runtime ready
	before=$(service_status runtime pid)
	children=$(pgrep -P "$(service_pid runtime)" | sort)
	expect "the number of its children" "$(wc -w <<<"$children")" 3
	expect "the answer" "$(holdfast restart runtime)" "runtime: restarting"
	wait_quickly "another main process" pid_is_not "$before"
	service_is runtime ready
	expect "what lives on of its children" "$(pgrep -P "$INIT_PID" -x worker | sort | comm -12 - <(echo "$children"))" \
		"$children"
	expect "what the console says of an end that was asked for" "$(console_count '<3>holdfast: service runtime')" 0
}

pid_is_not() { [ "$(service_status runtime pid)" != "$1" ] && service_state_is runtime ready; }

@test "a restart of a service that does not end when asked: it is killed" {
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker ignore ready sleep
		ready = notify
		stop-timeout = 200ms
	EOF
	boot
	service_is runtime ready
	before=$(service_status runtime pid)
	holdfast restart runtime
	console_has 'service runtime: does not end when asked; killing it'
	wait_quickly "another main process" pid_is_not "$before"
}

@test "a confined service: nothing of process 1 comes along" {
	score=-500
	(echo -500 >/proc/self/oom_score_adj) 2>/dev/null || score=500 # lowering it needs cap_sys_resource
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker say "two words" ready sleep
		environment = PATH=/usr/bin
		ready = notify
		watchdog = 30s
		[resources]
		oom-score-adjust = $score
		open-files = 4096
		memory-max = 512M
		memory-low = 64M
		pids-max = 77
		cpu-weight = 200
		[confinement]
		capabilities = cap_net_admin cap_net_raw
	EOF
	boot
	service_is runtime ready
	expect "its log" "$(<"$ROOT/run/holdfast/log/runtime.log")" "two words"
	pid=$(service_pid runtime)
	state=$(cat "/proc/$pid/status")
	expect_line "its status" "$state" '^SigBlk:\s0000000000000000$'
	expect_line "its status" "$state" '^SigIgn:\s0000000000000000$'
	expect_line "its status" "$state" '^SigCgt:\s0000000000000000$'
	expect_line "its status" "$state" '^CapBnd:\s0000000000003000$'
	expect_line "its status" "$state" '^CapEff:\s0000000000003000$'
	expect_line "its status" "$state" '^CapInh:\s0000000000000000$'
	expect_line "its status" "$state" '^NoNewPrivs:\s1$'
	expect_line "its status" "$state" '^Umask:\s0022$'
	expect "its OOM score" "$(<"/proc/$pid/oom_score_adj")" $score
	expect "its open files" "$(awk '/^Max open files/ { print $4, $5 }' "/proc/$pid/limits")" "1024 4096"
	read -r _ _ _ _ _ session terminal _ <"/proc/$pid/stat"
	expect "its terminal" "$terminal" 0
	expect "its session" "$session" "$(awk '/^NSsid/ { print $2 }' "/proc/$pid/status")"
	expect "the leader of its session" "$session" "$pid"
	expect "its descriptors" "$(find "/proc/$pid/fd" -type l -printf '%f %l\n' | sort)" \
		$'0 /dev/null\n1 /run/holdfast/log/runtime.log\n2 /run/holdfast/log/runtime.log'
	expect "its environment" "$(tr '\0' '\n' <"/proc/$pid/environ" | sort)" \
		$'NOTIFY_SOCKET=/run/holdfast/notify\nPATH=/usr/bin\nWATCHDOG_USEC=30000000'
	expect_line "its cgroup" "$(cat "/proc/$pid/cgroup")" "^0::.*/${CGROUP##*/}/system/runtime\$"
	expect "memory.max" "$(limit memory.max)" 536870912
	expect "memory.low" "$(limit memory.low)" 67108864
	expect "pids.max" "$(limit pids.max)" 77
	expect "cpu.weight" "$(limit cpu.weight)" 200
}

# What process 1 wrote as the limit $1 of the runtime.
limit() {
	if [ -n "$(stand_in)" ]; then
		cat "$MACHINE/limits/runtime.$1"
	else
		cat "$CGROUP/system/runtime/$1"
	fi
}

@test "a service that asks for all capabilities gets those of process 1" {
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker sleep
		[confinement]
		capabilities = all
		no-new-privileges = no
	EOF
	boot
	service_is runtime ready
	state=$(cat "/proc/$(service_pid runtime)/status")
	expect_line "its status" "$state" "^CapEff:\s$(awk '/^CapEff/ { print $2 }' "/proc/$INIT_PID/status")\$"
	expect_line "its status" "$state" '^NoNewPrivs:\s0$'
	expect "its OOM score" "$(<"/proc/$(service_pid runtime)/oom_score_adj")" 0
	expect_no_line "its environment" "$(tr '\0' '\n' <"/proc/$(service_pid runtime)/environ")" .
}

@test "what a service prints is bounded, and its last line is on the console when it fails" {
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker wait /run/talk shout 3000000 mark /run/told wait /run/go kill 11
		restart-delay = 1h
		restart-delay-max = 1h
	EOF
	boot
	log=$ROOT/run/holdfast/log/runtime.log
	# While process 1 stands still, so that it doesn't cut the log in the middle of this.
	kill -STOP "$INIT_PID"
	: >"$ROOT/run/talk"
	wait_quickly "all to be told" test -e "$ROOT/run/told"
	expect "the size of the log" "$(stat -c %s "$log")" 3000000
	kill -CONT "$INIT_PID"
	wait_quickly "the log to be cut" -t 15 has_size "$log" 0
	expect "the size of the copy" "$(stat -c %s "$log.1")" 1048576
	expect "the last line of the copy" "$(tail -n 1 "$log.1" | tr -d '\0')" "$(printf %063d 2999936)"
	expect "who may read it" "$(stat -c %a "$log.1") $(stat -c %a "$log")" "600 600"
	: >"$ROOT/run/go"
	console_has 'service runtime: ended by signal 11'
}

has_size() { [ "$(stat -c %s "$1")" = "$2" ]; }

@test "the last line of a service that failed is shown without what could harm a terminal" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker say a redden \xc2\x9bb exit 3'
	boot
	console_has 'service runtime: ended with status 3 after [0-9.]+ s: \?\[31m\?\?b$'
	expect "control characters on the console" "$(LC_ALL=C tr -d '[:print:]\n' <"$CONSOLE" | wc -c)" 0
}

@test "a service with a domain starts on a kernel without a policy; with one it is not started outside of its domain" {
	service runtime <<-EOF
		[service]
		exec = /usr/bin/worker sleep
		restart-delay = 1h
		restart-delay-max = 1h
		[confinement]
		domain = runtime_t
	EOF
	boot
	service_is runtime ready
	# This kernel has no such domain, so that the new process can't ask for it.
	mkdir "$ROOT/sys/fs/selinux"
	echo 1 >"$ROOT/sys/fs/selinux/enforce"
	holdfast restart runtime
	wait_quickly "the service to fail" console_has 'service runtime: ended with status 127 .*: write system_u:system_r:runtime_t:s0 to /proc/self/attr/exec'
}
