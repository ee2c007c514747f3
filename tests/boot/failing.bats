# Process 1 stalls: the watchdog starts the machine anew. (A fault in it: boot/node.)

load ../lib/load
load ../lib/disk
load ../lib/node

setup_file() {
	node_start --profile test --on-reboot stay
	wait_for_console "$NODE_IS_UP" 180
	wait_for_probe 120
}

teardown_file() { node_end; }

# How often the kernel was started. (QEMU counts a reset by the chipset's watchdog twice.)
boots() { plain <"$NODE/console.log" | grep -c '\[ *0\.0.*Linux version '; }

node_has_been_up() { [ "$(node_run "cut -d. -f1 /proc/uptime")" -ge "$1" ]; }

@test "a node in order isn't reset by the watchdog, however long it runs" {
	wait_until "two periods of the watchdog" 90 node_has_been_up 70
	expect "how often it was started" "$(boots)" 1
}

@test "process 1 stalled: the watchdog resets the machine, and the node boots again" {
	console_mark
	(on_node /usr/bin/holdfast test stall >/dev/null 2>&1 || true) 3>&- &
	wait_for_console 'holdfast: initramfs: step mounts ok' 120
	expect "how often it was started" "$(boots)" 2
	expect "what QEMU's watchdog did" "$(jq -r 'select(.event == "WATCHDOG").data.action' "$NODE/qmp.log")" reset
	wait_for_console 'holdfast: root: step services ok' 120
}
