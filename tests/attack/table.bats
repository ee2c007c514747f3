# Somebody changes the disk's partition table, or puts in another disk. Never a guess, never a shell.

load ../lib/load
load ../lib/disk
load ../lib/node
load ../lib/own_disk

# The node must end by a reset within $1 seconds, having said $2, and not have entered a root.
expect_no_root() {
	expect_restart "$@"
	console_has_not 'holdfast: root:'
}

second_disk() { echo -drive "if=none,id=second,format=raw,file=$OWN/second.raw" -device virtio-blk-pci,drive=second; }

@test "twin: the untouched copy, beside a blank second disk, boots" {
	truncate -s 64M "$OWN/second.raw"
	# shellcheck disable=SC2046
	start -- $(second_disk)
	wait_for_console 'holdfast: service runtime: started' 60
}

@test "the verity partition is missing" {
	sfdisk -q --delete "$DISK" 3
	start
	expect_no_root 60 'step partitions failed .*verity tree [0-9a-f-]+ is missing'
}

@test "the root partition is missing" {
	sfdisk -q --delete "$DISK" 2
	start
	expect_no_root 60 'step partitions failed .*root [0-9a-f-]+ is missing'
}

@test "a second disk has the same UUIDs" {
	disk_copy "$DISK" "$OWN/second.raw"
	# shellcheck disable=SC2046
	start -- $(second_disk)
	expect_no_root 60 'step partitions failed .* on both /dev/vd'
}

@test "a second disk has a root with the same UUID, but other content" {
	disk_copy "$DISK" "$OWN/second.raw"
	flip_byte "$OWN/second.raw" root 1030
	sfdisk -q --delete "$OWN/second.raw" 3
	# shellcheck disable=SC2046
	start -- $(second_disk)
	expect_no_root 60 'step partitions failed .* on both /dev/vd'
}

@test "the partition with the root's UUID has another type" {
	sfdisk -q --part-type "$DISK" 2 0FC63DAF-8483-4772-8E79-3D69D8477DE4
	start
	expect_no_root 60 'step partitions failed .*root [0-9a-f-]+ is missing'
}

@test "the disk ends in the middle of the root" {
	read -r begin size < <(partition "$DISK" root)
	truncate -s $((begin + size / 2048 * 1024)) "$DISK"
	truncate -s $((begin + $(stat -c %s "$BUILD/root.erofs") / 2 / 4096 * 4096)) "$DISK"
	start
	expect_no_root 90 'step partitions failed .*no disk with'
}

@test "both headers of the partition table are damaged" {
	dd if=/dev/zero of="$DISK" bs=512 seek=1 count=1 conv=notrunc status=none
	dd if=/dev/zero of="$DISK" bs=512 seek=$(($(stat -c %s "$DISK") / 512 - 1)) count=1 conv=notrunc status=none
	start
	expect_no_root 90 'step partitions failed .*no disk with'
}

# The backup at the end of the disk is good: the same table, with its checksum.
@test "the first header of the partition table is damaged: the backup is used" {
	printf '\xff' | dd of="$DISK" bs=1 seek=$((512 + 72)) conv=notrunc status=none
	start
	wait_for_console 'holdfast: root: step services ok' 90
	console_has 'Primary GPT is invalid, using alternate GPT'
}

@test "no disk at all" {
	truncate -s 64M "$OWN/second.raw"
	rm "$DISK"
	mv "$OWN/second.raw" "$DISK"
	start
	expect_no_root 90 'step partitions failed .*no disk with'
}
