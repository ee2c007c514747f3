# Disk images of nodes: copies, partitions, and damage to them.
# shellcheck shell=bash

# Makes $2, an image that starts with the content of $1 (raw) and keeps what is written.
disk_overlay() { qemu-img create -q -f qcow2 -b "$(realpath "$1")" -F raw "$2"; }

# Makes $2, a raw copy of $1 that a test may damage. Holes stay holes.
disk_copy() { cp --sparse=always --reflink=auto "$1" "$2"; }

# Turns the overlay $1 into the raw file $2.
disk_flatten() { qemu-img convert -q -O raw "$1" "$2"; }

# Partition $2 of the raw disk $1, as "START SIZE" in bytes. $2: esp, root, verity, state (slot A), or a number.
partition() {
	local number=$2
	case $2 in esp) number=1 ;; root) number=2 ;; verity) number=3 ;; state) number=6 ;; esac
	sfdisk --json "$1" | jq -er ".partitiontable | .sectorsize as \$s |
		.partitions[$number - 1] | \"\(.start * \$s) \(.size * \$s)\""
}

# Flips all bits of the byte at offset $3 of partition $2 of the raw disk $1.
flip_byte() {
	local start size offset byte
	read -r start size < <(partition "$1" "$2")
	[ "$3" -lt "$size" ] || { fail "offset $3 is beyond partition $2"; return 1; }
	offset=$((start + $3))
	byte=$(od -An -tu1 -j "$offset" -N 1 "$1")
	# shellcheck disable=SC2059
	printf "\\x$(printf %02x $((byte ^ 255)))" | dd of="$1" bs=1 seek="$offset" conv=notrunc status=none
}

# Copies partition $2 of the raw disk $1 to the file $3 ...
partition_read() {
	local start size
	read -r start size < <(partition "$1" "$2")
	dd if="$1" of="$3" bs=1M iflag=skip_bytes,count_bytes skip="$start" count="$size" conv=sparse status=none
	truncate -s "$size" "$3"
}

# ... and the file $3 to its beginning.
partition_write() {
	local start size
	read -r start size < <(partition "$1" "$2")
	[ "$(stat -c %s "$3")" -le "$size" ] || { fail "$3 is larger than partition $2"; return 1; }
	dd if="$3" of="$1" bs=1M oflag=seek_bytes seek="$start" conv=notrunc,sparse status=none
}

# The byte offset in the root of profile $1 at which the file $2 begins: the start of its first extent.
first_block() {
	local offset
	offset=$(dump.erofs --path="$2" -e "$(profile_dir "$1")/root.erofs" | sed -nE 's/^ *0: .*\| *[0-9]+ : *([0-9]+)\.\. *([0-9]+) .*/\1/p' | head -n1)
	[ -n "$offset" ] || fail "dump.erofs doesn't say where $2 is" || return
	echo "$offset"
}

# SHA-256 of partition $2 of the raw disk $1.
partition_sum() {
	local start size
	read -r start size < <(partition "$1" "$2")
	dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$start" count="$size" status=none | sha256sum | cut -d' ' -f1
}

# Copies the state partition of the overlay $1 to the file $2.
state_read() {
	disk_flatten "$1" "$2.disk"
	partition_read "$2.disk" state "$2"
	rm "$2.disk"
}

# Prints the file $2 of the state file system of the overlay $1; the path is as below /var.
state_file() {
	state_read "$1" "$BATS_TEST_TMPDIR/state"
	debugfs -R "cat $2" "$BATS_TEST_TMPDIR/state" 2>/dev/null
	rm "$BATS_TEST_TMPDIR/state"
}

# What e2fsck and dumpe2fs say about the state file system of the overlay $1. Fails if e2fsck would correct something.
check_state() {
	local status=0
	state_read "$1" "$BATS_TEST_TMPDIR/state"
	e2fsck -fn "$BATS_TEST_TMPDIR/state" 2>&1 || status=$?
	dumpe2fs -h "$BATS_TEST_TMPDIR/state" 2>/dev/null
	rm "$BATS_TEST_TMPDIR/state"
	return $status
}
