# Machines for process 1: a directory as the root, namespaces, and init.test in them as process 1 (see machine.c).
#
#   setup() { machine_new; }        makes $ROOT, the root directory of a node that boots without a failed step
#   service NAME <<EOF …            its service file; services run /usr/bin/worker (worker.c)
#   boot                            starts it and waits until the loop runs
#   teardown() { machine_remove; }  prints what the test can't know when it failed: the console
# shellcheck shell=bash

load ../lib/load

machine_new() {
	[ -z "$OBSTACLE" ] || skip "$OBSTACLE"
	MACHINE=$(mktemp -d "$BATS_TEST_TMPDIR/XXXX")
	ROOT=$MACHINE/root CONSOLE=$MACHINE/root/dev/kmsg
	CGROUP=$CGROUP_TOP/holdfast-test-$$-${MACHINE##*/}
	cp -a --sparse=always "$SUITE/root" "$ROOT"
	cp --sparse=always "$SUITE/state" "$MACHINE/state"
	mkdir "$MACHINE/limits" "$CGROUP"
}

# The file of service $1, from standard input.
service() {
	cat >"$ROOT/etc/holdfast/services/$1.conf"
}

# Where the limits of services are if this host has not given its controllers to cgroup v2; else nothing.
stand_in() {
	local controller
	for controller in cpu memory pids; do
		grep -qw "$controller" "$CGROUP/cgroup.controllers" || { echo "$MACHINE/limits"; return; }
	done
}

machine_start() {
	"$SUITE/machine" "$ROOT" "$CGROUP" "$MACHINE/state" "$(stand_in)" /usr/sbin/init \
		>"$MACHINE/end" 2>"$MACHINE/error" 3>&- &
	LAUNCHER=$!
	wait_quickly "process 1 to start" test -s "$MACHINE/pid"
	INIT_PID=$(<"$MACHINE/pid")
}

# … and waits until the loop runs, which writes the first status.
boot() {
	machine_start
	wait_quickly "the loop to start" loop_runs_or_never_will
	[ -e "$ROOT/run/holdfast/status.json" ] || fail "it reboots before its loop starts"
}

loop_runs_or_never_will() { [ -e "$ROOT/run/holdfast/status.json" ] || grep -q 'rebooting in' "$CONSOLE"; }

# Prints how the machine ended: "restart", "power off", "signal N", within $1 seconds.
machine_end() {
	wait_quickly "the machine to end" -t "$1" test -s "$MACHINE/end" || return
	wait "$LAUNCHER"
	LAUNCHER=
	cat "$MACHINE/end"
}

# Ends it at once, to be booted again with the same root.
machine_stop() {
	kill -KILL "$LAUNCHER"
	wait "$LAUNCHER" 2>/dev/null || true
	LAUNCHER=
	wait_quickly "the cgroup to be removed" remove_cgroup
	mkdir "$CGROUP"
	rm -f "$MACHINE/pid" "$ROOT/dev/vda1" "$ROOT/run/holdfast"/{status.json,breakglass.memory}
}

machine_remove() {
	[ -n "${MACHINE:-}" ] || return 0
	if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
		echo "--- the console:"
		cat "$CONSOLE" "$MACHINE/error"
	fi
	[ -z "${LAUNCHER:-}" ] || kill -KILL "$LAUNCHER" 2>/dev/null || true
	wait_quickly "the cgroup to be removed" remove_cgroup
}

remove_cgroup() { [ ! -d "$CGROUP" ] || find "$CGROUP" -depth -type d -exec rmdir {} +; }

# Calls ${@:2} every 20 ms until it succeeds; $1 says what is waited for. With "-t SECONDS" before the command at
# most so long, else PATIENCE (10) seconds; both are multiplied by TESTS_SLOW, as in lib/node.bash.
wait_quickly() {
	local what=$1 seconds=${PATIENCE:-10}
	shift
	[ "$1" != -t ] || { seconds=$2; shift 2; }
	seconds=$((seconds * ${TESTS_SLOW:-2}))
	local deadline=$((SECONDS + seconds))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -le $deadline ] || { fail "waited $seconds s in vain for $what"; return 1; }
		read -r -t 0.02 <> <(:) || true
	done
}

# ---- what a person sees ----

# Waits for a line of the console that matches $1, at most $2 seconds (PATIENCE).
console_has() {
	wait_quickly "the console line '$1'" -t "${2:-${PATIENCE:-10}}" grep -Eq -- "$1" "$CONSOLE"
}

console_count() { grep -Ec -- "$1" "$CONSOLE" || true; }

# The command `holdfast` of the node.
holdfast() { chroot "$ROOT" /usr/bin/holdfast "$@"; }

# What jq's filter $1 finds in status.json.
status() { jq -r "$1" "$ROOT/run/holdfast/status.json"; }

# Waits until the service $1 is in state $2, at most $3 seconds (PATIENCE).
service_is() {
	wait_quickly "service $1 to be $2" -t "${3:-${PATIENCE:-10}}" service_state_is "$1" "$2"
}

service_state_is() { [ "$(service_status "$1" state)" = "$2" ]; }

# A field ($2) of a service ($1) in the status.
service_status() { status ".services[] | select(.name == \"$1\") | .$2"; }

# The main process of service $1, as this side numbers it.
service_pid() {
	local pid
	pid=$(service_status "$1" pid)
	grep -l "^NSpid:.*[[:space:]]$pid\$" /proc/[0-9]*/status 2>/dev/null | while IFS=/ read -r _ _ outside _; do
		[ ! "/proc/$outside/ns/pid" -ef "/proc/$INIT_PID/ns/pid" ] || echo "$outside"
	done
}
