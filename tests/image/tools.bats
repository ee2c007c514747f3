# The programs that build: what they refuse, and what they do when nothing is wrong.

load ../lib/load

# ---- rootfs/fetch: pinned sources ----

# A mirror with one archive, and a list that pins it.
make_mirror() {
	mkdir -p "$BATS_TEST_TMPDIR/mirror/pool/main/t"
	echo "content of an archive" >"$BATS_TEST_TMPDIR/mirror/pool/main/t/thing_1.orig.tar.xz"
	export HOLDFAST_MIRROR=file://$BATS_TEST_TMPDIR/mirror HOLDFAST_CACHE=$BATS_TEST_TMPDIR/cache
	hash=$(sha256sum "$BATS_TEST_TMPDIR/mirror/pool/main/t/thing_1.orig.tar.xz" | cut -d' ' -f1)
	list=$BATS_TEST_TMPDIR/sources
	echo "$hash pool/main/t/thing_1.orig.tar.xz  # why" >"$list"
}

fetch() { "$TREE/rootfs/fetch" "$list" "$BATS_TEST_TMPDIR/got"; }

@test "fetch: an archive with the pinned hash is taken" {
	make_mirror
	fetch
	cmp "$BATS_TEST_TMPDIR/got/thing_1.orig.tar.xz" "$BATS_TEST_TMPDIR/mirror/pool/main/t/thing_1.orig.tar.xz"
}

@test "fetch: an archive with another hash is refused, and both hashes are named" {
	make_mirror
	echo "changed" >>"$BATS_TEST_TMPDIR/mirror/pool/main/t/thing_1.orig.tar.xz"
	expect_refusal "a changed archive" "not the pinned $hash" fetch
	[ ! -e "$BATS_TEST_TMPDIR/got/thing_1.orig.tar.xz" ]
	expect "what is kept of it" "$(find "$HOLDFAST_CACHE" -type f)" ""
}

@test "fetch: a cached archive that was damaged is downloaded again" {
	make_mirror
	fetch
	echo damage >"$HOLDFAST_CACHE/sources/$hash-thing_1.orig.tar.xz"
	fetch
	expect "the hash of what came" "$(sha256sum <"$BATS_TEST_TMPDIR/got/thing_1.orig.tar.xz" | cut -d' ' -f1)" "$hash"
}

@test "fetch: a cached archive needs no mirror" {
	make_mirror
	fetch
	HOLDFAST_MIRROR=file:///nowhere fetch
}

@test "fetch: an archive that the mirror has not is an error that says what to do" {
	make_mirror
	rm "$BATS_TEST_TMPDIR/mirror/pool/main/t/thing_1.orig.tar.xz"
	expect_refusal "a missing archive" "rootfs/pin" fetch
}

@test "fetch: a line that is no pin is refused with its number" {
	make_mirror
	echo "abc pool/main/t/thing_1.orig.tar.xz" >>"$list"
	expect_refusal "a short hash" "sources:2" fetch
	make_mirror
	echo "$hash ../../etc/passwd" >>"$list"
	expect_refusal "a path outside the pool" "sources:2" fetch
}

# ---- rootfs/assemble: only listed files ----

# A copy of the tree's assembler with a component `thing`, whose files list is stdin.
make_component() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree"/rootfs/{components/thing,profiles,tree/etc} "$tree/build/components/thing"
	cp "$TREE/rootfs/assemble" "$tree/rootfs/"
	cat >"$tree/rootfs/components/thing/files"
	echo "Apache-2.0	a thing	LICENSE" >"$tree/rootfs/components/thing/licence"
	echo thing >"$tree/rootfs/profiles/p"
	echo "a setting" >"$tree/rootfs/tree/etc/setting"
	cp "$TREE/rootfs/assemble" "$tree/build/components/thing/script"
	cp /usr/bin/true "$tree/build/components/thing/dynamic"
	echo 'int main(void) { return 0; }' | musl-gcc -static -x c - -o "$tree/build/components/thing/program"
}

assemble() { "$tree/rootfs/assemble" "$tree/rootfs/profiles/p" "$tree/build" "$tree/out"; }

