# What happens when runtime or agent end: they come back, and pods don't notice.

load ../lib/load
load ../lib/disk
load ../lib/node

setup_file() { node_start_up; }
teardown_file() { node_end; }

setup() { console_mark; }

pid_of() { node_run "pidof $1"; }

# Process id and start time of the pod's web server: another process has another.
pod_process() { node_run 'cat /proc/$(pidof httpd)/stat' | cut -d' ' -f1,22; }

@test "runtime killed: it restarts, and the pod runs on" {
	pod=$(pod_process)
	runtime=$(pid_of containerd)
	agent=$(pid_of kubelet)
	node_run "kill -KILL $runtime"
	wait_for_console 'holdfast: service runtime: ended by signal 9 after' 20
	pod_page >/dev/null || fail "the pod doesn't answer while the runtime is down"
	wait_for_console 'holdfast: service runtime: again in 1\.0 s' 20
	wait_for_console 'holdfast: service runtime: ready after' 90
	[ "$(pid_of containerd)" != "$runtime" ]
	expect "the pod's process" "$(pod_process)" "$pod"
	expect "the agent" "$(pid_of kubelet)" "$agent"
	pod_page >/dev/null
}

# Seconds that the runtime waited before its last restart.
last_wait() { console | sed -n 's/.*holdfast: service runtime: again in \([0-9.]*\) s.*/\1/p' | tail -n1; }

@test "runtime killed again at once: the wait is longer each time" {
	node_run 'kill -KILL $(pidof containerd)'
	wait_for_console 'holdfast: service runtime: ready after' 90
	first=$(last_wait)
	# With nothing in between: after a minute of health the waits would begin anew.
	console_mark
	node_run 'kill -KILL $(pidof containerd)'
	wait_for_console 'holdfast: service runtime: ready after' 90
	expect "twice the wait of $first s" "$(last_wait)" "$(awk "BEGIN { printf \"%.1f\", 2 * $first }")"
	expect "the restarts in status.json" "$(node_status '.services[] | select(.name == "runtime").restarts')" 3
}

@test "holdfast restart runtime: a new process, and the pod runs on" {
	pod=$(pod_process)
	runtime=$(pid_of containerd)
	on_node /usr/bin/holdfast restart runtime
	wait_for_console 'holdfast: service runtime: ready after' 90
	[ "$(pid_of containerd)" != "$runtime" ]
	expect "the pod's process" "$(pod_process)" "$pod"
	pod_page >/dev/null
}

@test "agent killed: it restarts, and the pod runs on" {
	pod=$(pod_process)
	agent=$(pid_of kubelet)
	node_run "kill -KILL $agent"
	wait_for_console 'holdfast: service agent: ended by signal 9 after' 20
	wait_for_console 'holdfast: service agent: ready after' 90
	[ "$(pid_of kubelet)" != "$agent" ]
	expect "the pod's process" "$(pod_process)" "$pod"
	pod_page >/dev/null
}

@test "agent frozen: its watchdog ends it, and it restarts" {
	agent=$(pid_of kubelet)
	node_run "kill -STOP $agent"
	wait_for_console 'holdfast: service agent: .*killing it' 90
	wait_for_console 'holdfast: service agent: ready after' 90
	[ "$(pid_of kubelet)" != "$agent" ]
}

@test "the pod's process killed: the agent starts it anew, so it is alive" {
	pod=$(pod_process)
	node_run 'kill -KILL $(pidof httpd)'
	wait_for_pod 90
	[ "$(pod_process)" != "$pod" ]
}

@test "an unknown service can't be restarted, and the answer says so" {
	expect_refusal "an unknown service" "no service 'nothing'" on_node /usr/bin/holdfast restart nothing
	expect "the state afterwards" "$(node_status .state)" running
}

@test "holdfast power off: agent, pods, runtime, state, in this order; the state is clean afterwards" {
	on_node /usr/bin/holdfast power off
	node_wait_poweroff 90
	console_has 'holdfast: going down: request; then power off'
	# Pods may ignore the request to end: they are killed then.
	console_has_not '(agent|services|state) not done after|process 1 has a fault|Kernel panic'
	ends=$(console | sed -nE 's/.*holdfast: (service (agent|runtime): ended|going down: state unmounted).*/\1/p' | paste -sd' ')
	expect "the order of the end" "$ends" 'service agent: ended service runtime: ended going down: state unmounted'
	said=$(check_state "$NODE/disk.qcow2")
	expect_line "dumpe2fs" "$said" '^Filesystem state: +clean$'
	expect_no_line "dumpe2fs" "$said" 'needs_recovery'
}
