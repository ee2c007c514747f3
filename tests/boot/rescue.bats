# Early rescue: the root can't be found, but the image has keys.

load ../lib/load
load ../lib/node
load ../lib/disk
load ../lib/breakglass

KEYS=$BUILD/test-keys

setup() {
	truncate -s 64M "$BATS_TEST_TMPDIR/empty.raw"
}

teardown() {
	line_close
	node_end
}

@test "no disk holds the root: a signature opens a session; leaving it restarts the machine" {
	failures_are 'Kernel panic'
	node_start --profile test --disk "$BATS_TEST_TMPDIR/empty.raw"
	line_is "$NODE/console.sock" "$NODE/console.log"
	wait_for_console 'step partitions failed' 120
	wait_for_console 'Press Enter to break glass\.' 30
	expect_line "what the line says" "$(line_said)" 'this node can.t start$'
	challenge=$BATS_TEST_TMPDIR/challenge
	line_challenge "$challenge"
	line_sign "$KEYS/mallory" "$challenge"
	line_answer "$challenge.sig" '^refused: '
	line_wait 'signature: ' 10
	line_sign "$KEYS/alice" "$challenge"
	line_answer "$challenge.sig" '^session: opened for alice; '
	line_wait 'break-glass# '
	expect_line "its devices" "$(line_run 'dmesg | grep "step partitions"')" 'step partitions failed'
	line_type 'exit\r'
	node_wait_reboot 60
}

@test "an image without keys restarts at once" {
	failures_are 'Kernel panic'
	node_start --profile production --disk "$BATS_TEST_TMPDIR/empty.raw"
	wait_for_console 'step partitions failed' 120
	wait_for_console 'rebooting in 5 s' 30
	node_wait_reboot 30
	console_has_not 'break glass'
}
