# The image's own steps: made twice they give the same bytes, and what is too large is refused.

load ../lib/load
load ../lib/disk

setup_file() {
	export VERSION
	VERSION=$(cat "$BUILD/version")
	# As the build had it, also if a commit came since.
	SOURCE_DATE_EPOCH=$(sed -n 's/.*EPOCH=\([0-9]*\).*/\1/p' "$BUILD/options")
	RELEASE=$(sed -n 's/^RELEASE=\([^ ]*\).*/\1/p' "$BUILD/options")
	export SOURCE_DATE_EPOCH RELEASE KEYS=
}

image() { "$TREE/image/$1" "${@:2}"; }

@test "reproducible: the root, its hash tree and its hash" {
	mkdir "$BATS_TEST_TMPDIR/root"
	# From a copy with other time stamps and another order of files on the disk.
	cp -r "$BUILD/root/." "$BATS_TEST_TMPDIR/root/"
	(cd "$BUILD/root" && find . -printf '%m %P\0') | (cd "$BATS_TEST_TMPDIR/root" && while IFS= read -r -d '' line; do
		[ -L "${line#* }" ] || chmod "${line%% *}" "./${line#* }"
	done)
	FILE_CONTEXTS=$BUILD/components/selinux/file_contexts image erofs "$BATS_TEST_TMPDIR/root" "$BUILD/root.files" "$BATS_TEST_TMPDIR/root.erofs"
	cmp "$BATS_TEST_TMPDIR/root.erofs" "$BUILD/root.erofs"
	image verity "$VERSION" "$BATS_TEST_TMPDIR/root.erofs" "$BATS_TEST_TMPDIR"/root.{verity,hash,identity}
	for name in verity hash identity; do cmp "$BATS_TEST_TMPDIR/root.$name" "$BUILD/root.$name"; done
}

@test "reproducible: initramfs, unified kernel image and disk" {
	image initramfs "$BUILD/init" "$BUILD/root.identity" "$BUILD/modules" "$TREE/kernel-config/initramfs.modules" \
		"$BATS_TEST_TMPDIR/initramfs"
	cmp "$BATS_TEST_TMPDIR/initramfs" "$BUILD/initramfs.cpio.zst"
	image uki "$VERSION" "$BUILD/vmlinuz" "$BATS_TEST_TMPDIR/initramfs" "$BUILD/os-release" "$BATS_TEST_TMPDIR/efi"
	cmp "$BATS_TEST_TMPDIR/efi" "$BUILD/holdfast.efi"
	image esp "$VERSION" "$BATS_TEST_TMPDIR/efi" "$TREE/image/loader.conf" "$BATS_TEST_TMPDIR/esp"
	image disk "$VERSION" "$BATS_TEST_TMPDIR/esp" "$BUILD/root.erofs" "$BUILD/root.verity" "$BUILD/root.hash" \
		"$BATS_TEST_TMPDIR/raw"
	cmp "$BATS_TEST_TMPDIR/raw" "$BUILD/holdfast.raw"
}

@test "signing: kernel image and boot loader, if KEYS has a key for that; keys for break-glass alone sign nothing" {
	local loader=/usr/lib/systemd/boot/efi/systemd-bootx64.efi
	sign_with() {
		KEYS=$1 image uki "$VERSION" "$BUILD/vmlinuz" "$BUILD/initramfs.cpio.zst" "$BUILD/os-release" "$BATS_TEST_TMPDIR/efi"
		KEYS=$1 image esp "$VERSION" "$BATS_TEST_TMPDIR/efi" "$TREE/image/loader.conf" "$BATS_TEST_TMPDIR/esp"
	}
	mkdir -p "$BATS_TEST_TMPDIR/signing" "$BATS_TEST_TMPDIR/break-glass/breakglass"
	openssl req -quiet -x509 -newkey rsa:2048 -noenc -subj /CN=test -keyout "$BATS_TEST_TMPDIR/signing/secure-boot.key" \
		-out "$BATS_TEST_TMPDIR/signing/secure-boot.crt"
	sign_with "$BATS_TEST_TMPDIR/signing"
	for file in efi esp/EFI/BOOT/BOOTX64.EFI; do
		sbverify --cert "$BATS_TEST_TMPDIR/signing/secure-boot.crt" "$BATS_TEST_TMPDIR/$file"
	done
	sign_with "$BATS_TEST_TMPDIR/break-glass"
	cmp "$BATS_TEST_TMPDIR/efi" "$BUILD/holdfast.efi"
	cmp "$BATS_TEST_TMPDIR/esp/EFI/BOOT/BOOTX64.EFI" "$loader"
}

@test "another root gives another hash, another salt and other UUIDs" {
	mkdir "$BATS_TEST_TMPDIR/root"
	echo other >"$BATS_TEST_TMPDIR/root/file"
	FILE_CONTEXTS=$BUILD/components/selinux/file_contexts image erofs "$BATS_TEST_TMPDIR/root" "$BUILD/root.files" "$BATS_TEST_TMPDIR/root.erofs"
	image verity "$VERSION" "$BATS_TEST_TMPDIR/root.erofs" "$BATS_TEST_TMPDIR"/root.{verity,hash,identity}
	for key in hash salt; do
		[ "$(sed -n "s/^$key = //p" "$BATS_TEST_TMPDIR/root.identity")" != "$(sed -n "s/^$key = //p" "$BUILD/root.identity")" ] ||
			fail "both have the same $key"
	done
}

@test "disk: a root that fills more than half of its place is refused, one that fills half is not" {
	mkdir -p "$BATS_TEST_TMPDIR/esp/EFI/Linux"
	touch "$BATS_TEST_TMPDIR/esp/EFI/Linux/holdfast_$VERSION.efi"
	make_disk() { image disk "$VERSION" "$BATS_TEST_TMPDIR/esp" "$BATS_TEST_TMPDIR/root" "$BUILD/root.verity" "$BUILD/root.hash" "$BATS_TEST_TMPDIR/raw"; }
	truncate -s 256M "$BATS_TEST_TMPDIR/root"
	make_disk
	truncate -s $((256 * 1024 * 1024 + 4096)) "$BATS_TEST_TMPDIR/root"
	expect_refusal "a large root" "more than the 256 MiB" make_disk
}

# What builds leave behind, in the folder $1 outside of its build/. (The toolbox has no git to ask.)
find_built() {
	find "$1" \( -path "$1/build" -o -path "$1/.git" \) -prune -o \( -name __pycache__ -o -type f \( -name '*.o' -o -name '*.d' -o -name '*.ko' \
		-o -name '*.new' -o -name '*.raw' -o -name '*.efi' -o -name '*.cpio*' -o -name '*.zst' -o -name '*.erofs' -o -name '*.verity' \
		-o -name '*.profraw' -o -name '*.tap' -o -name 'crash-*' -o -size +1M \) \) -print
}

@test "the build writes nothing into the tree but build/" {
	expect "what it has left" "$(find_built "$TREE")" ""
	mkdir -p "$BATS_TEST_TMPDIR/tree/"{build,init}
	touch "$BATS_TEST_TMPDIR/tree/"{build/a.o,init/a.o,init/a.c}
	expect "what that search finds" "$(find_built "$BATS_TEST_TMPDIR/tree")" "$BATS_TEST_TMPDIR/tree/init/a.o"
}
