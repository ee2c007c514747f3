# tests/attack/table, which decides whether hostile pods got what they must not get.

load ../lib/load

table() { "$TREE/tests/attack/table" "$@"; }

setup() {
	mkdir "$BATS_TEST_TMPDIR/tables"
	cat >"$BATS_TEST_TMPDIR/tables/attempts.expected" <<-'END'
		# The head.

		closed           EPERM                  EPERM                  EACCES+file:write
		open             EPERM                  EPERM                  ok                             a reason
		call-*           EPERM                  EPERM                  ENOSYS
	END
	cat >"$BATS_TEST_TMPDIR/output" <<-'END'
		# attempts
		closed EACCES
		open ok
		call-one ENOSYS
		# end
	END
	cat >"$BATS_TEST_TMPDIR/log" <<-'END'
		[1.0] audit: type=1400 audit(1.0:1): avc:  denied  { write } for  pid=1 comm="closed" scontext=a tcontext=b tclass=file permissive=0
	END
	table seen "$BATS_TEST_TMPDIR/output" "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/seen"
}

differences() { table differences "$BATS_TEST_TMPDIR/tables" privileged "$BATS_TEST_TMPDIR/seen"; }

# As setup, but with $2 for the first $1 of the output or the log.
seen_otherwise() {
	sed -i "s/$1/$2/" "$BATS_TEST_TMPDIR"/{output,log}
	table seen "$BATS_TEST_TMPDIR/output" "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/seen"
}

@test "seen: result and record of each attempt" {
	expect "what was seen" "$(cat "$BATS_TEST_TMPDIR/seen")" "attempts closed EACCES+file:write
attempts open ok
attempts call-one ENOSYS"
}

@test "differences: none if all is as expected" {
	expect "the differences" "$(differences)" ""
}

@test "differences: another result, another record, no record, an attempt that wasn't made, one that no line names" {
	seen_otherwise 'closed EACCES' 'closed ok'
	expect_refusal "another result" 'closed, privileged pod: ok\+file:write, expected EACCES\+file:write' differences
	seen_otherwise 'closed ok' 'closed EACCES'
	seen_otherwise '{ write }' '{ read }'
	expect_refusal "another record" 'closed, privileged pod: EACCES\+file:read, expected' differences
	seen_otherwise 'denied' 'granted'
	expect_refusal "no record" 'closed, privileged pod: EACCES, expected' differences
	seen_otherwise 'open ok' ''
	expect_refusal "an attempt not made" 'open, privileged pod: not tried, expected ok' differences
	seen_otherwise 'call-one' 'new'
	expect_refusal "one that no line names" 'new, privileged pod: ENOSYS, expected not listed' differences
}

@test "reasons: where something is possible, and only there" {
	table unexplained "$BATS_TEST_TMPDIR/tables"
	sed -i 's/ a reason$//' "$BATS_TEST_TMPDIR/tables/attempts.expected"
	expect_refusal "no reason" 'open: possible, without a reason' table unexplained "$BATS_TEST_TMPDIR/tables"
	sed -i 's/ ok .*/ EPERM a reason/' "$BATS_TEST_TMPDIR/tables/attempts.expected"
	expect_refusal "a reason too many" 'open: refused, with a reason' table unexplained "$BATS_TEST_TMPDIR/tables"
}

@test "merge: the cells of three pods, reasons where they are still needed, lines with * for what they name" {
	before=$(cat "$BATS_TEST_TMPDIR/tables/attempts.expected")
	sed 's/ok$/EPERM/;s/EACCES.*/EPERM/;s/ENOSYS/EPERM/' "$BATS_TEST_TMPDIR/seen" >"$BATS_TEST_TMPDIR/others"
	merge() { table merge "$BATS_TEST_TMPDIR/tables" "$BATS_TEST_TMPDIR/others" "$BATS_TEST_TMPDIR/others" "$BATS_TEST_TMPDIR/seen"; }
	merge
	expect "the same again" "$(cat "$BATS_TEST_TMPDIR/tables/attempts.expected")" "$before"
	seen_otherwise 'open ok' 'open EACCES'
	merge
	expect_line "the table" "$(cat "$BATS_TEST_TMPDIR/tables/attempts.expected")" '^open +EPERM +EPERM +EACCES$'
}
