# Break-glass in the image: whose keys, where, and what it costs.

load ../lib/load
load ../lib/breakglass

setup_file() { breakglass_keys "$BATS_FILE_TMPDIR/keys"; }
setup() {
	KEYS=$BATS_TEST_TMPDIR/keys
	cp -r "$BATS_FILE_TMPDIR/keys" "$KEYS"
}

check() { "$BUILD/console" --check "$KEYS/breakglass"; }

files_of_initramfs() { zstd -qdc "$(profile_dir "$1")/initramfs.cpio.zst" | cpio --quiet -t; }

@test "KEYS: lists are checked when the image is built" {
	said=$(check)
	expect_line "what is said" "$said" "alice $(ssh-keygen -lf "$KEYS/alice.pub" | cut -d' ' -f2 | sed 's/+/\\+/g')\$"
	expect_line "what is said" "$said" '1 of 2 must sign'
	printf '[break-glass]\nquorum = 2\n' >"$KEYS/breakglass/breakglass.conf"
	expect_line "what is said" "$(check)" '2 of 2 must sign'
	printf '[break-glass]\nquorum = 3\n' >"$KEYS/breakglass/breakglass.conf"
	expect_refusal "a quorum that nobody reaches" 'quorum is 3, but only 2' check
	printf '[break-glass]\nidle = 11min\n' >"$KEYS/breakglass/breakglass.conf"
	expect_refusal "a longer limit" 'breakglass.conf line 2: ' check
	rm "$KEYS/breakglass/breakglass.conf"
	check >/dev/null
	echo 'carol nothing' >>"$KEYS/breakglass/allowed_signers"
	expect_refusal "a line that is no signer" 'allowed_signers line 3: ' check
	: >"$KEYS/breakglass/allowed_signers"
	expect_refusal "an empty list" 'nobody may get in' check
}

@test "KEYS: what else lies beside the lists, such as a private key, is refused" {
	make_nothing() { env -u MAKEFLAGS make -C "$TREE" --no-print-directory -n BUILD="$BUILD" PROFILE=production KEYS="$KEYS" root; }
	make_nothing >/dev/null
	cp "$KEYS/alice" "$KEYS/breakglass/.alice"
	expect_refusal "a private key beside the lists" 'holds \./\.alice; .*may hold allowed_signers' make_nothing
}

@test "KEYS: the profile test has its keys in root and initramfs; production, built without, has neither" {
	cmp "$BUILD/test-keys/breakglass/allowed_signers" "$BUILD/test/root/etc/holdfast/breakglass/allowed_signers"
	expect_line "the initramfs with keys" "$(files_of_initramfs test)" '^etc/holdfast/breakglass/allowed_signers$'
	expect_line "the initramfs with keys" "$(files_of_initramfs test)" '^usr/sbin/console$'
	expect_line "the initramfs with keys" "$(files_of_initramfs test)" '^usr/bin/sh$'
	[ ! -e "$BUILD/root/etc/holdfast/breakglass" ] || fail "the root without keys has some"
	expect_no_line "the initramfs without keys" "$(files_of_initramfs production)" 'breakglass|console|busybox'
	! find "$BUILD/test/root" "$BUILD/root" -type f -size -100k -exec grep -l 'PRIVATE KEY-----' {} + | grep . ||
		fail "a private key is in a root"
}

@test "size: the console, in the root and in the initramfs, takes at most 600 KiB" {
	root=$(stat -c %s "$BUILD/console")
	rescue=$(cat "$BUILD/console" "$BUILD/components/busybox/busybox" | zstd -q -19 -c | wc -c)
	echo "# console $((root / 1024)) KiB in the root, $((rescue / 1024)) KiB in the initramfs" >&3
	[ $((root + rescue)) -le $((600 * 1024)) ] || fail "it takes $(((root + rescue) / 1024)) KiB"
}
