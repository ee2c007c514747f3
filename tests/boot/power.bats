# Ways to switch a node off, and what its disk is like afterwards. One disk lives through all of it, in this order.

load ../lib/load
load ../lib/disk
load ../lib/node

GIB=$((1024 * 1024 * 1024))

setup_file() {
	export DISK=$BATS_FILE_TMPDIR/disk.qcow2
	disk_overlay "$(profile_dir test)/holdfast.raw" "$DISK"
}

teardown() { node_end; }

boot() {
	node_start --profile test --disk "$DISK"
	wait_for_console "$NODE_IS_UP" 180
	wait_for_probe 120
}

# Size of the state file system in MiB, as the node sees it.
state_size() { node_run "df -m /proc/1/root/var | tail -n1" | awk '{ print $2 }'; }

# The phases of going down, as they came on the console.
expect_orderly_end() {
	console_has "holdfast: going down: $1; then $2"
	console_has 'holdfast: going down: state unmounted'
	console_has_not 'not done after|EXT4-fs error|process 1 has a fault|Kernel panic'
	ends=$(console | sed -nE 's/.*holdfast: (service (agent|runtime): ended|going down: state unmounted).*/\1/p' | paste -sd' ')
	expect_line "the order of the end" "$ends" 'service agent: ended.* service runtime: ended.* going down: state unmounted'
}

@test "first boot on a disk larger than the image: the state partition fills it" {
	qemu-img resize -q "$DISK" "$((4 * GIB))"
	boot
	size=$(state_size)
	image=$(jq -r '.partitiontable.partitions[5].start * .partitiontable.sectorsize / 1048576' < <(sfdisk --json "$(profile_dir test)/holdfast.raw"))
	[ "$size" -gt $((4096 - image - 200)) ] || fail "the state file system has $size MiB"
	node_run 'echo "written at the first boot" >/proc/1/root/var/witness'

	on_node /usr/bin/holdfast power off
	node_wait_poweroff 90
	expect_orderly_end request 'power off'
}

@test "after a requested end the state file system is clean" {
	said=$(check_state "$DISK")
	expect_line "e2fsck and dumpe2fs" "$said" '^Filesystem state: +clean$'
	expect_no_line "dumpe2fs" "$said" 'needs_recovery'
}

@test "second boot, on a disk that was enlarged since: the same state, grown; power button: clean" {
	qemu-img resize -q "$DISK" "$((5 * GIB))"
	boot
	expect "what was written before" "$(node_run cat /proc/1/root/var/witness)" "written at the first boot"
	[ "$(state_size)" -gt 3000 ] || fail "the state file system has $(state_size) MiB"
	console_mark
	press_power_button
	node_wait_poweroff 90
	expect_orderly_end 'power button' 'power off'
	said=$(check_state "$DISK")
	expect_line "e2fsck and dumpe2fs" "$said" '^Filesystem state: +clean$'
	expect_no_line "dumpe2fs" "$said" 'needs_recovery'
}

@test "Ctrl-Alt-Del: an orderly reboot" {
	boot
	console_mark
	press_ctrl_alt_del
	node_wait_reboot 90
	expect_orderly_end 'ctrl-alt-del' 'reboot'
	expect_line "e2fsck and dumpe2fs" "$(check_state "$DISK")" '^Filesystem state: +clean$'
}

@test "power cut while it writes: the journal is played back, nothing that was synced is lost" {
	boot
	node_run 'echo "synced before the power cut" >/proc/1/root/var/synced; sync'
	node_run '(while :; do echo x >>/proc/1/root/var/scratch; done >/dev/null 2>&1 &)'
	wait_until "something to be written" 20 node_run '[ -s /proc/1/root/var/scratch ]'
	node_kill
	said=$(check_state "$DISK" || true)
	expect_line "what dumpe2fs says after the power cut" "$said" 'needs_recovery'

	boot
	expect "what was synced" "$(node_run cat /proc/1/root/var/synced)" "synced before the power cut"
	expect "what was written at the first boot" "$(node_run cat /proc/1/root/var/witness)" "written at the first boot"
	wait_for_pod 90
	console_mark
	press_power_button
	node_wait_poweroff 90
	expect_line "e2fsck and dumpe2fs" "$(check_state "$DISK")" '^Filesystem state: +clean$'
}
