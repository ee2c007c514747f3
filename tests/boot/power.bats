# The state partition through a node's life, and ways to switch it off. One disk lives through all of it, in this order.

load ../lib/load
load ../lib/disk
load ../lib/node

setup_file() {
	export DISK=$BATS_FILE_TMPDIR/disk.qcow2
	disk_overlay "$BUILD/holdfast.raw" "$DISK"
}

teardown() { node_end; }

boot() {
	node_start --profile production --disk "$DISK"
	wait_for_console 'holdfast: service runtime: started' 60
}

# Switched off (or reset) in an orderly way because of $1, with the state file system clean afterwards.
expect_orderly_end() {
	console_has "holdfast: going down: $1; then"
	console_has 'holdfast: service runtime: ended'
	console_has 'holdfast: going down: state unmounted'
	console_has_not 'not done after|EXT4-fs error|process 1 has a fault|Kernel panic'
	STATE=$(check_state "$DISK") || fail "e2fsck would correct something: $STATE"
	expect_line "dumpe2fs" "$STATE" '^Filesystem state: +clean$'
	expect_no_line "dumpe2fs" "$STATE" 'needs_recovery'
}

# MiB of the file system and of its partition.
state_size() { awk -F': +' '/^Block count/ { count = $2 } /^Block size/ { print count * $2 / 1048576 }' <<<"$STATE"; }
partition_size() {
	disk_flatten "$DISK" "$BATS_TEST_TMPDIR/whole.raw"
	local size
	read -r _ size < <(partition "$BATS_TEST_TMPDIR/whole.raw" state)
	sfdisk --verify -q "$BATS_TEST_TMPDIR/whole.raw" >&2
	rm "$BATS_TEST_TMPDIR/whole.raw"
	echo $((size / 1048576))
}

# MiB at the partition's end where a marker stands while the file system is made (init/unfinished.h).
RESERVE=1

uuid() { sed -n 's/^Filesystem UUID: *//p' <<<"$1"; }

@test "first boot, on a disk larger than the image: the state fills it; power button: a clean end" {
	qemu-img resize -q "$DISK" 4G
	boot
	console_has 'holdfast: root: making the state file system on /dev/vda6 '
	console_has 'holdfast: root: machine id [0-9a-f]{32}, new'
	press_power_button
	node_wait_poweroff 90
	expect_orderly_end 'power button'
	expect "the partition in MiB" "$(partition_size)" $((4096 - $(sfdisk --json "$BUILD/holdfast.raw" | jq '.partitiontable | .partitions[5].start * .sectorsize / 1048576') - 1))
	expect "the file system in MiB" "$(state_size)" $(($(partition_size) - RESERVE))
	# What was written is on the disk, not in the folder below it.
	expect_line "dumpe2fs" "$STATE" '^Mount count: +[1-9]'
	uuid "$STATE" >"$BATS_FILE_TMPDIR/uuid"
	console | sed -n 's/.*holdfast: root: machine id \([0-9a-f]*\), new/\1/p' >"$BATS_FILE_TMPDIR/machine-id"
	expect "the machine id on the disk" "$(state_file "$DISK" /lib/holdfast/machine-id)" "$(cat "$BATS_FILE_TMPDIR/machine-id")"
}

@test "second boot, on a disk that was enlarged since: the same file system, grown; Ctrl-Alt-Del: a clean restart" {
	qemu-img resize -q "$DISK" 5G
	boot
	console_has_not 'making the state file system|machine id .*, new'
	press_ctrl_alt_del
	node_wait_reboot 90
	expect_orderly_end 'ctrl-alt-del'
	expect "the file system's UUID" "$(uuid "$STATE")" "$(cat "$BATS_FILE_TMPDIR/uuid")"
	expect "the machine id on the disk" "$(state_file "$DISK" /lib/holdfast/machine-id)" "$(cat "$BATS_FILE_TMPDIR/machine-id")"
	[ "$(partition_size)" -gt 3300 ] || fail "the partition has $(partition_size) MiB"
	expect "the file system in MiB" "$(state_size)" $(($(partition_size) - RESERVE))
}

@test "power cut: the journal is played back at the next boot, and nothing is lost" {
	boot
	wait_for_console 'holdfast: service runtime: ready' 120
	node_kill
	said=$(check_state "$DISK" || true)
	expect_line "dumpe2fs after the power cut" "$said" 'needs_recovery'

	boot
	console_has_not 'making the state file system|machine id .*, new'
	press_power_button
	node_wait_poweroff 90
	expect_orderly_end 'power button'
	expect "the file system's UUID" "$(uuid "$STATE")" "$(cat "$BATS_FILE_TMPDIR/uuid")"
}

# The machine is stopped meanwhile, so that the boot can't get further than it is seen to be.
@test "power button pressed during the boot: heard by the loop, which then starts no service" {
	node_start --profile production --disk "$DISK"
	wait_for_console 'holdfast: initramfs: step buttons ok' 60
	qmp '{"execute":"stop"}' >/dev/null
	console_has_not 'holdfast: root: step services'
	press_power_button
	qmp '{"execute":"cont"}' >/dev/null
	node_wait_poweroff 90
	console_has 'holdfast: root: step services ok'
	console_has 'holdfast: going down: power button; then power off'
	console_has 'holdfast: going down: state unmounted'
	# The runtime alone starts before the loop.
	console_has_not 'holdfast: service agent: started'
}

@test "power cut while the state file system is being made: the next boot has one" {
	local disk=$BATS_TEST_TMPDIR/disk.qcow2
	disk_overlay "$BUILD/holdfast.raw" "$disk"
	node_start --profile production --disk "$disk"
	# So slow that mke2fs can't be done before the cut.
	qmp '{"execute":"block_set_io_throttle","arguments":{"device":"disk0","bps":0,"bps_rd":0,"bps_wr":65536,
		"iops":0,"iops_rd":0,"iops_wr":0}}' >/dev/null
	wait_for_console 'holdfast: root: making the state file system .*, once' 60
	node_kill
	node_start --profile production --disk "$disk"
	wait_for_console 'holdfast: service runtime: started' 60
	console_has 'holdfast: root: making the state file system .*, anew: an earlier attempt was cut short'
}

# The kernel keeps what was written for half a minute before it goes to the disk.
@test "power cut as soon as a pod answers: its image is whole, and it answers again" {
	local disk=$BATS_TEST_TMPDIR/disk.qcow2
	disk_overlay "$(profile_dir demo)/holdfast.raw" "$disk"
	node_start --profile demo --disk "$disk"
	wait_for_pod
	node_kill
	node_start --profile demo --disk "$disk"
	wait_for_pod
}
