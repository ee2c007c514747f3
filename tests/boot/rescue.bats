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

# $BATS_TEST_TMPDIR/initramfs: the image's own, but with the files below folder $1.
initramfs_with() {
	cp "$(profile_dir test)/initramfs.cpio.zst" "$BATS_TEST_TMPDIR/initramfs"
	(cd "$1" && find . -mindepth 1 | cpio -o -H newc --quiet) | zstd -q >>"$BATS_TEST_TMPDIR/initramfs"
}

# Two machines: what a challenge of the early rescue calls a node.
ONE=11111111-aaaa-4aaa-8aaa-111111111111 TWO=22222222-bbbb-4bbb-8bbb-222222222222

# The names of the lines in which two challenges differ.
differ() { diff "$1" "$2" | sed -n 's/^< \([a-z]*\) .*/\1/p' | paste -sd' '; }

# Also the node for later: another image, and a line without a carrier.
@test "no disk holds the root: people who may no longer, or not yet, are refused; two others open a session, and leaving it restarts" {
	truncate -s 64M "$BATS_TEST_TMPDIR/empty.raw"
	files=$BATS_TEST_TMPDIR/files
	keys=$files/etc/holdfast/breakglass
	mkdir -p "$keys"
	for name in erin frank; do ssh-keygen -q -t ed25519 -N '' -C $name -f "$BATS_TEST_TMPDIR/$name"; done
	{
		cat "$KEYS/breakglass/allowed_signers"
		echo "erin valid-after=\"20990101Z\" $(cat "$BATS_TEST_TMPDIR/erin.pub")"
		echo "frank valid-before=\"20200101Z\" $(cat "$BATS_TEST_TMPDIR/frank.pub")"
	} >"$keys/allowed_signers"
	printf '[break-glass]\nquorum = 2\n' >"$keys/breakglass.conf"
	sed -e 's/^version = .*/version = 9.9.9/' -e 's/^hash = ..../hash = 0000/' "$(profile_dir test)/root.identity" \
		>"$files/etc/holdfast/root"
	initramfs_with "$files"
	failures_are 'Kernel panic'
	node_start --profile test --disk "$BATS_TEST_TMPDIR/empty.raw" --initramfs "$BATS_TEST_TMPDIR/initramfs" \
		--carrier no -- -uuid $ONE
	wait_for_rescue partitions
	expect_line "what the line says" "$(line_said)" 'this node can.t start$'
	# Bit 7 of the UART's modem status is the carrier; clear to send and data set ready are missing, too.
	expect "the line's signals" "$(monitor i/b 0x3fe | tr -d '\r' | sed -n 's/^.* = //p')" 0x00
	line_challenge "$BATS_TEST_TMPDIR/challenge"
	refused "$BATS_TEST_TMPDIR/erin" 'this key is not valid yet'
	refused "$BATS_TEST_TMPDIR/frank" 'this key is no longer valid'
	answered "$KEYS/alice" 'accepted: alice, 1 more needed'
	cp "$BATS_TEST_TMPDIR/challenge" "$BATS_FILE_TMPDIR/other-image"
	cp "$BATS_TEST_TMPDIR/challenge.sig" "$BATS_FILE_TMPDIR/other-image.sig"
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

# The signature $1.sig over another node's challenge $1 is refused; the lines named $2 are what tells it from $3, this node's.
other_refused() {
	expect "what differs" "$(differ "$1" "$3")" "$2 boot nonce expires"
	line_answer "$1.sig" '^refused: it does not sign this challenge$'
	line_wait 'signature: ' 30
}

@test "process 1's program on the root is damaged: verity tells; another image's signature is refused, one's own opens a session that reaches nothing that lasts" {
	DISK=$BATS_TEST_TMPDIR/disk.raw
	disk_copy "$(profile_dir test)/holdfast.raw" "$DISK"
	offset=$(first_block test /usr/sbin/init)
	flip_byte "$DISK" root $((offset + 100))
	before=$(sha256sum <"$DISK")
	mkdir -p "$BATS_TEST_TMPDIR/files/usr/bin"
	cp "$BUILD/components/probe/attack" "$BATS_TEST_TMPDIR/files/usr/bin/"
	initramfs_with "$BATS_TEST_TMPDIR/files"
	failures_are 'Kernel panic'
	node_start --profile test --disk "$DISK" --initramfs "$BATS_TEST_TMPDIR/initramfs" --tpm yes -- -uuid $ONE
	wait_for_rescue root
	console_has 'device-mapper: verity: .*data block [0-9]+ is corrupted'

	challenge=$BATS_FILE_TMPDIR/other-node
	line_challenge "$challenge"
	other_refused "$BATS_FILE_TMPDIR/other-image" 'version root' "$challenge"
	line_sign "$KEYS/alice" "$challenge"
	line_answer "$challenge.sig" '^session: opened for alice; '
	line_wait 'break-glass# '
	said=$(line_said)
	expect_line "what is said" "$said" '^PCR 15 of the TPM tells of this entry$'
	expect_line "what is said" "$said" '^/var/lib/holdfast/broken-glass: No such file or directory: without it the mark ends with this boot$'
	expect "its devices" "$(line_run 'echo /dev/*')" '/dev/full /dev/null /dev/pts /dev/random /dev/tty /dev/urandom /dev/zero'

	line_run 'attack session; sync' 120 >"$BATS_TEST_TMPDIR/attempts"
	[ -z "${TESTS_TABLE:-}" ] || { mkdir -p "$TESTS_TABLE" && cp "$BATS_TEST_TMPDIR/attempts" "$TESTS_TABLE/rescue"; }
	expect "the attempts' last line" "$(tail -n 1 "$BATS_TEST_TMPDIR/attempts")" '# end'
	[ "$(grep -Ec '^[^ ]+ (EPERM|EACCES|EROFS)$' "$BATS_TEST_TMPDIR/attempts")" -ge 100 ] ||
		fail "few attempts were refused: $(cat "$BATS_TEST_TMPDIR/attempts")"
	diff <("$TREE/tests/attack/table" possible "$BATS_TEST_TMPDIR/attempts" | sort) \
		<(sed -E '/^(#|$)/d' "$TREE/tests/attack/rescue.possible" | awk '{ print $1, $2 }' | sort) ||
		fail "possible now (<), expected to be (>)"
	line_type 'exit\r'
	node_wait_reboot 60
	console_has_not 'holdfast: root:'
	expect "the disk" "$(sha256sum <"$DISK")" "$before"
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

@test "the state partition holds something else: the node is held; another node's signature is refused, one's own opens a session that reaches nothing that lasts" {
	DISK=$BATS_TEST_TMPDIR/disk.raw
	disk_copy "$(profile_dir test)/holdfast.raw" "$DISK"
	truncate -s 64M "$BATS_TEST_TMPDIR/state.raw"
	mkswap -q "$BATS_TEST_TMPDIR/state.raw" 2>/dev/null
	partition_write "$DISK" state "$BATS_TEST_TMPDIR/state.raw"
	failures_are 'Kernel panic|process 1 has a fault'
	# With firmware: its variables are something that lasts.
	node_start --profile test --boot firmware --disk "$DISK" -- -uuid $TWO
	line_is "$NODE/console.sock"
	wait_for_console 'holdfast: this node is held: step state' 120
	line_wait 'Press Enter to break glass\.' 60
	line_challenge "$BATS_TEST_TMPDIR/challenge"
	other_refused "$BATS_FILE_TMPDIR/other-node" node "$BATS_TEST_TMPDIR/challenge"
	line_type '\03'
	line_wait '^withdrawn: cancelled$'
	line_close

	before=$(sha256sum "$DISK" "$NODE/variables.fd")
	{ echo 'holdfast status'; attempts; printf 'sync\nexit\n'; } >"$BATS_TEST_TMPDIR/input"
	"$TREE/scripts/break-glass" --wait 120 --record "$BATS_TEST_TMPDIR/record" --key "$KEYS/alice" "$NODE/console.sock" \
		<"$BATS_TEST_TMPDIR/input" >"$BATS_TEST_TMPDIR/session" 2>"$BATS_TEST_TMPDIR/said" ||
		node_fail "$(cat "$BATS_TEST_TMPDIR/said")"
	expect_line "what scripts/break-glass says" "$(cat "$BATS_TEST_TMPDIR/said")" '^break-glass: session: opened for alice; '
	expect_line "what it says" "$(cat "$BATS_TEST_TMPDIR/said")" '^break-glass: session ended: the shell was left$'
	session=$(tr -d '\r' <"$BATS_TEST_TMPDIR/session")
	expect_line "the session" "$session" '^held +step state: '
	expect_line "the session" "$session" '^mark +broken-glass$'
	expect_line "its record" "$(tr -d '\r' <"$BATS_TEST_TMPDIR/record")" '^mark +broken-glass$'
	answers=$(grep -o 'answer to .*' <<<"$session") || fail "the session: $session"
	expect "the answers" "$(wc -l <<<"$answers")" $((${#WRITTEN[@]} + ${#RUN[@]}))
	expect_no_line "the answers" "$(grep -vE 'Read-only file system|[Pp]ermission denied|No such file|nonexistent directory' <<<"$answers")" .
	expect "disk and firmware's variables" "$(sha256sum "$DISK" "$NODE/variables.fd")" "$before"
}

# What the shell of a held node is to write to, and to run, in vain.
WRITTEN=(/dev/vda /dev/vda6 /dev/dm-0 /dev/mem /dev/tpm0 /dev/tpmrm0 /dev/kmsg /dev/watchdog /dev/mapper/control
	/proc/sysrq-trigger /proc/sys/kernel/sysrq /proc/sys/kernel/modules_disabled /proc/sys/kernel/core_pattern
	/sys/block/vda/queue/scheduler /sys/bus/virtio/drivers/virtio_blk/unbind /sys/power/state
	/sys/kernel/security/lockdown /sys/fs/selinux/enforce /sys/firmware/efi/efivars/x /sys/fs/pstore/x
	/run/holdfast/status.json /run/holdfast/boot /run/holdfast/x /etc/holdfast/console.conf /usr/sbin/init
	/var/x /var/lib/holdfast/broken-glass /var/log/holdfast/x /proc/1/root/run/x /proc/1/mem)
RUN=('mount -t efivarfs none /tmp' 'mount -o remount,rw /' 'mount -o remount,rw /run' 'mount -t tmpfs none /var'
	'mount /dev/vda6 /var' 'mke2fs -F /dev/vda6' 'losetup -f /tmp/input' 'sysctl -w kernel.modules_disabled=0' 'ls /proc/1/root/' 'cat /proc/1/fd/3')

# For the shell: what prints "answer to WHAT: …" for each, and looks otherwise in the echo of the terminal.
attempts() {
	local what
	for what in "${WRITTEN[@]}"; do echo "echo answer t''o writing $what: \$( (echo 1 >$what) 2>&1)"; done
	for what in "${RUN[@]}"; do echo "echo answer t''o $what: \$($what 2>&1)"; done
}
