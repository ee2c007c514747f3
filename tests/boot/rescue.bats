# Getting in where little works: the root can't be found or verified, the state can't be used.

load ../lib/load
load ../lib/node
load ../lib/disk
load ../lib/breakglass

KEYS=$BUILD/test-keys

teardown() {
	line_close
	node_end
	rm -f "$BATS_TEST_TMPDIR"/*.raw
}

# Waits until the console offers the early rescue after step $1 failed.
wait_for_rescue() {
	line_is "$NODE/console.sock"
	wait_for_console "step $1 failed" 120
	wait_for_console 'Press Enter to break glass\.' 30
}

# $BATS_TEST_TMPDIR/initramfs: the image's own, but with the keys of folder $1.
initramfs_with_keys() {
	cp "$(profile_dir test)/initramfs.cpio.zst" "$BATS_TEST_TMPDIR/initramfs"
	(cd "$1" && find etc | cpio -o -H newc --quiet) | zstd -q >>"$BATS_TEST_TMPDIR/initramfs"
}

@test "no disk holds the root: people who may no longer, or not yet, are refused; two others open a session, and leaving it restarts" {
	truncate -s 64M "$BATS_TEST_TMPDIR/empty.raw"
	keys=$BATS_TEST_TMPDIR/keys/etc/holdfast/breakglass
	mkdir -p "$keys"
	for name in erin frank; do ssh-keygen -q -t ed25519 -N '' -C $name -f "$BATS_TEST_TMPDIR/$name"; done
	{
		cat "$KEYS/breakglass/allowed_signers"
		echo "erin valid-after=\"20990101Z\" $(cat "$BATS_TEST_TMPDIR/erin.pub")"
		echo "frank valid-before=\"20200101Z\" $(cat "$BATS_TEST_TMPDIR/frank.pub")"
	} >"$keys/allowed_signers"
	printf '[break-glass]\nquorum = 2\n' >"$keys/breakglass.conf"
	initramfs_with_keys "$BATS_TEST_TMPDIR/keys"
	failures_are 'Kernel panic'
	node_start --profile test --disk "$BATS_TEST_TMPDIR/empty.raw" --initramfs "$BATS_TEST_TMPDIR/initramfs"
	wait_for_rescue partitions
	expect_line "what the line says" "$(line_said)" 'this node can.t start$'
	line_challenge "$BATS_TEST_TMPDIR/challenge"
	refused "$BATS_TEST_TMPDIR/erin" 'this key is not valid yet'
	refused "$BATS_TEST_TMPDIR/frank" 'this key is no longer valid'
	answered "$KEYS/alice" 'accepted: alice, 1 more needed'
	refused "$KEYS/alice" 'this person has signed already; another one must'
	answered "$KEYS/bob" 'session: opened for alice, bob; '
	line_wait 'break-glass# '
	expect_line "the kernel's log" "$(line_run 'dmesg | grep "step partitions"')" 'step partitions failed'
	line_type 'exit\r'
	node_wait_reboot 60
}

# The challenge, signed by key $1, is answered by the words $2 ...
answered() {
	line_sign "$1" "$BATS_TEST_TMPDIR/challenge"
	line_answer "$BATS_TEST_TMPDIR/challenge.sig" "^$2"
}

# ... or refused by the words $2, and another answer is asked for.
refused() {
	answered "$1" "refused: $2"
	line_wait 'signature: ' 30
}

@test "process 1's program on the root is damaged: verity tells, a signature opens a session before the restart" {
	DISK=$BATS_TEST_TMPDIR/disk.raw
	disk_copy "$(profile_dir test)/holdfast.raw" "$DISK"
	offset=$(dump.erofs --path=/usr/sbin/init -e "$(profile_dir test)/root.erofs" |
		sed -nE 's/^ *0: .*\| *[0-9]+ : *([0-9]+)\.\. *([0-9]+) .*/\1/p' | head -n1)
	[ -n "$offset" ] || fail "dump.erofs doesn't say where init is"
	flip_byte "$DISK" root $((offset + 100))
	failures_are 'Kernel panic'
	node_start --profile test --disk "$DISK"
	wait_for_rescue root
	console_has 'device-mapper: verity: .*data block [0-9]+ is corrupted'
	line_enter "$KEYS/alice"
	expect "its devices" "$(line_run 'echo /dev/*')" '/dev/full /dev/null /dev/pts /dev/random /dev/tty /dev/urandom /dev/zero'
	line_type 'exit\r'
	node_wait_reboot 60
	console_has_not 'holdfast: root:'
}

@test "an image without keys restarts at once" {
	truncate -s 64M "$BATS_TEST_TMPDIR/empty.raw"
	failures_are 'Kernel panic'
	node_start --profile production --disk "$BATS_TEST_TMPDIR/empty.raw"
	wait_for_console 'step partitions failed' 120
	wait_for_console 'rebooting in 5 s' 30
	node_wait_reboot 30
	console_has_not 'break glass'
}

@test "the state partition holds something else: it stays untouched, the node is held, and a signature opens a session" {
	DISK=$BATS_TEST_TMPDIR/disk.raw
	disk_copy "$(profile_dir test)/holdfast.raw" "$DISK"
	truncate -s 64M "$BATS_TEST_TMPDIR/state.raw"
	mkswap -q "$BATS_TEST_TMPDIR/state.raw" 2>/dev/null
	partition_write "$DISK" state "$BATS_TEST_TMPDIR/state.raw"
	failures_are 'Kernel panic|process 1 has a fault'
	node_start --profile test --disk "$DISK"
	wait_for_console 'holdfast: this node is held: step state' 120
	printf 'holdfast status\nexit\n' | "$TREE/scripts/break-glass" --wait 120 --record "$BATS_TEST_TMPDIR/record" \
		--key "$KEYS/alice" "$NODE/console.sock" >"$BATS_TEST_TMPDIR/session" 2>"$BATS_TEST_TMPDIR/said" ||
		node_fail "$(cat "$BATS_TEST_TMPDIR/said")"
	expect_line "what scripts/break-glass says" "$(cat "$BATS_TEST_TMPDIR/said")" '^break-glass: session: opened for alice; '
	expect_line "what it says" "$(cat "$BATS_TEST_TMPDIR/said")" '^break-glass: session ended: the shell was left$'
	session=$(tr -d '\r' <"$BATS_TEST_TMPDIR/session")
	expect_line "the session" "$session" '^held +step state: '
	expect_line "the session" "$session" '^mark +broken-glass$'
	expect_line "its record" "$(tr -d '\r' <"$BATS_TEST_TMPDIR/record")" '^mark +broken-glass$'
}
