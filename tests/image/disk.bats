# The disk image and what is on it, without booting.

load ../lib/load
load ../lib/disk

setup_file() {
	export DISK=$BUILD/holdfast.raw HASH
	HASH=$(tr -d '\n' <"$BUILD/root.hash")
	sfdisk --json "$DISK" >"$BATS_FILE_TMPDIR/table.json"
}

table() { jq -r "$1" "$BATS_FILE_TMPDIR/table.json"; }

# 32 digits as a UUID.
as_uuid() { sed -E 's/^(.{8})(.{4})(.{4})(.{4})(.{12})$/\U\1-\2-\3-\4-\5/' <<<"$1"; }

mib() { echo $(($1 * 1024 * 1024)); }

@test "disk: six partitions with the types of the Discoverable Partitions Specification" {
	expect "the kind of table" "$(table .partitiontable.label)" gpt
	expect "the types" "$(table '.partitiontable.partitions[].type' | paste -sd' ')" "$(echo \
		C12A7328-F81F-11D2-BA4B-00A0C93EC93B \
		4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709 2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5 \
		4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709 2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5 \
		4D21B016-B534-45C2-A9FB-5C16E091FD2D)"
}

@test "disk: labels name the version, and the empty slot" {
	version=$(sed -n 's/^IMAGE_VERSION=//p' "$BUILD/os-release")
	labels=$(table '.partitiontable.partitions[1:] | .[].name' | paste -sd' ')
	expect "the labels" "$labels" "holdfast_$version holdfast_$version _empty _empty state"
}

@test "disk: the sizes of the design" {
	sector=$(table .partitiontable.sectorsize)
	sizes=$(table '.partitiontable.partitions[].size' | while read -r size; do echo $((size * sector / 1048576)); done | paste -sd' ')
	expect "the sizes in MiB" "${sizes% *}" "512 512 16 512 16"
	[ "${sizes##* }" -ge 64 ] || fail "the state partition has ${sizes##* } MiB"
}

@test "disk: the UUIDs of root and verity tree are the halves of the root hash" {
	expect "the root's" "$(table '.partitiontable.partitions[1].uuid')" "$(as_uuid "${HASH:0:32}")"
	expect "the verity tree's" "$(table '.partitiontable.partitions[2].uuid')" "$(as_uuid "${HASH:32}")"
}

@test "disk: both partitions hold what was built" {
	for name in root verity; do
		file=$BUILD/root.$([ $name = root ] && echo erofs || echo verity)
		partition_read "$DISK" $name "$BATS_TEST_TMPDIR/$name"
		cmp -n "$(stat -c %s "$file")" "$BATS_TEST_TMPDIR/$name" "$file"
	done
}

@test "disk: the state partition is blank" {
	partition_read "$DISK" state "$BATS_TEST_TMPDIR/state"
	cmp -n "$(stat -c %s "$BATS_TEST_TMPDIR/state")" "$BATS_TEST_TMPDIR/state" /dev/zero
}

@test "disk: the ESP holds the boot loader, the unified kernel image and the loader's settings" {
	read -r start _ < <(partition "$DISK" esp)
	version=$(sed -n 's/^IMAGE_VERSION=//p' "$BUILD/os-release")
	files=$(mdir -/ -b -i "$DISK@@$start" ::/)
	for file in EFI/BOOT/BOOTX64.EFI "EFI/Linux/holdfast_${version}[^/]*.efi" loader/loader.conf; do
		expect_line "the ESP" "$files" "^::/$file$"
	done
	image=$(grep -i "^::/EFI/Linux/holdfast_" <<<"$files")
	mcopy -n -i "$DISK@@$start" "$image" "$BATS_TEST_TMPDIR/image.efi"
	cmp "$BATS_TEST_TMPDIR/image.efi" "$BUILD/holdfast.efi"
}

# Section $1 of the unified kernel image.
section() { objcopy -O binary --only-section="$1" "$BUILD/holdfast.efi" "$BATS_TEST_TMPDIR/section$1" && cat "$BATS_TEST_TMPDIR/section$1"; }

@test "unified kernel image: our kernel and our initramfs" {
	section .linux | cmp -n "$(stat -c %s "$BUILD/vmlinuz")" - "$BUILD/vmlinuz"
	section .initrd | cmp -n "$(stat -c %s "$BUILD/initramfs.cpio.zst")" - "$BUILD/initramfs.cpio.zst"
}

