# Process 1 itself fails: the machine starts anew, by its own hand or by the watchdog's.

load ../lib/load
load ../lib/disk
load ../lib/node

setup_file() {
	node_start --profile test --on-reboot stay
	wait_for_console "$NODE_IS_UP" 180
	wait_for_probe 120
}

teardown_file() { node_end; }

# How often the machine was reset, as QEMU counts.
resets() { jq -s '[.[] | select(.event == "RESET")] | length' "$NODE/qmp.log"; }

@test "a fault in process 1: one line, then the node boots again" {
	before=$(resets)
	console_mark
	(NODE_RUN_SECONDS=5 on_node /usr/bin/holdfast test fault || true) >/dev/null 2>&1 &
	wait_for_console 'holdfast: process 1 has a fault \(signal 11\): rebooting' 20
	wait_for_console 'holdfast: initramfs: step mounts ok' 60
	expect "the lines about the fault" "$(console | grep -c 'has a fault')" 1
	console_has_not 'Kernel panic'
	expect "resets of the machine" "$(resets)" $((before + 1))
	console_mark
	wait_for_console "$NODE_IS_UP" 180
	wait_for_probe 120
}

@test "process 1 stalled: the watchdog starts the machine anew" {
	before=$(resets)
	console_mark
	(NODE_RUN_SECONDS=5 on_node /usr/bin/holdfast test stall || true) >/dev/null 2>&1 &
	wait_for_console 'holdfast: initramfs: step mounts ok' 120
	expect "resets of the machine" "$(resets)" $((before + 1))
	expect "what QEMU's watchdog did" "$(jq -r 'select(.event == "WATCHDOG").data.action' "$NODE/qmp.log")" reset
	wait_for_console "$NODE_IS_UP" 180
}

@test "a healthy node isn't reset by the watchdog" {
	# More than two of its periods have passed since the last boot began, or pass now.
	before=$(resets)
	wait_until "uptime over 70 s" 80 node_has_been_up 70
	expect "resets of the machine" "$(resets)" "$before"
}

node_has_been_up() { [ "$(node_run "cut -d. -f1 /proc/uptime")" -ge "$1" ]; }
