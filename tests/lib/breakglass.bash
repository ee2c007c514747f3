# The person at the serial line of a node, for tests with the real ssh-keygen.
#
#   line_is SOCKET [LOG]   connects to it. LOG has all that comes from it; without one, what comes from now on is kept beside it
#   line_join SOCKET       in another test of the same file: goes on with that connection
#   line_close             ends it
#
# shellcheck shell=bash

# One connection for all: QEMU forgets what the guest hasn't read yet when one ends. And its reader keeps what comes, not
# QEMU's log: where the socket is full for a moment QEMU logs a byte twice (chardev/char.c, qemu_chr_write_buffer()).
line_is() {
	rm -f "$1.keys"
	mkfifo "$1.keys"
	echo "${2:-$1.heard}" >"$1.log-is"
	# The keys' own end is open for writing, too: they don't end with a test.
	socat - "UNIX-CONNECT:$1,retry=100,interval=0.1" <>"$1.keys" >>"$(if [ $# = 2 ]; then echo /dev/null; else echo "$1.heard"; fi)" \
		2>/dev/null 3>&- 4>&- &
	echo $! >"$1.socat"
	line_join "$1"
}

line_join() {
	LINE=$1 LINE_LOG=$(<"$1.log-is") LINE_MARK=0 LINE_SOCAT=$(<"$1.socat")
	exec {LINE_KEYS}<>"$LINE.keys"
}

line_close() {
	[ -n "${LINE_SOCAT:-}" ] || return 0
	kill "$LINE_SOCAT" 2>/dev/null || true
	wait "$LINE_SOCAT" 2>/dev/null || true
	exec {LINE_KEYS}>&-
	LINE_SOCAT=
}

breakglass_keys() { "$TREE/tests/lib/breakglass-keys" "$1"; }

# From here on, waits and looks concern what the line says later.
line_mark() { LINE_MARK=$(stat -c %s "$LINE_LOG"); }

# What the line said since the mark, without carriage returns.
line_said() { tail -c "+$((LINE_MARK + 1))" "$LINE_LOG" | LC_ALL=C sed -e 's/\r//g' -e 's/[^[:print:]\t]/?/g'; }

# Types $1, with the escapes of printf's %b.
line_type() { printf %b "$1" >&"$LINE_KEYS"; }

# Sends file $1.
line_send() { cat "$1" >&"$LINE_KEYS"; }

line_has() { line_said | grep -Eq -- "$1"; }

# Waits until the line has said something like $1 since the mark, at most $2 seconds (20).
line_wait() {
	wait_until "the line to say '$1'" "${2:-20}" line_has "$1" >/dev/null || fail "it said:
$(line_said | tail -n 40)"
}

# Presses Enter; the challenge goes to file $1. An Enter right behind the last challenge is not heard, and the kernel's messages
# may stand between the lines: then it is asked for again.
line_challenge() {
	local try
	for try in {1..10}; do
		line_mark
		line_type '\r'
		line_wait 'signature: ' 4 2>/dev/null || continue
		line_said | sed -n '/^-----BEGIN HOLDFAST CHALLENGE-----$/,/^-----END HOLDFAST CHALLENGE-----$/{/^-----/!p}' >"$1"
		! is_challenge "$1" || return 0
	done
	fail "no whole challenge in $try tries; the line said:
$(line_said | tail -n 40)"
}

# Whether file $1 has the lines of a challenge.
is_challenge() {
	tr '\n' '|' <"$1" | grep -Eq '^holdfast break-glass 1\|node [^|]*\|version [^|]*\|root [0-9a-f]{64}\|boot [0-9a-f-]{36}\|nonce [0-9a-f]{64}\|expires [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\|$'
}

# Signs file $2 with key $1, for namespace $3 (the right one): $2.sig.
line_sign() {
	rm -f "$2.sig"
	ssh-keygen -q -Y sign -n "${3:-breakglass@holdfast}" -f "$1" "$2" 2>/dev/null
}

# Answers with file $1 and waits for the console's word like $2.
line_answer() {
	line_mark
	line_send "$1"
	line_wait "$2"
}

# Gets in with key $1; the session's prompt is there then.
line_enter() {
	local challenge=$BATS_TEST_TMPDIR/challenge
	line_challenge "$challenge"
	line_sign "$1" "$challenge"
	line_answer "$challenge.sig" '^session: opened for '
	line_wait 'break-glass# '
}

# Whether the prompt is there anew. What noise left of a challenge is withdrawn, once the delay of its refusals is over.
line_asks_anew() {
	if line_said | tail -n 1 | grep -q '^signature: $' && line_has '^-----END HOLDFAST CHALLENGE-----$'; then
		return 0
	fi
	line_type '\03\r'
	return 1
}

milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

# Sends $1 random bytes over the line of a node in QEMU, which takes about as much as a real one, 15 KB a second. Meanwhile its pod
# must answer; afterwards the console must be the same process, and nobody may have got in.
line_flood() {
	local before entered start answers=0
	head -c "$1" /dev/urandom >"$BATS_TEST_TMPDIR/noise"
	before=$(host_processes cmdline | grep ' /usr/sbin/console')
	entered=$(entries)
	start=$(milliseconds)
	line_send "$BATS_TEST_TMPDIR/noise" 3>&- &
	while kill -0 $! 2>/dev/null; do
		pod_page >/dev/null || fail "the pod does not answer after $answers answers"
		answers=$((answers + 1))
	done
	wait $!
	echo "# $1 bytes, $answers answers in $(($(milliseconds) - start)) ms" >&3
	[ "$answers" -ge 5 ] || fail "the pod answered $answers times only"
	expect "the console" "$(host_processes cmdline | grep ' /usr/sbin/console')" "$before"
	expect_no_line "the entries of the flood" "$(entries | grep -vxFf <(printf '%s' "$entered"))" .
}

# What the kernel's log says of people who entered.
entries() { node_run 'dmesg | grep "break-glass: entered"; true'; }

# Runs $1 in the session and prints what it said; its status is that of the command.
line_run() {
	local nonce=$RANDOM$RANDOM
	line_mark
	line_type "$1; echo end-\$((1+1))-$nonce \$?\\r" || return
	line_wait "^end-2-$nonce [0-9]+\$" "${2:-20}" || return
	line_said | sed -n "2,\${/^end-2-$nonce /q;p}"
	[ "$(line_said | sed -n "s/^end-2-$nonce //p")" = 0 ]
}