@test "initramfs: carries the root hash, the same as veritysetup's" {
	zstd -dcq "$BUILD/initramfs.cpio.zst" | (cd "$BATS_TEST_TMPDIR" && cpio -idu --quiet)
	identity=$(cat "$BATS_TEST_TMPDIR/etc/holdfast/root")
	expect_line "its /etc/holdfast/root" "$identity" "^hash *= *$HASH$"
	salt=$(sed -n 's/^salt *= *//p' <<<"$identity")
	blocks=$(sed -n 's/^blocks *= *//p' <<<"$identity")
	expect "the blocks" "$((blocks * 4096))" "$(stat -c %s "$BUILD/root.erofs")"
	computed=$(veritysetup format --salt="$salt" "$BUILD/root.erofs" "$BATS_TEST_TMPDIR/tree" | sed -n 's/^Root hash:[[:space:]]*//p')
	expect "the hash that veritysetup computes" "$computed" "$HASH"
}

@test "initramfs: /init is the build's, and nothing is there but what it needs" {
	zstd -dcq "$BUILD/initramfs.cpio.zst" | (cd "$BATS_TEST_TMPDIR" && cpio -idu --quiet)
	cmp "$BATS_TEST_TMPDIR/init" "$BUILD/init"
	others=$(cd "$BATS_TEST_TMPDIR" && find . -type f ! -path ./init ! -path ./etc/holdfast/root ! -path './usr/lib/modules/*')
	expect "other files" "$others" ""
}

@test "verity: the root is what the root hash says" {
	veritysetup verify "$BUILD/root.erofs" "$BUILD/root.verity" "$HASH"
}

@test "verity: one flipped byte, in the root or in the tree, or another hash is noticed" {
	cp "$BUILD/root.erofs" "$BATS_TEST_TMPDIR/root"
	cp "$BUILD/root.verity" "$BATS_TEST_TMPDIR/verity"
	chmod u+w "$BATS_TEST_TMPDIR"/*
	flip_at() {
		byte=$(od -An -tu1 -j "$2" -N 1 "$1")
		# shellcheck disable=SC2059
		printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
	}
	verify() { veritysetup verify "$BATS_TEST_TMPDIR/root" "$BATS_TEST_TMPDIR/verity" "$1"; }
	verify "$HASH"
	size=$(stat -c %s "$BATS_TEST_TMPDIR/root")
	for offset in 1024 $((size / 3)) $((size - 1)); do
		flip_at "$BATS_TEST_TMPDIR/root" $offset
		expect_refusal "a byte flipped at $offset of the root" "failed|corrupt|Invalid" verify "$HASH"
		flip_at "$BATS_TEST_TMPDIR/root" $offset
	done
	flip_at "$BATS_TEST_TMPDIR/verity" 8192
	expect_refusal "a byte flipped in the tree" "failed|corrupt|Invalid" verify "$HASH"
	flip_at "$BATS_TEST_TMPDIR/verity" 8192
	verify "$HASH"
	expect_refusal "another root hash" "failed|corrupt|Invalid" verify "$(tr '0-9a-f' '1-9a-f0' <<<"$HASH")"
}

# ---- sizes: the figures of issue 2, and the rule that nothing fills more than half of its place ----

size() { stat -c %s "$BUILD/$1"; }

@test "size: init is at most 512 KiB" {
	[ "$(size init)" -le $((512 * 1024)) ] || fail "it has $(size init) bytes"
}

@test "size: root, verity tree and unified kernel image are at most 80 MiB" {
	sum=$(($(size root.erofs) + $(size root.verity) + $(size holdfast.efi)))
	[ $sum -le "$(mib 80)" ] || fail "they have $sum bytes: $((sum / 1048576)) MiB"
}

@test "size: nothing fills more than half of its place, in any profile" {
	for profile in production demo test; do
		dir=$(profile_dir $profile)
		[ "$(stat -c %s "$dir/root.erofs")" -le "$(mib 256)" ] || fail "$profile: root.erofs has $(stat -c %s "$dir/root.erofs") bytes"
		[ "$(stat -c %s "$dir/root.verity")" -le "$(mib 8)" ] || fail "$profile: root.verity is too large"
		[ "$(stat -c %s "$dir/holdfast.efi")" -le "$(mib 256)" ] || fail "$profile: holdfast.efi is too large"
	done
}

@test "size: sizes.json tells the size of each artefact and of each file" {
	for name in root.erofs root.verity initramfs.cpio.zst holdfast.efi holdfast.raw; do
		expect "the size of $name" "$(jq -r --arg name "$name" '.artefacts[$name]' "$BUILD/sizes.json")" "$(size "$name")"
	done
	jq -r '.files | to_entries[] | "\(.key)\t\(.value)"' "$BUILD/sizes.json" | sort >"$BATS_TEST_TMPDIR/told"
	awk -F'\t' '$4 != "dir" && $4 !~ /^-> / { print $1 "\t" $3 }' "$BUILD/root.files" | sort | diff "$BATS_TEST_TMPDIR/told" -
}
