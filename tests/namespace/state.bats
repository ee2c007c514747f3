# The state partition's one file system: made where nothing is, and made anew only where an attempt was cut short.
# (With the real mke2fs, on a disk: boot/power and attack/state.)

load machine

setup() {
	machine_new
	truncate -s 3M "$ROOT/etc/state.image"
	mke2fs -q -t ext4 -L holdfast-state "$ROOT/etc/state.image"
	cp "$SUITE/mke2fs" "$ROOT/usr/sbin/mke2fs"
	service runtime <<<$'[service]\nexec = /usr/bin/worker sleep'
	truncate -s 0 "$MACHINE/state"
	truncate -s 4M "$MACHINE/state"
}

teardown() { machine_remove; }

# The first words at the start of the partition's last MiB.
marker() { tail -c 1M "$MACHINE/state" | head -c 4096 | tr -d '\0' | cut -d: -f1,2; }

MARKER='holdfast: the state file system is being made'

# Boots until mke2fs has done a part of its work, and cuts the power.
cut_short() {
	: >"$ROOT/run/mke2fs.cut"
	machine_start
	wait_quickly "mke2fs to be in the middle of it" test -e "$ROOT/run/mke2fs.is-cut"
	machine_stop
	rm "$ROOT"/run/mke2fs.*
	rm -f "$ROOT/dev/kmsg"
	: >"$ROOT/dev/kmsg"
}

expect_made() {
	boot
	service_is runtime ready
	console_has "making the state file system on /dev/vda1 \(4 MiB\), $1\$"
	expect "what stands where the marker was" "$(marker)" ""
}

expect_untouched() {
	local before
	before=$(sha256sum <"$MACHINE/state")
	boot
	console_has "<3>holdfast: root: step state failed after .*the state partition /dev/vda1 holds $1.*left untouched"
	expect "the state of the node" "$(status .state)" held
	expect "the partition" "$(sha256sum <"$MACHINE/state")" "$before"
}

@test "a blank partition: the file system is made, and no marker stays" {
	expect_made once
	wait_quickly "the machine id" test -s "$ROOT/run/holdfast/machine-id"
}

@test "the marker stands while it is being made, and what was cut short is made anew" {
	cut_short
	expect "the marker" "$(marker)" "$MARKER"
	expect_made 'anew: an earlier attempt was cut short'
}

@test "an attempt that was cut short twice is made anew" {
	cut_short
	cut_short
	expect_made 'anew: an earlier attempt was cut short'
}

@test "cut short at the very end: a file system that was never mounted, with the marker, is made anew" {
	cut_short
	dd if="$ROOT/etc/state.image" of="$MACHINE/state" conv=notrunc status=none
	expect_made 'anew: an earlier attempt was cut short'
}

@test "a file system that was in use is kept, marker or not" {
	cut_short
	cp "$ROOT/etc/state.image" "$MACHINE/mounted"
	debugfs -w -R 'set_super_value mnt_count 1' "$MACHINE/mounted" 2>/dev/null
	dd if="$MACHINE/mounted" of="$MACHINE/state" conv=notrunc status=none
	boot
	service_is runtime ready
	expect "how often one was made" "$(console_count 'making the state file system')" 0
}

@test "what looks like an attempt, without the marker, is left untouched" {
	cut_short
	dd if=/dev/zero of="$MACHINE/state" bs=1M seek=3 count=1 conv=notrunc status=none
	expect_untouched 'data of an unknown kind'
}

@test "a marker of another place is none" {
	cut_short
	sed -i 's/^state = .*/state = \/dev\/vda1 1 2097152 4194304/' "$ROOT/run/holdfast/boot"
	expect_untouched 'data of an unknown kind'
}

@test "somebody else's file system is left untouched, with the marker too" {
	cut_short
	head -c 3M /dev/zero | dd of="$MACHINE/state" conv=notrunc status=none
	mke2fs -q -t ext4 -L backup "$MACHINE/state" 3M
	expect "the marker" "$(marker)" "$MARKER"
	expect_untouched 'ext4 labelled backup'
}

@test "traps on the state partition: pipes where process 1 reads files, a half-made copy; the node boots, marked" {
	truncate -s 0 "$MACHINE/state"
	truncate -s 4M "$MACHINE/state"
	mke2fs -q -t ext4 -L holdfast-state "$MACHINE/state"
	: >"$MACHINE/half"
	debugfs -w -f - "$MACHINE/state" >/dev/null 2>&1 <<-EOF
		mkdir lib
		mkdir lib/holdfast
		cd lib/holdfast
		mknod machine-id p
		mknod broken-glass p
		mkdir /lib/cni
		mkdir /lib/cni/net.d
		cd /lib/cni/net.d
		write $MACHINE/half 10-holdfast.conflist.new
	EOF
	mkdir "$ROOT/etc/holdfast/cni"
	echo network >"$ROOT/etc/holdfast/cni/10-holdfast.conflist"
	boot
	service_is runtime ready
	expect_line "the machine id" "$(<"$ROOT/run/holdfast/machine-id")" '^[0-9a-f]{32}$'
	expect "the marks: one that can't be read is one" "$(status '.marks | join(" ")')" \
		"unsigned-configuration broken-glass"
	expect "the network's configuration" "$(<"/proc/$INIT_PID/root/var/lib/cni/net.d/10-holdfast.conflist")" network
}

@test "what a disk's label says can't do anything to a terminal" {
	truncate -s 0 "$MACHINE/state"
	truncate -s 4M "$MACHINE/state"
	mke2fs -q -t ext4 -L $'a\e[2J\xc2\x9bb' "$MACHINE/state"
	boot
	expect "the state of the node" "$(status .state)" held
	holdfast status >"$MACHINE/said"
	expect_line "the status" "$(<"$MACHINE/said")" '^held .* holds ext4 labelled a\?\[2J\?\?b, '
	expect "control characters in the status and on the console" \
		"$(cat "$MACHINE/said" "$CONSOLE" | LC_ALL=C tr -d '[:print:]\n' | wc -c)" 0
}
