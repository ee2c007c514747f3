# scripts/break-glass against a console made of the real one's parts (fake_console.c), over each kind of line.
# shellcheck disable=SC2030,SC2031 # each test is a subshell

load ../lib/load

break_glass=$TREE/scripts/break-glass
fake=$BUILD/unit/fake_console
namespace=breakglass@holdfast

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	local name
	for name in alice bob mallory; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done
	for name in alice bob; do echo "$name $(cat $name.pub)"; done >signers
	: >nobody
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp "$BATS_FILE_TMPDIR"/* .
	background=()
}

teardown() {
	exec 7>&-
	[ ${#background[@]} = 0 ] || kill "${background[@]}" 2>/dev/null || true
}

# A console (SIGNERS QUORUM [FAULT…]) on a terminal named `line`, which stays when a caller leaves.
console_on_a_terminal() {
	socat PTY,link=line,rawer EXEC:"$fake $*" 3>&- &
	background+=($!)
	wait_until "the terminal" 10 test -e line >/dev/null
	exec 7<>line
}

# Calls break-glass with $@; the lines of $session go into the session.
call() { printf '%s' "${session-exit
}" | timeout 60 "$break_glass" --wait 20 "$@"; }

# ---- right answers ----

@test "--help is the header; a wrong call says so and ends with 2" {
	expect_line "the help" "$("$break_glass" --help)" '^  scripts/break-glass --key FILE'
	local arguments
	for arguments in "" "line" "--key alice" "--key none line" "--key alice line -- cat" "--key alice --frob line" "--key alice --speed x line" \
		"--join --key alice line"; do
		local status=0
		# shellcheck disable=SC2086 # words
		"$break_glass" $arguments 2>said || status=$?
		expect "the status of '$arguments'" $status 2
		expect_line "what is said about '$arguments'" "$(cat said)" "^break-glass: .*see --help$"
	done
}

@test "the words are those of init/console/protocol.h" {
	local word value
	while read -r word value; do
		grep -qFe "$value" "$break_glass" || fail "break-glass does not know $word, $value"
	done < <(sed -n 's/^#define PROTOCOL_\([A-Z_]*\) [^"]*"\([^"]*\)".*/\1 \2/p' "$TREE/init/console/protocol.h" | grep -v '^INVITATION')
	expect "the number of words" "$(grep -c '^#define PROTOCOL_[A-Z_]* *".*"' "$TREE/init/console/protocol.h")" 12
}

@test "a command: challenge, signature, session, end" {
	session=$'hello\nexit\n' call --key alice -- "$fake" signers 1 >out 2>said
	expect_line "the challenge that is shown" "$(cat said)" '^node node-1$'
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice$'
	expect_line "the session" "$(tr -d '\r' <out)" 'you said hello$'
	expect_line "what is said" "$(cat said)" '^break-glass: session ended: exit$'
}

@test "a command is hung up when it is left" {
	"$break_glass" --challenge-out challenge -- sh -c "echo \$\$ >pid; $fake signers 1; exec sleep 1000" 2>said
	local pid
	pid=$(<pid)
	[ "$pid" -gt 1 ]
	background+=("$pid")
	ended() { ! kill -0 "$pid"; }
	wait_until "the end of the command" 10 ended >/dev/null
}

@test "a terminal device" {
	console_on_a_terminal signers 1
	session=$'hello\nexit\n' call --key alice line >out 2>said
	expect_line "the session" "$(tr -d '\r' <out)" 'you said hello$'
}

@test "a socket" {
	socat UNIX-LISTEN:socket EXEC:"$fake signers 1" 3>&- &
	background+=($!)
	wait_until "the socket" 10 test -S socket >/dev/null
	session=$'hello\nexit\n' call --key alice socket >out 2>said
	expect_line "the session" "$(tr -d '\r' <out)" 'you said hello$'
}

@test "a console server: telnet's options are refused, and stand in nothing" {
	printf '%s\n' '#!/bin/bash' \
		'printf "\377\375\1\377\373\3\377\372\30\1\377\360\377\361"' "tee input | exec $fake signers 1" >server
	chmod +x server
	socat -d -d TCP-LISTEN:0,bind=127.0.0.1 EXEC:./server 2>log 3>&- &
	background+=($!)
	wait_until "the server" 10 grep -q 'listening on' log >/dev/null
	local port
	port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' log)
	session=$'h\xffi\nexit\n' call --key alice --record record "127.0.0.1:$port" >out 2>said
	# 255 goes as 255 255, which this server doesn't make one again
	expect_line "the session" "$(tr -d '\r' <out)" 'you said h\?\?i$'
	# WONT ECHO, DONT SUPPRESS-GO-AHEAD
	expect_line "what the server got" "$(od -An -v -tx1 input | tr -d ' \n')" fffc01fffe03
	! grep -q $'\xff' record || fail "telnet's commands are in the transcript"
}