@test "assemble: makes exactly the listed files and notes each with its reason" {
	make_component <<-'END'
		/etc/setting 644 tree:etc/setting  # a reason
		/usr/bin/program 755 program       # another
		/usr/bin/alias -> program          # a third
	END
	assemble
	expect "what there is" "$(cd "$tree/out/root" && find . ! -type d | sort | paste -sd' ')" \
		"./etc/setting ./usr/bin/alias ./usr/bin/program"
	expect_line root.files "$(cat "$tree/out/root.files")" $'^/etc/setting\t644\t10\t[0-9a-f]{64}\tthing\ta reason$'
	expect "the mode of the program" "$(stat -c %a "$tree/out/root/usr/bin/program")" 755
}

@test "assemble: refuses a file without a reason" {
	make_component <<<'/etc/setting 644 tree:etc/setting'
	expect_refusal "a line without a reason" "files:1: no reason" assemble
}

@test "assemble: refuses a file that was not built" {
	make_component <<<'/usr/bin/program 755 elsewhere  # a reason'
	expect_refusal "a missing file" "elsewhere is not a file" assemble
}

@test "assemble: refuses a path that is listed twice" {
	make_component <<-'END'
		/etc/setting 644 tree:etc/setting  # a reason
		/etc/setting 600 tree:etc/setting  # another
	END
	expect_refusal "a second owner" "files:2: /etc/setting is already listed" assemble
}

@test "assemble: refuses setuid, setgid and write for others" {
	for mode in 4755 2755 6755 666 757; do
		make_component <<<"/usr/bin/program $mode program  # a reason"
		expect_refusal "mode $mode" "mode $mode is refused" assemble
	done
}

@test "assemble: refuses a dynamic program and a script that the line doesn't declare" {
	make_component <<<'/usr/bin/program 755 dynamic  # a reason'
	expect_refusal "a dynamic program" "dynamic loader" assemble
	make_component <<<'/usr/bin/program 755 script  # a reason'
	expect_refusal "a script" "dynamic loader" assemble
	make_component <<<'/usr/bin/program 755 program dynamic  # a reason'
	expect_refusal "a static program that is declared dynamic" "dynamic loader" assemble
	make_component <<<'/usr/bin/program 755 dynamic dynamic  # a reason'
	assemble
}

@test "assemble: refuses a link that leads nowhere, and a path below a link" {
	make_component <<<'/usr/bin/alias -> missing  # a reason'
	expect_refusal "a dangling link" "nobody lists" assemble
	make_component <<-'END'
		/bin -> usr/bin             # a reason
		/usr/bin 755 dir            # a reason
		/bin/program 755 program    # a reason
	END
	expect_refusal "a path below a link" "below a symbolic link" assemble
}

@test "assemble: refuses a component without a licence" {
	make_component <<<'/etc/setting 644 tree:etc/setting  # a reason'
	rm "$tree/rootfs/components/thing/licence"
	expect_refusal "a component without a licence" "licence is missing" assemble
}

# ---- scripts/step ----

step() { BUILD=$BATS_TEST_TMPDIR/build HOLDFAST_CACHE=$BATS_TEST_TMPDIR/cache "$TREE/scripts/step" "$@"; }

@test "step: one line with the name and the time; the output goes to the log" {
	run step greeting -- echo hello
	expect "its status" "$status" 0
	[[ $output =~ ^\ *greeting\ +[0-9.]+\ s$ ]] || fail "it prints '$output'"
	expect "the log" "$(cat "$BATS_TEST_TMPDIR/build/log/greeting.log")" hello
}

@test "step: a failure shows the end of the log and is passed on" {
	expect_refusal "a step that fails" "the reason for it" step broken -- sh -c 'echo the reason for it; exit 3'
}

@test "step: a result is kept under the content of its inputs" {
	echo one >"$BATS_TEST_TMPDIR/input"
	make_result() { step result --cache "$BATS_TEST_TMPDIR/result" "$BATS_TEST_TMPDIR/input" -- \
		sh -c "cat $BATS_TEST_TMPDIR/input >\$OUT/it"; }
	make_result
	rm -rf "$BATS_TEST_TMPDIR/result"
	run make_result
	expect_line "the second run" "$output" 'result +cached'
	expect "the cached result" "$(cat "$BATS_TEST_TMPDIR/result/it")" one
	echo two >"$BATS_TEST_TMPDIR/input"
	run make_result
	expect_no_line "the run with another input" "$output" cached
	expect "the new result" "$(cat "$BATS_TEST_TMPDIR/result/it")" two
}

