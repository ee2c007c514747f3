# The page that argues why nobody gets a shell without a valid signature names what is there.
# shellcheck disable=SC2016 # names between backticks

load ../lib/load

PAGE=$TREE/init/console/README.md

argument() { sed -n '/^## No path to a shell/,$p' "$PAGE"; }

# How often function $1 is called in init/, beside its definition and declarations.
calls() { grep -hE "[^a-z_]$1\(" "$TREE"/init/*.c "$TREE"/init/console/*.c | grep -cvE "^(\[\[[a-z]+\]\] )?(static |int |void |bool |size_t |struct )[^=;]*$1\(|^ \*|/\*"; }

@test "each function that the argument names is defined" {
	names=$(argument | grep -oE '`[a-z_0-9]+\(\)`' | tr -d '`()' | sort -u)
	[ "$(wc -w <<<"$names")" -ge 25 ] || fail "the page names only: $names"
	for name in $names; do
		grep -qE "^[a-z[][^;=]*[ *]$name\(" "$TREE"/init/*.c "$TREE"/init/console/*.c || fail "there is no function $name()"
	done
	! grep -qE "^[a-z[][^;=]*[ *]no_such_function\(" "$TREE"/init/*.c || fail "the look finds what isn't there"
}

@test "the places that it counts are as many" {
	expect "files that name a shell" "$(grep -lE '"[^"]*/(sh|ash|bash)"' "$TREE"/init/*.c "$TREE"/init/console/*.c)" "$TREE/init/console/session.c"
	for name in become_shell start_shell session_open let_in admit judge who_signed; do
		expect "the calls of $name()" "$(calls $name)" 1
	done
	expect "who gives the verdict" "$(grep -c 'ADMISSION_OPEN' "$TREE"/init/console/admission.c)" 1
	expect "where people are added" "$(grep -rhE 'signed_count(\+\+| *\+=)' "$TREE/init/console" | wc -l)" 1
	expect "where a session becomes open" "$(grep -rhE 'state = SESSION_OPEN' "$TREE/init/console" | wc -l)" 1
}