@test "two keys make a quorum" {
	call --key alice --key bob -- "$fake" signers 2 2>said
	expect_line "what is said" "$(cat said)" '^break-glass: accepted: alice, 1 more needed$'
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice, bob$'
}

@test "a colleague's signature is waited for, and an older one is not sent" {
	echo old | ssh-keygen -q -Y sign -n $namespace -f bob >bob.sig 2>/dev/null
	call --key alice --challenge-out challenge --signature bob.sig -- "$fake" signers 2 >out 2>said 3>&- &
	local caller=$!
	background+=("$caller")
	wait_until "the waiting" 20 grep -q 'bob.sig does not sign this challenge: waiting' said >/dev/null
	ssh-keygen -q -Y sign -n $namespace -f bob <challenge >bob.new 2>/dev/null
	mv bob.new bob.sig
	wait $caller
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice, bob$'
	expect_no_line "what is said" "$(cat said)" refused
}

@test "the challenge can be fetched first, and answered by another call" {
	console_on_a_terminal signers 2
	"$break_glass" --challenge-out challenge line 2>said
	expect_line "what is said" "$(cat said)" "ssh-keygen -Y sign -n $namespace -f KEY challenge"
	ssh-keygen -q -Y sign -n $namespace -f alice challenge 2>/dev/null
	ssh-keygen -q -Y sign -n $namespace -f bob <challenge >bob.sig 2>/dev/null
	call --signature challenge.sig --signature bob.sig line 2>said
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice, bob$'
}

@test "a challenge that lacks a line is asked for again" {
	call --key alice -- "$fake" signers 1 disturbed=2 2>said
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice$'
}

@test "messages of the kernel in every line, and in the prompts, are taken out" {
	session=$'hello\nexit\n' call --key alice --key bob -- "$fake" signers 2 torn >out 2>said
	expect_line "what is said" "$(cat said)" '^break-glass: accepted: alice, 1 more needed$'
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice, bob$'
	expect_line "what is said" "$(cat said)" '^break-glass: session ended: exit$'
	# To the operator they are shown.
	expect_line "the session" "$(tr -d '\r' <out)" 'eth0: no link$'
}

@test "an answer waits for a prompt that comes after a delay" {
	call --key alice -- "$fake" signers 1 delayed=6 2>said
	expect_line "what is said" "$(cat said)" '^break-glass: after a refused signature the console takes the next one after a delay'
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice$'
}

@test "a node whose clock is wrong: that is said, and makes no difference" {
	local hours
	for hours in 30 -30; do
		call --key alice -- "$fake" signers 1 clock=$hours 2>said
		expect_line "what is said" "$(cat said)" '^break-glass: note: by this machine.s clock the challenge expire(s in 1 day, 6:|d 1 day, 5:..:.. ago)'
		expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice$'
	done
	call --key alice -- "$fake" signers 1 2>said
	expect_no_line "what is said with the right time" "$(cat said)" note
}

@test "an Enter that was not heard is repeated" {
	call --key alice -- "$fake" signers 1 deaf=1 2>said
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice$'
}

@test "--record: all that the console printed, appended, for nobody else's eyes" {
	echo before >record
	chmod 600 record
	session=$'hello\nexit\n' call --key alice --record record -- "$fake" signers 1 >out 2>said
	expect_line "the transcript" "$(cat record)" '^before$'
	expect_line "the transcript" "$(cat record)" '^# break-glass, 20..-..-..T'
	expect_line "the transcript" "$(tr -d '\r' <record)" '^nonce '
	expect_line "the transcript" "$(tr -d '\r' <record)" 'you said hello$'
	expect_line "the transcript" "$(tr -d '\r' <record)" '^session ended: exit$'
	call --key alice --record new -- "$fake" signers 1 2>said
	expect "its mode" "$(stat -c %a new)" 600
}