@test "step: nothing is kept of a command that failed" {
	echo one >"$BATS_TEST_TMPDIR/input"
	expect_refusal "a step that fails" FAILED step result --cache "$BATS_TEST_TMPDIR/result" "$BATS_TEST_TMPDIR/input" -- \
		sh -c 'echo half >$OUT/it; exit 1'
	expect "what is kept" "$(find "$BATS_TEST_TMPDIR/cache" -type f)" ""
	[ ! -e "$BATS_TEST_TMPDIR/result" ]
}

@test "step: Ctrl-C ends what it runs, too" {
	cd "$BATS_TEST_TMPDIR"
	# Python, because what a shell starts in the background ignores that signal.
	python3 - "$TREE/scripts/step" <<-'END'
		import os, select, signal, subprocess, sys
		os.mkfifo("pid")
		step = subprocess.Popen([sys.argv[1], "long", "--", "sh", "-c", "echo $$ >pid; exec tail -f /dev/null"],
		                        env=dict(os.environ, BUILD="build"), start_new_session=True)
		child = os.pidfd_open(int(open("pid").read()))
		os.killpg(step.pid, signal.SIGINT)
		step.wait()
		if not select.select([child], [], [], 20)[0]:
		    signal.pidfd_send_signal(child, signal.SIGKILL)
		    sys.exit("it goes on")
	END
}

@test "step: a missing input is named" {
	expect_refusal "a missing input" "no input /nowhere" \
		step result --cache "$BATS_TEST_TMPDIR/result" /nowhere -- true
}

# What make would do for component $1 if the file $2 had changed.
after_change_of() {
	env -u MAKEFLAGS make -C "$TREE" --no-print-directory -n -W "$BUILD/$2" BUILD="$BUILD" "$BUILD/components/$1.done" 2>&1
}

@test "step: another version of a compiler builds what it compiles anew, and nothing else" {
	for name in mount crun nft; do
		expect_line "what a C compiler does to $name" "$(after_change_of $name c.versions)" "step $name --cache .*/c\.versions "
	done
	expect_line "what Go does to the kubelet" "$(after_change_of kubelet go.versions)" 'step kubelet --cache .*/go\.versions '
	expect_line "the versions" "$(cat "$BUILD/c.versions")" '^musl-dev'
	expect_no_line "what a C compiler does to the kubelet" "$(after_change_of kubelet c.versions)" 'step kubelet'
	expect_line "what its own compiler does to the kernel" "$(after_change_of kernel kernel.versions)" 'step kernel --cache'
	expect_no_line "what it does to the kernel" "$(after_change_of kernel c.versions)" 'step kernel '
}

# ---- kernel-config/check ----

check_kernel() { "$TREE/kernel-config/check" "$BATS_TEST_TMPDIR/config" "$BATS_TEST_TMPDIR/fragment.config"; }

