# 10 MB of random bytes on the serial line, which take ten minutes. Only by name: make test T=long/flood. CI has 200 KB (boot/breakglass).
# shellcheck disable=SC2016 # what the session expands

load ../lib/load
load ../lib/disk
load ../lib/node
load ../lib/breakglass

setup_file() {
	node_start_up
	line_is "$NODE/console.sock"
}

setup() { line_join "$NODE/console.sock"; }

teardown_file() {
	[ ! -e "$NODE/console.sock.log-is" ] || { setup && line_close; }
	node_end
}

@test "10 MB of random bytes on the line: the pod goes on answering, the console is the same, and a signature opens a session" {
	line_flood 10000000
	line_mark
	wait_until "the prompt" 90 line_asks_anew >/dev/null
	line_type '\03'
	line_enter "$BUILD/test-keys/alice"
	expect "the shell's answer" "$(line_run 'echo $((6*7))')" 42
}