# Calls on a terminal of its own, like a person in a shell: its words go to out, its process id to pid. What is written to 7 is typed.
call_on_a_terminal() {
	mkfifo keys
	# What a shell on a terminal does: stty before and after.
	printf '%s\n' 'stty -g' "sh -c 'echo \$\$ >pid; exec $break_glass --wait 20 $*'; echo status \$?" 'stty -g' >calls
	socat - EXEC:'bash calls',pty,setsid,ctty,stderr <keys >out 2>socat.log 3>&- &
	caller=$!
	background+=("$caller")
	exec 7>keys
}

session_on_a_terminal() {
	call_on_a_terminal --key alice -- "$fake" signers 1
	wait_until "the session" 20 out_has '^break-glass# $' >/dev/null
}

out_has() { tr -d '\r' <out | grep -Eq -- "$1"; }

# The call must have ended with status $1, and left the terminal as it was.
expect_terminal_as_before() {
	wait "$caller" || true
	expect_line "what the terminal shows" "$(tr -d '\r' <out)" "^status $1\$"
	expect_line "the settings before" "$(head -n 1 out)" '^[0-9a-f]+:'
	expect "the terminal's settings" "$(tr -d '\r' <out | tail -n 1)" "$(tr -d '\r' <out | head -n 1)"
}

@test "on a terminal, Ctrl-] leaves the session, and the terminal is as it was" {
	session_on_a_terminal
	printf 'hello\r' >&7
	wait_until "the echo of the session" 20 out_has 'you said hello' >/dev/null
	printf '\035' >&7
	expect_terminal_as_before 0
	expect_line "the end" "$(tr -d '\r' <out)" 'break-glass: left; on the node a session goes on'
}

@test "on a terminal, killed in a session: the terminal is as it was" {
	session_on_a_terminal
	kill -TERM "$(<pid)"
	expect_terminal_as_before 143
}

@test "on a terminal, Ctrl-C while it waits: it says what stays, and the terminal is as it was" {
	call_on_a_terminal --key alice --signature bob.sig -- "$fake" signers 2
	wait_until "the waiting" 20 out_has 'waiting for bob.sig' >/dev/null
	printf '\003' >&7
	expect_terminal_as_before 130
	expect_line "the end" "$(tr -d '\r' <out)" '^break-glass: stopped; a challenge, or a session, that was open stays so'
}

@test "on a terminal, killed while ssh-keygen asks for a passphrase: the terminal is as it was" {
	ssh-keygen -q -p -P '' -N secret -f alice
	call_on_a_terminal --key alice -- "$fake" signers 1
	wait_until "the question" 20 out_has '^Enter passphrase' >/dev/null
	kill -TERM "$(<pid)"
	expect_terminal_as_before 143
}

@test "on a terminal, ssh-keygen asks for a key's passphrase" {
	ssh-keygen -q -p -P '' -N secret -f alice
	call_on_a_terminal --key alice -- "$fake" signers 1
	wait_until "the question" 20 out_has '^Enter passphrase' >/dev/null
	printf 'secret\r' >&7
	wait_until "the session" 20 out_has '^break-glass# $' >/dev/null
	printf 'exit\r' >&7
	expect_terminal_as_before 0
	! out_has secret || fail "the passphrase is shown"
}

@test "a key that an agent holds" {
	eval "$(ssh-agent -a "$PWD/agent" 3>&-)" >/dev/null
	background+=("$SSH_AGENT_PID")
	ssh-add -q alice 2>/dev/null
	rm alice
	call --key alice.pub -- "$fake" signers 1 2>said
	expect_line "what is said" "$(cat said)" '^break-glass: session: opened for alice$'
}

@test "a device that another call has is busy; a session that was left is told of, and joined again" {
	console_on_a_terminal signers 1
	mkfifo keys
	timeout 120 "$break_glass" --wait 20 --key alice line <keys >out 2>first 3>&- &
	background+=($!)
	exec 8>keys
	wait_until "the session" 20 grep -q 'session: opened' first >/dev/null
	expect_failure "can't open line: Device or resource busy: another program has it" --key bob line
	kill -TERM "${background[-1]}"
	wait "${background[-1]}" || true
	exec 8>&-
	expect_failure "a session is open on this line.*--join" --key bob line
	session=$'hello\nexit\n' call --join line >out 2>said
	expect_line "the session" "$(tr -d '\r' <out)" 'you said hello$'
	expect_line "what is said" "$(cat said)" '^break-glass: session ended: exit$'
}