@test "kernel check: every requested symbol is in the kernel's configuration" {
	"$TREE/kernel-config/check" "$BUILD/kernel.config" "$TREE"/kernel-config/*.config
}

@test "kernel check: a symbol that came out otherwise is named" {
	fragments=("$TREE"/kernel-config/*.config)
	sed 's/^CONFIG_DM_VERITY=y/# CONFIG_DM_VERITY is not set/' "$BUILD/kernel.config" >"$BATS_TEST_TMPDIR/config"
	expect_refusal "a kernel without verity" "CONFIG_DM_VERITY: asked for y, got n" \
		"$TREE/kernel-config/check" "$BATS_TEST_TMPDIR/config" "${fragments[@]}"
}

@test "kernel check: a symbol that is absent, or on when asked to be off, is named" {
	printf 'CONFIG_A=y\nCONFIG_B=m\n' >"$BATS_TEST_TMPDIR/config"
	printf 'CONFIG_A=y # why\n# CONFIG_C is not set\n' >"$BATS_TEST_TMPDIR/fragment.config"
	check_kernel
	printf 'CONFIG_MISSING=y\n' >"$BATS_TEST_TMPDIR/fragment.config"
	expect_refusal "an absent symbol" "CONFIG_MISSING: asked for y, got absent" check_kernel
	printf '# CONFIG_B is not set\n' >"$BATS_TEST_TMPDIR/fragment.config"
	expect_refusal "a symbol that is on" "CONFIG_B: asked for n, got m" check_kernel
	printf 'CONFIG_A y\n' >"$BATS_TEST_TMPDIR/fragment.config"
	expect_refusal "a line that is no option" "not understood" check_kernel
}

# ---- tests/run ----

# A copy of tests/run with empty groups unit and boot.
make_tests() {
	suite=$BATS_TEST_TMPDIR/suite
	rm -rf "$suite"
	mkdir -p "$suite"/tests/{unit,boot}
	cp "$TREE/tests/run" "$suite/tests/"
}

# Adds to its file $1 (boot/a) the test $2, whose body is $3.
add_test() { printf '@test "%s" {\n\t%s\n}\n' "$2" "$3" >>"$suite/tests/$1.bats"; }

# Adds the file $1 with a test that fails only the first time that it runs.
add_wavering() { add_test "$1" "$1 wavers" "[ -e $suite/tests/$1.ran ] || { touch $suite/tests/$1.ran; false; }"; }

# Runs it; what it says goes to $output, how it ends to $status. Without the variables of the bats that runs this.
run_tests() {
	run env -i PATH=/usr/bin BUILD="$suite/build" TMPDIR="$BATS_TEST_TMPDIR" "$suite/tests/run" --jobs 1 "$@"
}

@test "tests: a test that fails once is run again after all others, and named" {
	make_tests
	add_wavering boot/a
	add_test boot/b 'b is sound' true
	run_tests boot
	expect "its status" "$status" 0
	expect "the last line" "${lines[-1]}" "2 passed, 0 failed"
	expect_line "what it says" "$output" '^  boot/a +FAILED  boot/a wavers in [0-9]+ms$'
	expect_line "what it says" "$output" '^again: boot/a: boot/a wavers: failed the first time, passed the second time$'
	expect "the order of what ran" "$(sed -nE 's,^  (boot/[ab]) +(ok|FAILED).*,\1,p' <<<"$output" | paste -sd' ')" \
		"boot/a boot/b boot/a"
	expect "the summary for CI" "$(cat "$suite/build/log/tests/summary")" "2 passed, 0 failed"
}

@test "tests: a test that fails twice has failed" {
	make_tests
	add_test boot/a 'a is broken' false
	run_tests boot
	expect "its status" "$status" 1
	expect "the last line" "${lines[-1]}" "0 passed, 1 failed"
	expect_line "what it says" "$output" '^  boot/a: a is broken'
	expect_no_line "what it says" "$output" '^again: '
}

@test "tests: a test that fails and is then skipped has failed" {
	make_tests
	add_test boot/a 'a gives up' "[ ! -e $suite/ran ] || skip 'no more'; touch $suite/ran; false"
	run_tests boot
	expect "its status" "$status" 1
	expect "the last line" "${lines[-1]}" "0 passed, 1 failed"
}

@test "tests: a file that ends before its last test has failed" {
	make_tests
	add_test boot/a 'a is sound' true
	add_test boot/a 'all ends' 'pkill -KILL -P $(ps -o ppid= $PPID)'
	add_test boot/a 'this never runs' true
	run_tests boot
	expect "its status" "$status" 1
	expect_line "what it says" "$output" 'boot/a could not be run to its end'
	expect "the last line" "${lines[-1]}" "2 passed, 1 failed"
}

@test "tests: unit tests get no second try, and more than five files neither" {
	make_tests
	add_wavering unit/a
	run_tests unit
	expect "the last line" "${lines[-1]}" "0 passed, 1 failed"
	for name in a b c d e; do add_wavering boot/$name; done
	run_tests boot
	expect "the last line of five" "${lines[-1]}" "5 passed, 0 failed"
	rm "$suite"/tests/boot/*.ran
	add_wavering boot/f
	run_tests boot
	expect "the last line of six" "${lines[-1]}" "0 passed, 6 failed"
}

# ---- all programs ----

# The scripts of the tree whose first line names interpreter $1.
scripts_with() { (cd "$TREE" && grep -rIl --exclude-dir=build --exclude-dir=.git -m1 "^#!.*$1" . | sort); }

@test "scripts: shellcheck finds nothing" {
	mapfile -t scripts < <(scripts_with 'bash'; scripts_with '/sh$')
	[ ${#scripts[@]} -gt 5 ] || fail "found only: ${scripts[*]}"
	cd "$TREE"
	shellcheck -x --severity=warning "${scripts[@]}"
	shellcheck -x --severity=warning tests/lib/*.bash
	shellcheck -x --severity=warning --shell=bats tests/*/*.bats
}

