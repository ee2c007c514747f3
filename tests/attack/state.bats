# The state partition holds something that isn't ours. The node says what it found, starts nothing, and does not
# touch a byte. (That a blank one is made into a file system, and that ours is used again: boot/power.)

load ../lib/load
load ../lib/disk
load ../lib/node
load ../lib/own_disk

setup() {
	own_disk
	STATE=$OWN/state
	read -r _ size < <(partition "$DISK" state)
	truncate -s "$size" "$STATE"
}

# Boots with $STATE in the state partition. The console must name what was found ($1, a regular expression), no
# service may start, and the partition must be as before, also after the node was switched off.
expect_untouched() {
	partition_write "$DISK" state "$STATE"
	local before
	before=$(partition_sum "$DISK" state)
	failures_are 'Kernel panic|process 1 has a fault|step (mounts|cgroups|seal) failed'
	start
	wait_for_console "holdfast: root: step state failed .*($1).*no service will start" 60
	wait_for_console 'holdfast: this node is held: step state' 20
	press_power_button
	node_wait_poweroff 60
	console_has_not 'holdfast: service (runtime|agent|dhcp|time|demo-images): started' # the console always runs
	expect "the partition afterwards" "$(partition_sum "$DISK" state)" "$before"
}

@test "twin: a blank state partition is made into a file system" {
	start
	wait_for_console 'holdfast: service runtime: started' 60
	press_power_button
	node_wait_poweroff 60
	partition_read "$DISK" state "$STATE"
	expect "what it holds" "$(blkid -o value -s TYPE "$STATE")" ext4
}

@test "an ext4 file system of somebody else" {
	mke2fs -q -t ext4 -L backup "$STATE"
	expect_untouched ext4
}

@test "an XFS file system" {
	# A superblock with all that libblkid checks: sizes that fit each other.
	python3 - "$STATE" <<-'END'
		import struct, sys
		blocks, block, sector, inode = 24576, 4096, 512, 512
		head = struct.pack(">4sIQQQ16sQQQQIIIIIHHHH12sBBBBBBBBQQQQ", b"XFSB", block, blocks, 0, 0, bytes(range(16)), 0, 64, 65, 66,
		                   1, blocks // 4, 4, 0, 1000, 0xB4A4, sector, inode, block // inode, b"theirs",
		                   12, 9, 9, 3, 13, 0, 0, 25, 64, 61, 20000, 0)
		with open(sys.argv[1], "r+b") as file:
		    file.write(head)
	END
	expect "what libblkid takes it for" "$(blkid -p -o value -s TYPE "$STATE")" xfs
	expect_untouched xfs
}

@test "an encrypted volume (LUKS)" {
	echo secret | cryptsetup luksFormat --batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \
		--disable-locks "$STATE" -
	expect_untouched crypto_LUKS
}

@test "an NTFS file system" {
	python3 - "$STATE" <<-'END'
		import struct, sys
		boot = bytearray(512)
		boot[0:11] = b"\xeb\x52\x90NTFS    "
		struct.pack_into("<HB", boot, 11, 512, 8)
		struct.pack_into("<BHHH", boot, 21, 0xF8, 0, 63, 255)
		struct.pack_into("<IQQQbxxxbxxxQ", boot, 36, 0x800080, 200000, 4, 8, -10, 1, 0x1122334455667788)
		boot[510:] = b"\x55\xaa"
		record = bytearray(1024)
		record[0:4] = b"FILE"
		struct.pack_into("<HH", record, 4, 48, 3)
		struct.pack_into("<HHHHII", record, 16, 1, 1, 56, 1, 64, 1024)
		struct.pack_into("<I", record, 56, 0xFFFFFFFF)
		with open(sys.argv[1], "r+b") as file:
		    file.write(boot)
		    for number in range(4):
		        file.seek(4 * 4096 + number * 1024)
		        file.write(record)
	END
	expect "what libblkid takes it for" "$(blkid -p -o value -s TYPE "$STATE")" ntfs
	expect_untouched ntfs
}

@test "a FAT file system" {
	mkfs.vfat "$STATE" >/dev/null
	expect_untouched vfat
}

@test "swap space" {
	mkswap -q "$STATE"
	expect_untouched swap
}

@test "a partition table" {
	echo 'type=83' | sfdisk -q --label dos "$STATE"
	expect_untouched 'a partition table \(dos\)'
}

@test "data that nobody recognises, in the middle only: the partition's beginning is all zero" {
	dd if=/dev/urandom of="$STATE" bs=4096 seek=5000 count=16 conv=notrunc status=none
	expect_untouched 'data of an unknown kind'
}

@test "our own file system with a damaged superblock" {
	start
	wait_for_console 'holdfast: service runtime: started' 60
	press_power_button
	node_wait_poweroff 60
	partition_read "$DISK" state "$STATE"
	printf '\0\0' | dd of="$STATE" bs=1 seek=1080 conv=notrunc status=none # its magic number
	expect_untouched 'data of an unknown kind'
}
