# The way down.

load machine

setup() { machine_new; }
teardown() { machine_remove; }

# The state's file system must be clean: nothing left in its journal.
expect_clean_state() {
	local said
	said=$(dumpe2fs -h "$MACHINE/state" 2>/dev/null)
	expect_line "the state file system" "$said" '^Filesystem state: +clean$'
	expect_no_line "the state file system" "$said" '^Filesystem features:.* needs_recovery'
	e2fsck -fn "$MACHINE/state" >"$MACHINE/e2fsck" 2>&1 || fail "the state file system has errors: $(cat "$MACHINE/e2fsck")"
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
	service shim <<<$'[service]\nexec = /usr/bin/worker pod one'
	boot
	service_is agent ready
	wait_quickly "the pod" populated kubepods
	nsenter --mount="/proc/$INIT_PID/ns/mnt" -- mount -t tmpfs volume /var/lib/kubelet
	expect "the answer" "$(holdfast power off)" "going down"
	expect "the end of the machine" "$(machine_end 20)" "power off"
	expect_in_order 'going down: request; then power off' 'service agent: ended by signal 15' \
		'service runtime: ended by signal 15' 'going down: state unmounted$'
	expect "what took too long" "$(console_count 'not done after|read-only')" 0
	expect_clean_state
}

populated() { grep -q 'populated 1' "$CGROUP/$1/cgroup.events"; }

@test "reboot: nothing starts again on the way, and a second request changes nothing" {
	service agent <<<$'[service]\nexec = /usr/bin/worker ignore ready sleep\nready = notify\nstop-timeout = 1s'
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
	expect_clean_state
}

@test "what services leave behind, and what ignores SIGTERM in a pod, is killed at its deadline" {
	service runtime <<<$'[service]\nexec = /usr/bin/worker ignore brood 3 ready sleep\nready = notify\nstop-timeout = 300ms'
	service shim <<<$'[service]\nexec = /usr/bin/worker ignore pod two brood 2 sleep'
	boot
	service_is runtime ready
	wait_quickly "the pod" populated kubepods
	holdfast power off
	expect "the end of the machine" "$(machine_end 60)" "power off"
	console_has 'going down: pods not done after 10 s; going on'
	expect "other phases that took too long" "$(console_count 'not done after')" 2
	console_has 'going down: services not done after 15 s; going on'
	expect_clean_state
}

@test "a state that is in use for ever is left read-only and clean" {
	boot
	nsenter --mount="/proc/$INIT_PID/ns/mnt" -- mount --bind /var/lib /tmp
	holdfast power off
	expect "the end of the machine" "$(machine_end 20)" "power off"
	console_has 'going down: state (unmounted|read-only)'
	expect_clean_state
}
