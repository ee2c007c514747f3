# Somebody changes what the node boots from. It must notice, say what it noticed, and restart: never a shell, never
# a service started from what was not verified. The first test is the twin of all others: the untouched copy boots.

load ../lib/load
load ../lib/disk
load ../lib/node
load ../lib/own_disk

VERITY_SAYS='device-mapper: verity: .*(metadata|data) block [0-9]+ is corrupted'

@test "twin: the untouched copy of the disk boots" {
	start
	wait_for_console 'holdfast: service runtime: started' 60
	console_has 'holdfast: initramfs: step verity ok'
}

@test "a byte flipped in the root's superblock" {
	flip_byte "$DISK" root 1030
	start
	expect_restart 60 "$VERITY_SAYS"
	console_has_not 'holdfast: root:'
}

@test "a byte flipped in process 1's program on the root" {
	offset=$(first_block production /usr/sbin/init)
	flip_byte "$DISK" root $((offset + 100))
	start
	expect_restart 60 "$VERITY_SAYS"
	console_has_not 'holdfast: root:'
}

@test "a byte flipped in the runtime's program, which is read only after the boot" {
	flip_byte "$DISK" root $(($(first_block production /usr/bin/containerd) + 4096))
	start
	expect_restart 90 "$VERITY_SAYS"
	console_has 'holdfast: root: step seal ok' # the runtime is started next
}

@test "a byte flipped at the top of the hash tree" {
	flip_byte "$DISK" verity $((4096 + 5))
	start
	expect_restart 60 "$VERITY_SAYS"
	console_has_not 'holdfast: root:'
}

@test "a byte flipped in the hash tree's lowest level" {
	# The tree's last level comes last; the hash of block 0 of the root is the first in it.
	leaves=$((($(stat -c %s "$BUILD/root.erofs") / 4096 + 127) / 128))
	flip_byte "$DISK" verity $(($(stat -c %s "$BUILD/root.verity") - leaves * 4096 + 3))
	start
	expect_restart 60 "$VERITY_SAYS"
	console_has_not 'holdfast: root:'
}

@test "a byte flipped in the tree's superblock changes nothing: it isn't believed" {
	flip_byte "$DISK" verity 20
	start
	wait_for_console 'holdfast: service runtime: started' 60
}

# Makes $BATS_TEST_TMPDIR/initramfs: the image's own, with $1 as root hash.
initramfs_with_hash() {
	local old work=$BATS_TEST_TMPDIR/identity
	old=$(cat "$BUILD/root.hash")
	mkdir -p "$work/etc/holdfast"
	zstd -dcq "$BUILD/initramfs.cpio.zst" | (cd "$work" && cpio -idu --quiet etc/holdfast/root)
	sed -i "s/$old/$1/" "$work/etc/holdfast/root"
	grep -q "$1" "$work/etc/holdfast/root"
	cp "$BUILD/initramfs.cpio.zst" "$BATS_TEST_TMPDIR/initramfs"
	(cd "$work" && echo etc/holdfast/root | cpio -o -H newc --quiet) | zstd -q >>"$BATS_TEST_TMPDIR/initramfs"
}

# The root hash with another digit at place $1.
other_hash() {
	local hash
	hash=$(cat "$BUILD/root.hash")
	echo "${hash:0:$1}$(tr 0-9a-f 1-9a-f0 <<<"${hash:$1:1}")${hash:$(($1 + 1))}"
}

@test "an initramfs with another root hash: no disk has such a root" {
	initramfs_with_hash "$(other_hash 5)"
	start --initramfs "$BATS_TEST_TMPDIR/initramfs"
	expect_restart 90 'holdfast: initramfs: step partitions failed .*(missing|no disk with)'
}

@test "an initramfs with another root hash, and a disk whose UUIDs fit it" {
	hash=$(other_hash 40)
	initramfs_with_hash "$hash"
	sfdisk -q --part-uuid "$DISK" 3 "$(sed -E 's/^.{32}(.{8})(.{4})(.{4})(.{4})(.{12})$/\1-\2-\3-\4-\5/' <<<"$hash")"
	start --initramfs "$BATS_TEST_TMPDIR/initramfs"
	expect_restart 60 "$VERITY_SAYS"
	console_has 'holdfast: initramfs: step partitions ok'
}

@test "twin: an initramfs repacked with the right root hash boots" {
	initramfs_with_hash "$(cat "$BUILD/root.hash")"
	start --initramfs "$BATS_TEST_TMPDIR/initramfs"
	wait_for_console 'holdfast: service runtime: started' 60
}

# The probe reads the whole device: whatever isn't read at boot is found then.
@test "a byte flipped at a place that nobody chose is found, at the latest when it is read" {
	disk_copy "$BUILD/test/holdfast.raw" "$DISK"
	size=$(stat -c %s "$BUILD/test/root.erofs")
	offset=$(((RANDOM << 15 | RANDOM) % size))
	echo "offset $offset of $size"
	flip_byte "$DISK" root $offset
	node_start --profile test --disk "$DISK"
	failures_are 'Kernel panic'
	if wait_for_console "$NODE_IS_UP" 180 2>"$BATS_TEST_TMPDIR/said"; then
		# Reading it ends the node, so there is no answer.
		node_run 'cat /dev/dm-0 >/dev/null' >/dev/null 2>&1 || true
	fi
	node_wait_reboot 30
	console_has "$VERITY_SAYS"
}

@test "arguments from a boot loader change nothing: the kernel has its own" {
	start -- -append 'rdinit=/bin/sh init=/bin/sh root=/dev/vda4 lockdown=none dm_verity.error_behavior=0 systemd.unit=rescue -- /bin/sh'
	wait_for_console 'holdfast: service runtime: started' 60
	console_has 'Kernel command line: console=ttyS0'
	console_has_not 'Kernel command line: .*(/bin/sh|lockdown=none|dm_verity|rescue)'
	console_has 'holdfast: initramfs: step verity ok'
}
