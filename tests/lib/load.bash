# What every test file loads: where things are, and how a test says what it expects.
# shellcheck shell=bash

TREE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$TREE/build/x86_64}
export TREE BUILD

# The folder with the artefacts of profile $1.
profile_dir() {
	if [ "$1" = production ]; then echo "$BUILD"; else echo "$BUILD/$1"; fi
}

# Says why a test fails ($*), and fails it.
fail() {
	printf '%s\n' "$*" >&2
	return 1
}

# Text $2, which is named $1, must be $3.
expect() {
	[ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"
}

# Text $2, which is named $1, must have a line that matches the regular expression $3 ...
expect_line() {
	grep -Eq -- "$3" <<<"$2" || fail "$1 has no line like '$3':
$2"
}

# ... or none.
expect_no_line() {
	! grep -Eq -- "$3" <<<"$2" || fail "$1 has a line like '$3':
$(grep -E -- "$3" <<<"$2")"
}

# Runs $3..., which must fail (end with a status other than 0) and say something that matches $2; $1 says what it is.
expect_refusal() {
	local what=$1 regex=$2 said
	shift 2
	if said=$("$@" 2>&1); then
		fail "$what was not refused; it said: $said"
	else
		expect_line "what is said about $what" "$said" "$regex"
	fi
}

# Calls $3... until it succeeds, at most $2 seconds; $1 says what is waited for. Prints the last output if it never does.
wait_until() {
	local what=$1 deadline=$((SECONDS + $2 * ${TESTS_SLOW:-2})) said
	shift 2
	until said=$("$@" 2>&1); do
		[ $SECONDS -lt $deadline ] || { fail "waited in vain for $what; the last answer: $said"; return 1; }
		read -r -t 0.3 <> <(:) || true # the one short pause between two looks
	done
	printf '%s\n' "$said"
}
