# Somebody changes the disk's partition table, or puts in another disk. Never a guess, never a shell.

load ../lib/load
load ../lib/disk
load ../lib/node

setup() {
	DISK=$BATS_TEST_TMPDIR/disk.raw
	disk_copy "$BUILD/holdfast.raw" "$DISK"
}

teardown() {
	node_end
	rm -f "$DISK" "$BATS_TEST_TMPDIR/second.raw"
}

start() { node_start --profile production --disk "$DISK" "$@"; }

expect_restart() {
	node_wait_reboot "$1"
	console_has "$2"
	console_has_not 'holdfast: root:|Kernel panic'
	console_has_not '(^|[^a-z])(sh|ash|bash)?[#$] $'
}

second_disk() { echo -drive "if=none,id=second,format=raw,file=$BATS_TEST_TMPDIR/second.raw" -device virtio-blk-pci,drive=second; }

@test "twin: the untouched copy, beside a blank second disk, boots" {
	truncate -s 64M "$BATS_TEST_TMPDIR/second.raw"
	# shellcheck disable=SC2046
	start -- $(second_disk)
	wait_for_console 'holdfast: service runtime: started' 60
}

@test "the verity partition is missing" {
	sfdisk -q --delete "$DISK" 3
	start
	expect_restart 60 'step partitions failed .*verity tree [0-9a-f-]+ is missing'
}

@test "the root partition is missing" {
	sfdisk -q --delete "$DISK" 2
	start
	expect_restart 60 'step partitions failed .*root [0-9a-f-]+ is missing'
}

@test "a second disk has the same UUIDs" {
	disk_copy "$DISK" "$BATS_TEST_TMPDIR/second.raw"
	# shellcheck disable=SC2046
	start -- $(second_disk)
	expect_restart 60 'step partitions failed .* on both /dev/vd'
}

@test "a second disk has a root with the same UUID, but other content" {
	disk_copy "$DISK" "$BATS_TEST_TMPDIR/second.raw"
	flip_byte "$BATS_TEST_TMPDIR/second.raw" root 1030
	sfdisk -q --delete "$BATS_TEST_TMPDIR/second.raw" 3
	# shellcheck disable=SC2046
	start -- $(second_disk)
	expect_restart 60 'step partitions failed .* on both /dev/vd'
}

@test "the partition with the root's UUID has another type" {
	sfdisk -q --part-type "$DISK" 2 0FC63DAF-8483-4772-8E79-3D69D8477DE4
	start
	expect_restart 60 'step partitions failed .*root [0-9a-f-]+ is missing'
}

@test "the disk ends in the middle of the root" {
	read -r begin size < <(partition "$DISK" root)
	truncate -s $((begin + size / 2048 * 1024)) "$DISK"
	truncate -s $((begin + $(stat -c %s "$BUILD/root.erofs") / 2 / 4096 * 4096)) "$DISK"
	start
	expect_restart 90 'step (partitions|verity) failed'
}

@test "both headers of the partition table are damaged" {
	dd if=/dev/zero of="$DISK" bs=512 seek=1 count=1 conv=notrunc status=none
	dd if=/dev/zero of="$DISK" bs=512 seek=$(($(stat -c %s "$DISK") / 512 - 1)) count=1 conv=notrunc status=none
	start
	expect_restart 90 'step partitions failed .*no disk with'
}

# The backup at the end of the disk is good: the same table, with its checksum.
@test "the first header of the partition table is damaged: the backup is used, or nothing" {
	printf '\xff' | dd of="$DISK" bs=1 seek=$((512 + 72)) conv=notrunc status=none
	failures_are 'Kernel panic'
	start
	wait_for_console 'holdfast: (root: step services ok|initramfs: step partitions failed)' 90
}

@test "no disk at all" {
	truncate -s 64M "$BATS_TEST_TMPDIR/second.raw"
	rm "$DISK"
	mv "$BATS_TEST_TMPDIR/second.raw" "$DISK"
	start
	expect_restart 90 'step partitions failed .*no disk with'
}