@test "scripts: the ones for people print their help" {
	for script in "$TREE"/scripts/* "$TREE"/tests/run "$TREE"/rootfs/{assemble,component,fetch,pin} "$TREE"/kernel-config/{build,check,resolve} \
		"$TREE"/image/*; do
		[ -x "$script" ] && [ -f "$script" ] || continue
		said=$("$script" --help </dev/null) || fail "$script --help fails: $said"
		expect_line "the help of $script" "$said" "${script##*/}"
	done
	# Those that are called by name through another say what they measure.
	for script in "$TREE"/tests/bench/*; do
		[ ! -x "$script" ] || expect_line "the help of $script" "$("$script" --help </dev/null 2>/dev/null)" '^[A-Z].*[a-z]'
	done
}

@test "make help: names every target that has a description, on one line each, and every variable" {
	said=$(make -C "$TREE" --no-print-directory help)
	for target in help run image test bench clean distclean $(sed -n 's/^\([a-z-]*\):.*## .*/\1/p' "$TREE"/*/*.mk "$TREE"/*/*/*.mk); do
		expect "lines about $target" "$(grep -c "^  *make $target " <<<"$said")" 1
	done
	for variable in VERSION PROFILE KEYS RELEASE RUN FUZZ_SECONDS; do expect_line "make help" "$said" "^  $variable +[^ ]"; done
}

@test "make: what can't be is refused before the toolbox is made; a folder of keys goes along" {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p scripts rootfs tests/unit "the keys/breakglass"
	cp "$TREE/Makefile" .
	cp -r "$TREE/rootfs/profiles" rootfs/
	touch tests/unit/unit.bats "the keys/breakglass/allowed_signers"
	printf '#!/bin/sh\necho "toolbox $*, KEYS is $KEYS"\n' >scripts/toolbox
	chmod +x scripts/toolbox
	on_host() { env -i PATH="$PATH" make "$@"; }
	expect_line "make" "$(on_host image)" '^toolbox run make image *, KEYS is $'
	expect_line "make with keys" "$(on_host image KEYS="the keys")" '^toolbox run make image KEYS=the keys KEYS=/keys, KEYS is the keys$'
	expect_line "make of a group" "$(on_host test T=unit)" '^toolbox run make test T=unit'
	expect_refusal "another architecture" 'ARCH=arm64: there is only: x86_64' on_host image ARCH=arm64
	expect_refusal "an unknown profile" 'PROFILE=nope: there is only: .*production' on_host image PROFILE=nope
	expect_refusal "an unknown group" 'T=nope: there is no such group' on_host test T="unit nope"
	expect_refusal "a folder without keys" 'KEYS=scripts: there is neither' on_host image KEYS=scripts
	expect_refusal "a folder that is outside" 'BUILD=/tmp/x: the toolbox sees only' on_host image BUILD=/tmp/x
}

@test "scripts: toolbox says so where apt's sources name no mirror of Debian" {
	export HOLDFAST_CACHE=$BATS_TEST_TMPDIR/cache HOLDFAST_APT=$BATS_TEST_TMPDIR/apt
	mkdir -p "$HOLDFAST_APT" "$("$TREE/scripts/toolbox" path)"
	touch "$("$TREE/scripts/toolbox" path)/.complete"
	without_mirror() { env -u HOLDFAST_MIRROR -u HOLDFAST_SECURITY "$TREE/scripts/toolbox" run true; }
	expect_refusal "no source at all" 'set HOLDFAST_MIRROR' without_mirror
	echo 'deb http://archive.example/ubuntu x main' >"$HOLDFAST_APT/sources.list"
	expect_refusal "another distribution's source" 'set HOLDFAST_MIRROR' without_mirror
	# With a mirror it goes on, to a toolbox that is empty here.
	echo 'deb http://archive.example/debian x main' >"$HOLDFAST_APT/sources.list"
	expect_refusal "an empty toolbox" '/proc' without_mirror
	expect_no_line "what is said" "$(without_mirror 2>&1 || true)" HOLDFAST_MIRROR
}

@test "scripts: toolbox refuses a word that it doesn't know" {
	expect_refusal "an unknown word" "scripts/toolbox make" "$TREE/scripts/toolbox" no-such-word
}
