# The README, taken at its word: each command that stands in it is run here as it stands, or by the test that `elsewhere`
# names (but for git clone, with which CI begins). The picture of a node at its top is what a node says.

load ../lib/load

README=$TREE/README.md

# Commands that other tests run: the command, a bar, and group/file: test, or the program that runs it.
elsewhere='make test|.ci/run
make image KEYS=DIR|image/breakglass: KEYS: lists are checked when the image is built
scripts/break-glass --key ~/.ssh/id_ed25519 /dev/ttyUSB0|unit/break_glass: a terminal device'

# The README's commands, one a line: what stands on a line of its own, and programs with arguments within the text.
commands() {
	{
		sed -nE 's/^    ((make|scripts\/[a-z-]+|dd) .*)/\1/p' "$README" | sed -E 's/ +# .*//'
		grep -oE '`(make|scripts/[a-z-]+) [^`]+`' "$README" | tr -d '`'
	} | sort -u
}

# The command of the running test: its name, which must stand in the README.
command_of_test() {
	local command=${BATS_TEST_DESCRIPTION#README: }
	grep -qxF -- "$command" <(commands) || fail "the README has no command '$command' (any more)"
	printf '%s\n' "$command"
}

# A line without what differs from boot to boot.
normalised() { sed -E 's/\r//g; s/^ *\[ *[0-9.]+\] *//; s/[0-9a-f]{32,}…?/HASH/g; s/[0-9]+(\.[0-9]+)*/N/g'; }

setup_file() {
	export RUN_LOG=$BATS_FILE_TMPDIR/run
}

@test "README: every command in it is run by a test" {
	local command proof file name
	[ -n "$(commands)" ]
	while IFS= read -r command; do
		grep -qxF -- "@test \"README: $command\" {" "$BATS_TEST_FILENAME" && continue
		proof=$(sed -n "s/^$(sed 's/[][\.*^$/]/\\&/g' <<<"$command")|//p" <<<"$elsewhere")
		[ -n "$proof" ] || fail "no test runs: $command"
		case $proof in
		*': '*)
			file=${proof%%: *} name=${proof#*: }
			grep -qF "@test \"$name\"" "$TREE/tests/$file.bats" || fail "'$command': tests/$file.bats has no test '$name'"
			;;
		*) grep -qE "^$command( |\$)" "$TREE/$proof" || fail "'$command': $proof does not call it" ;;
		esac
	done < <(commands)
}

@test "README: make help" {
	command_of_test
	(cd "$TREE" && make help) >"$BATS_TEST_TMPDIR/help"
	local target
	for target in run image test bench clean distclean kernel; do grep -Eq "^  make $target " "$BATS_TEST_TMPDIR/help" || fail "no $target"; done
}

@test "README: make run" {
	command_of_test
	(cd "$TREE" && make run RUN_ONCE=1) >"$RUN_LOG" 2>&1 || fail "make run failed: $(tail -n 40 "$RUN_LOG")"
	expect_line "make run" "$(normalised <"$RUN_LOG")" '^ *pod +answers on http://'
}

@test "README: its picture of a node is what a node says" {
	[ -s "$RUN_LOG" ] || skip "make run has failed"
	local line
	normalised <"$RUN_LOG" >"$BATS_TEST_TMPDIR/said"
	# From the README's first indented line on, to the first that isn't.
	sed -nE '/^    \[ +[0-9]/,/^\(/{s/^    //p}' "$README" | grep -v '^…' | normalised >"$BATS_TEST_TMPDIR/picture"
	[ "$(grep -c holdfast: "$BATS_TEST_TMPDIR/picture")" -ge 5 ]
	while IFS= read -r line; do
		[ -z "$line" ] || grep -qF -- "$line" "$BATS_TEST_TMPDIR/said" || fail "no node says: $line"
	done <"$BATS_TEST_TMPDIR/picture"
}

@test "README: make image" {
	command_of_test
	(cd "$TREE" && make image) >"$BATS_TEST_TMPDIR/said" 2>&1 || fail "$(cat "$BATS_TEST_TMPDIR/said")"
	local name
	# What its table of artefacts promises.
	for name in $(sed -nE 's/^\| `([a-z]+\.[a-z]+)`.*/\1/p' "$README"); do [ -s "$BUILD/$name" ] || fail "there is no $name"; done
}

@test "README: make image PROFILE=production" {
	command_of_test
	(cd "$TREE" && make image PROFILE=production) >"$BATS_TEST_TMPDIR/said" 2>&1 || fail "$(cat "$BATS_TEST_TMPDIR/said")"
	expect_line "make" "$(cat "$BATS_TEST_TMPDIR/said")" 'root\.erofs'
}

@test "README: dd if=build/x86_64/holdfast.raw of=/dev/DISK bs=4M conv=fsync oflag=direct status=progress" {
	local command disk=$BATS_TEST_TMPDIR/disk
	command=$(command_of_test)
	truncate -s 4G "$disk"
	# A file for a disk: dd must not cut it off there.
	command=${command/of=\/dev\/DISK/of=$disk conv=notrunc}
	(cd "$TREE" && $command) 2>"$BATS_TEST_TMPDIR/said" || fail "$(cat "$BATS_TEST_TMPDIR/said")"
	cmp --bytes="$(stat -c %s "$BUILD/holdfast.raw")" "$BUILD/holdfast.raw" "$disk"
}

@test "README: scripts/toolbox run rootfs/components/kubelet/update 1.36.3" {
	local command copy=$BATS_TEST_TMPDIR/kubelet
	command=$(command_of_test)
	cp -r "$TREE/rootfs/components/kubelet" "$copy"
	# The toolbox is entered already.
	"$copy/${command##*/update }" 2>/dev/null && fail "a version is no program"
	"$copy/update" "${command##*/update }" >"$BATS_TEST_TMPDIR/said" 2>&1 || fail "$(cat "$BATS_TEST_TMPDIR/said")"
	diff -r "$TREE/rootfs/components/kubelet" "$copy"
	expect_refusal "a version that is none" 'update' "$copy/update" 1.x
}

@test "README: make bench" {
	# It measures for most of an hour: here only that each part is there, and that make hands over a name.
	local part
	expect_line "what make would do" "$(cd "$TREE" && make --dry-run "$(command_of_test | cut -d' ' -f2)" T=sizes)" '^tests/bench/run sizes$'
	for part in $(sed -n 's/^all=(\(.*\))$/\1/p' "$TREE/tests/bench/run"); do [ -x "$TREE/tests/bench/$part" ] || fail "there is no $part"; done
	expect_refusal "a measurement that there is not" "there is no 'speed'" "$TREE/tests/bench/run" speed
}

@test "README: scripts/break-glass --help" {
	local command
	command=$(command_of_test)
	expect_line "$command" "$(cd "$TREE" && $command)" '--key'
}
