# For tests that change what a production node boots from: each has a copy of the disk of its own, $DISK, and a folder for what else
# it makes, $OWN. Loaded behind load, disk and node.
# shellcheck shell=bash

setup() { own_disk; }

own_disk() {
	OWN=$BATS_TEST_TMPDIR/own
	DISK=$OWN/disk.raw
	mkdir "$OWN"
	disk_copy "$BUILD/holdfast.raw" "$DISK"
}

# The copies are large: they go with the test, and not at the end of the run.
teardown() {
	node_end
	rm -rf "$OWN"
}

# Boots from it; $*: more options of node_start.
start() { node_start --profile production --disk "$DISK" "$@"; }

# The node must end by a reset within $1 seconds, having said $2, and have started nothing and offered no shell.
expect_restart() {
	node_wait_reboot "$1"
	console_has "$2"
	console_has_not 'holdfast: service (runtime|agent): ready|holdfast: ready'
	console_has_not '(^|[^a-z])(sh|ash|bash)?[#$] $'
	console_has_not 'Kernel panic'
}
