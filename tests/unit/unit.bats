# The C tests of init's code that makes no system call: each program is one test. Each fuzzer runs for a moment.

load ../lib/load

one_program() { "$BUILD/unit/$1"; }

# What it finds goes into the first folder; the committed corpus, where there is one, is only read.
one_fuzzer() {
	local corpus=$BATS_TEST_DIRNAME/../fuzz/corpus/${1#fuzz_} words=$BATS_TEST_DIRNAME/../fuzz/${1#fuzz_}.dict
	[ -d "$corpus" ] || corpus=
	[ -e "$words" ] || words=
	mkdir -p "$BATS_TEST_TMPDIR/corpus"
	"$BUILD/unit/$1" -max_total_time=5 -artifact_prefix="$BUILD/unit/crash-" "$BATS_TEST_TMPDIR/corpus" \
		${words:+-dict="$words"} ${corpus:+"$corpus"} \
		>"$BATS_TEST_TMPDIR/said" 2>&1 || fail "$(tail -n 20 "$BATS_TEST_TMPDIR/said")"
}

for file in "$BATS_TEST_DIRNAME"/test_*.c; do
	name=$(basename "$file" .c)
	bats_test_function --description "unit: ${name#test_}" -- one_program "$name"
done
for file in "$BATS_TEST_DIRNAME"/../fuzz/fuzz_*.c; do
	name=$(basename "$file" .c)
	bats_test_function --description "fuzzer for five seconds: ${name#fuzz_}" -- one_fuzzer "$name"
done