# ---- what can fail ----

# Calls with $2..., which must fail with status 1 and one line at the end that matches $1.
expect_failure() {
	local regex=$1 status=0
	shift
	call "$@" >out 2>said || status=$?
	expect "the status" $status 1
	expect_line "the last line" "$(tail -n 1 said)" "^break-glass: .*$regex"
}

@test "no key in the image" {
	expect_failure "no break-glass key in this image" --key alice -- "$fake" nobody 1
}

@test "another key" {
	expect_failure "refused the signature of mallory: this key is not one of those" --key mallory -- "$fake" signers 1
}

@test "the same person twice" {
	expect_failure "refused the signature of alice: this person has signed already" --key alice --key alice -- "$fake" signers 2
}

@test "a quorum that is not reached" {
	expect_failure "more signatures are needed .*1 more needed" --key alice -- "$fake" signers 2
}

@test "an expired challenge" {
	expect_failure "refused the signature of alice: the challenge has expired" --key alice -- "$fake" signers 1 expired
}

@test "no session though the signature is right" {
	expect_failure "no session: out of memory" --key alice -- "$fake" signers 1 no-session
}

@test "a challenge that is disturbed each time" {
	expect_failure "disturbed three times" --key alice -- "$fake" signers 1 disturbed=9
}

@test "a line that says nothing, or something else" {
	expect_failure "no challenge came within 1 s. It said nothing" --wait 1 --key alice -- cat /dev/zero
	expect_failure "no challenge came within 8 s. Its last words: login:" --wait 8 --key alice -- sh -c 'echo login:; exec cat >/dev/null'
}

@test "no verdict" {
	expect_failure "no verdict on the signature came within 8 s" --wait 8 --key alice -- "$fake" signers 1 silent
}

@test "a line that is closed" {
	expect_failure "the line was closed" --key alice -- "$fake" signers 1 hang-up
	expect_failure "the line was closed. It said nothing" --key alice -- true
}

@test "a key that can't sign" {
	cp alice.pub lone.pub
	expect_failure "ssh-keygen could not sign with lone.pub" --key lone.pub -- "$fake" signers 1
}

@test "lines that can't be opened" {
	expect_failure "can't open 127.0.0.1:1: Connection refused: nobody listens there" --key alice 127.0.0.1:1
	expect_failure "127.0.0.1:65536: there is no such device or socket, and it is not HOST:PORT" --key alice 127.0.0.1:65536
	expect_failure "nowhere: there is no such device or socket, and it is not HOST:PORT" --key alice nowhere
	expect_failure "alice is neither a serial device nor a socket" --key alice alice
	expect_failure "there is no command no-such-command" --key alice -- no-such-command
	console_on_a_terminal signers 1
	expect_failure "no serial line has that speed" --key alice --speed 12345 line
	expect_failure "no serial line has that speed" --key alice --speed 0 line
}

@test "files that can't be written" {
	expect_failure "can't write none/record" --key alice --record none/record -- "$fake" signers 1
	expect_failure "can't write /dev/full: No space left" --key alice --record /dev/full -- "$fake" signers 1
	expect_failure "can't write none/challenge" --key alice --challenge-out none/challenge -- "$fake" signers 1
}

@test "a record that can't go on is told of, and the session goes on" {
	(
		ulimit -f 1
		session=$(printf '%0300d\n' {1..5})$'\nexit\n' call --key alice --record record -- "$fake" signers 1 >/dev/null 2> >(cat >said)
	)
	expect_line "what is said" "$(tr -d '\r' <said)" "^break-glass: can't write the record \\(File too large\\): from here on nothing is recorded$"
	expect_line "what is said" "$(cat said)" '^break-glass: session ended: exit$'
}

@test "a session that can't be shown is left" {
	local status=0
	call --key alice -- "$fake" signers 1 >/dev/full 2>said || status=$?
	expect "the status" $status 1
	expect_line "what is said" "$(tail -n 1 said)" "^break-glass: can't show the session: No space left on device. On the node it goes on"
}

@test "what a hostile line says does nothing to the operator's terminal" {
	expect_failure 'Its last words: \?\[31mred\?' --key alice -- printf '\033[31mred\a\n'
	expect_no_line "what is said" "$(cat said)" $'[\033\a]'
}
