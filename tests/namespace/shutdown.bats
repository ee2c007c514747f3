# The way down.

load machine

setup() { machine_new; }
teardown() {
	[ -z "${INTRUDER:-}" ] || kill -KILL "$INTRUDER" 2>/dev/null || true
	machine_remove
}

# The line numbers of the console that match each argument must grow.
expect_in_order() {
	local last=0 at regex
	for regex; do
		at=$(grep -En -m 1 -- "$regex" "$CONSOLE" | cut -d: -f1)
		[ -n "$at" ] || fail "no line '$regex'"
		[ "$at" -gt "$last" ] || fail "the line '$regex' comes too early"
		last=$at
	done
}

@test "power off: agent, pods, runtime, state, in this order" {
	service agent <<<$'[service]\nexec = /usr/bin/worker ready sleep\nready = notify\nafter = runtime'
	service runtime <<<$'[service]\nexec = /usr/bin/worker mark /var/lib/kubelet/data ready sleep\nready = notify'
	service shim <<-EOF
		[service]
		exec = /usr/bin/worker bind /var/opt bind /var/opt/cni pod one sleep
		[confinement]
		capabilities = all
	EOF
	boot
	service_is agent ready
	wait_quickly "the pod" populated kubepods
	expect "the answer" "$(holdfast power off)" "going down"
	expect "the end of the machine" "$(machine_end 20)" "power off"
	expect_in_order 'going down: request; then power off' 'service agent: ended by signal 15' \
		'service runtime: ended by signal 15' 'going down: state unmounted$'
	expect "what took too long" "$(console_count 'not done after|read-only')" 0
}

populated() { grep -q 'populated 1' "$CGROUP/$1/cgroup.events"; }

@test "reboot: nothing starts again on the way, and a second request changes nothing" {
	service agent <<<$'[service]\nexec = /usr/bin/worker ignore ready sleep\nready = notify\nstop-timeout = 5s'
	service runtime <<<$'[service]\nexec = /usr/bin/worker ready sleep\nready = notify'
	boot
	service_is agent ready
	expect "the answer" "$(holdfast power reboot)" "going down"
	expect "the answer to another request" "$(holdfast power off)" "going down"
	expect "the state of the node" "$(status .state)" stopping
	expect_refusal "a restart on the way down" 'this node is going down' holdfast restart runtime
	expect "the end of the machine" "$(machine_end 20)" restart
	expect "the announcements" "$(console_count 'going down: .*; then')" 1
	expect_in_order 'service agent: does not end when asked; killing it' 'service agent: ended by signal 9' \
		'service runtime: ended by signal 15'
	expect "the starts" "$(console_count 'service .*: started')" 2
}

@test "what services leave behind, and what ignores SIGTERM in a pod, is killed at its deadline" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker ignore brood 3 ready sleep\nready = notify\nstop-timeout = 300ms'
	service shim <<<$'[service]\nexec = /usr/bin/worker ignore pod two brood 2 sleep\nstop-timeout = 300ms'
	boot
	service_is runtime ready
	wait_quickly "the pod" populated kubepods
	holdfast power off
	expect "the end of the machine" "$(machine_end 30)" "power off"
	expect_in_order 'going down: pods not done after 10 s; going on' 'service runtime: does not end when asked; killing it' \
		'going down: state unmounted'
	expect "phases that took too long" "$(console_count 'not done after')" 1
}

# Starts the worker in the machine's mounts with /var as its working directory: no cgroup of the node's has it.
intruder() {
	nsenter --mount="/proc/$INIT_PID/ns/mnt" --root="/proc/$INIT_PID/root" --wd="/proc/$INIT_PID/root/var" \
		/usr/bin/worker "$@" mark /run/intruder sleep 3>&- &
	INTRUDER=$!
	wait_quickly "the intruder" test -e "$ROOT/run/intruder"
}

@test "a state that is in use is left read-only" {
	boot
	intruder
	holdfast power off
	expect "the end of the machine" "$(machine_end 20)" "power off"
	console_has 'going down: state read-only \(unmount: .*busy\)'
	# The intruder keeps the machine's mounts alive: what is clean now was made so by process 1.
	expect_line "the mounts" "$(cat "/proc/$INTRUDER/mountinfo")" ' / /var ro,.* - ext4 [^ ]* ro[, ]'
	said=$(dumpe2fs -h "$MACHINE/state" 2>/dev/null)
	expect_line "the state file system" "$said" '^Filesystem state: +clean$'
	expect_no_line "the state file system" "$said" '^Filesystem features:.* needs_recovery'
}

@test "a state that is being written for ever does not keep the node from ending" {
	boot
	intruder hold file
	holdfast power off
	expect "the end of the machine" "$(machine_end 20)" "power off"
	console_has '<3>holdfast: going down: state neither unmounted \(.*busy\) nor read-only \(.*busy\)'
}
