# rootfs/SECURITY.md claims nothing without a test: each that it names must exist.

load ../lib/load

# "group/file: test" for each test that the page $1 names.
named_tests() { grep -oE '`(unit|namespace|image|boot|attack|long)/[a-z0-9_-]+: [^`]+`' "$1" | tr -d '`' | sort -u; }

# Whether file $1 has test $2. A row of the tables in tests/attack/pods is one, too: all of them are tried.
test_exists() {
	grep -qsF "@test \"$2\" {" "$TREE/tests/$1.bats" ||
		{ [ "$1" = attack/pods ] && cat "$TREE"/tests/attack/pods/*.expected | cut -d' ' -f1 | grep -qxF -- "$2"; }
}

missing_tests() {
	local name
	while IFS= read -r name; do
		test_exists "${name%%: *}" "${name#*: }" || echo "$name"
	done < <(named_tests "$1")
}

@test "security page: each test that it names exists" {
	[ "$(named_tests "$TREE/rootfs/SECURITY.md" | wc -l)" -gt 30 ]
	expect "tests that don't exist" "$(missing_tests "$TREE/rootfs/SECURITY.md")" ""
}

@test "security page: each row of its tables of layers names one" {
	rows=$(sed -n '/^## What the layers stop/,/^## /p' "$TREE/rootfs/SECURITY.md" | grep '^|' | grep -vE '^\|(---\||.* shown by \|)')
	[ "$(wc -l <<<"$rows")" -gt 15 ]
	expect_no_line "the rows" "$(grep -vE '`(unit|namespace|image|boot|attack|long)/[a-z0-9_-]+: ' <<<"$rows" || true)" .
}

@test "security page: that search finds a test that doesn't exist" {
	echo 'x `boot/node: no such test` y `nowhere/node: z` `boot/no-such-file: modules: no more can be loaded`' >"$BATS_TEST_TMPDIR/page"
	expect "what is missing" "$(missing_tests "$BATS_TEST_TMPDIR/page" | paste -sd,)" \
		"boot/no-such-file: modules: no more can be loaded,boot/node: no such test"
}
