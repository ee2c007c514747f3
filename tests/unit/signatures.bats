# The console's verifier against the real ssh-keygen: what one makes or takes, the other must take or make. Security keys are
# software (tests/unit/signature.c); ssh-keygen judges those, too.

load ../lib/load

signature=$BUILD/unit/signature
namespace=breakglass@holdfast

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	printf 'holdfast break-glass 1\nnode node-1\nnonce 00\n' >challenge
	printf 'holdfast break-glass 1\nnode node-1\nnonce 01\n' >other
	ssh-keygen -q -t ed25519 -N '' -C alice -f alice
	ssh-keygen -q -t ed25519 -N '' -C mallory -f mallory
	ssh-keygen -q -t ed25519 -N '' -C erin -f erin
	ssh-keygen -q -t ed25519 -N '' -C frank -f frank
	ssh-keygen -q -t ed25519 -N '' -C dave -f dave
	ssh-keygen -q -t rsa -b 2048 -N '' -C rsa -f rsa
	ssh-keygen -q -t ecdsa -N '' -C ecdsa -f ecdsa
	{
		echo "# who may break glass"
		echo "alice $(cat alice.pub)"
		echo "bob namespaces=\"file,$namespace\" $("$signature" key 7) bob's security key"
		echo "erin valid-after=\"20270601Z\" $(cat erin.pub)"
		echo "frank valid-before=\"20261231\" $(cat frank.pub)"
		echo "dave namespaces=\"file\" $(cat dave.pub)"
	} >signers
}

setup() { cd "$BATS_FILE_TMPDIR" || return; }

# Signs file $2 with key $1; further options of ssh-keygen behind them. Prints the signature.
sign() {
	local key=$1 file=$2
	shift 2
	ssh-keygen -q -Y sign -n $namespace -f "$key" "$@" <"$file" 2>/dev/null
}

# The verifier's word on standard input as a signature of the challenge, in January 2027.
verify() { "$signature" verify signers $namespace challenge - 1800000000; }

# Standard input must be taken as a signature by $1.
expect_signed_by() {
	local said
	said=$(verify) || fail "refused: $said"
	expect_line "the verifier's word" "$said" "^$1 SHA256:"
}

# Standard input, which is named $1, must be refused with a line that matches $2.
expect_refused() {
	local said
	if said=$(verify); then
		fail "$1 was taken: $said"
	else
		expect_line "what is said about $1" "$said" "^refused: .*$2"
		expect "the number of lines" "$(wc -l <<<"$said")" 1
	fi
}

# The base64 of a signature without its armour, in one line.
one_line() { grep -v -e ----- | tr -d '\n'; }

# ---- what is taken ----

@test "armour as ssh-keygen writes it, with either hash" {
	sign alice challenge | expect_signed_by alice
	sign alice challenge -O hashalg=sha256 | expect_signed_by alice
	sign alice challenge -O hashalg=sha512 | expect_signed_by alice
}

@test "armour as a terminal may send it: CR LF, blanks, other line lengths" {
	sign alice challenge | sed 's/$/\r/' | expect_signed_by alice
	sign alice challenge | sed 's/^/  /; s/$/ /' | expect_signed_by alice
	{
		echo "-----BEGIN SSH SIGNATURE-----"
		sign alice challenge | one_line | fold -w 33
		printf '\n-----END SSH SIGNATURE-----'
	} | expect_signed_by alice
}

@test "the base64 in one line" {
	sign alice challenge | one_line | expect_signed_by alice
	sign alice challenge -O hashalg=sha256 | one_line | sed 's/$/\r\n/' | expect_signed_by alice
}

@test "the fingerprint is the one that ssh-keygen prints" {
	local said
	said=$(sign alice challenge | verify)
	expect "the fingerprint" "$(cut -d' ' -f2 <<<"$said")" "$(ssh-keygen -l -f alice.pub | cut -d' ' -f2)"
}

# ---- security keys ----

@test "a security key that was touched, with its counter and flags; ssh-keygen takes the same" {
	"$signature" sign 7 $namespace 41 1 <challenge >token.sig
	expect "the verifier's word" "$(verify <token.sig | cut -d' ' -f1,3-)" "bob counter 41 flags 1"
	ssh-keygen -Y verify -f signers -I bob -n $namespace -s token.sig <challenge
	"$signature" sign 7 $namespace 42 5 <challenge | verify | grep "^bob .* counter 42 flags 5"
}

@test "a security key that was not touched is refused, though ssh-keygen would take it" {
	"$signature" sign 7 $namespace 41 0 <challenge >untouched.sig
	# so it is nothing but the touch that is missing
	ssh-keygen -Y verify -f signers -I bob -n $namespace -s untouched.sig <challenge
	expect_refused "a signature without a touch" "not touched" <untouched.sig
}

@test "flags and counter of a security key are signed" {
	local offset
	# the last five bytes
	for offset in 5 4 1; do
		"$signature" sign 7 $namespace 41 1 <challenge | one_line | base64 -d >bytes
		printf '\5' | dd of=bytes bs=1 seek=$(($(stat -c %s bytes) - offset)) conv=notrunc status=none
		base64 -w0 bytes | expect_refused "a changed byte" "does not sign this challenge"
	done
}

@test "a web site's credential in a security key is refused" {
	"$signature" sign 7 $namespace 41 1 https://example.com <challenge | expect_refused "a web site's application" "application is not ssh:"
	"$signature" sign 7 $namespace 41 1 ssh: <challenge | expect_signed_by bob
	# another of SSH's is another key
	"$signature" sign 7 $namespace 41 1 ssh:other <challenge | expect_refused "another application" "not in the list"
}

# ---- what is refused ----

@test "a signature of another challenge" {
	sign alice other | expect_refused "another challenge's signature" "does not sign this challenge"
	{ cat challenge; echo; } | ssh-keygen -q -Y sign -n $namespace -f alice 2>/dev/null | expect_refused "a line more" "does not sign this challenge"
	sed 's/$/\r/' challenge | ssh-keygen -q -Y sign -n $namespace -f alice 2>/dev/null | expect_refused "CR LF in the challenge" "does not sign this challenge"
}

@test "a signature for another node, version, root, boot, nonce or expiry" {
	local line
	cat >whole <<-END
		holdfast break-glass 1
		node node-1
		version 0.1.0
		root $(sha256sum <challenge | cut -d' ' -f1)
		boot 2c1bb2a1-8e4b-4d77-9a71-5c1b4a0c7f6e
		nonce $(sha256sum <other | cut -d' ' -f1)
		expires 2027-01-15T08:10:00Z
	END
	sign alice whole | "$signature" verify signers $namespace whole - 1800000000
	for line in holdfast node version root boot nonce expires; do
		sed "/^$line /s/.\$/x/" whole >changed
		expect "the number of changed lines" "$(diff whole changed | grep -c '^>')" 1
		sign alice changed >changed.sig
		expect_refusal "a signature with another $line" "^refused: .*does not sign this challenge" \
			"$signature" verify signers $namespace whole changed.sig 1800000000
	done
}

@test "a signature for another purpose" {
	ssh-keygen -q -Y sign -n file -f alice <challenge 2>/dev/null | expect_refused "namespace file" "another purpose"
	ssh-keygen -q -Y sign -n $namespace-2 -f alice <challenge 2>/dev/null | expect_refused "a longer namespace" "another purpose"
	ssh-keygen -q -Y sign -n "$(printf 'x%.0s' {1..100})" -f alice <challenge 2>/dev/null | expect_refused "a long namespace" "another purpose"
}

@test "another key, one that is not valid yet or no longer, one for another purpose" {
	sign mallory challenge | expect_refused "mallory's key" "not in the list"
	sign erin challenge | expect_refused "erin's key" "not valid yet"
	sign frank challenge | expect_refused "frank's key" "no longer valid"
	sign dave challenge | expect_refused "dave's key" "not for this namespace"
	sign erin challenge >erin.sig
	"$signature" verify signers $namespace challenge erin.sig 1811808000
	sign frank challenge >frank.sig
	"$signature" verify signers $namespace challenge frank.sig 1798675200
}

@test "keys of other types, in a signature and in the list" {
	sign rsa challenge | expect_refused "RSA" "not of type ed25519"
	sign ecdsa challenge | expect_refused "ECDSA" "not of type ed25519"
	local key
	for key in rsa ecdsa; do
		{ cat signers; echo "$key $(cat $key.pub)"; } >with_$key
		expect_refusal "$key in the list" "with_$key line 7: unknown option or key type" "$signature" verify with_$key $namespace challenge <(sign alice challenge)
	done
}

@test "a certificate" {
	ssh-keygen -q -t ed25519 -N '' -f authority
	ssh-keygen -q -s authority -I alice -n alice alice.pub
	cp alice with_certificate
	cp alice-cert.pub with_certificate.pub
	ssh-keygen -q -Y sign -n $namespace -f with_certificate.pub <challenge 2>/dev/null >certificate.sig || skip "this ssh-keygen signs with no certificate"
	expect_refused "a certificate" "not of type ed25519" <certificate.sig
}

@test "a signature that is cut, at each length" {
	local length
	sign alice challenge | one_line >whole
	for ((length = 0; length < $(stat -c %s whole); length += 7)); do
		head -c $length whole | expect_refused "the first $length characters" "."
	done
	sign alice challenge | head -n 3 | expect_refused "armour without its end" "BEGIN and END lines"
}

@test "something behind or before a signature" {
	{ sign alice challenge; echo x; } | expect_refused "a line behind the armour" "BEGIN and END lines"
	{ sign alice challenge | one_line; echo AAAA; } | expect_refused "base64 behind it" "."
	{ sign alice challenge | one_line | base64 -d; printf x; } | base64 -w0 | expect_refused "a byte behind it" "something stands behind it"
	{ echo x; sign alice challenge; } | expect_refused "a line before the armour" "not base64"
	{ sign alice challenge; sign alice challenge; } | expect_refused "two signatures" "not base64"
}

@test "a signature that is too long" {
	{ sign alice challenge; head -c 4096 /dev/zero | tr '\0' ' '; } | expect_refused "4 KiB of blanks" "too long"
	head -c 60000 /dev/zero | tr '\0' A | expect_refused "60 KB" "too long"
	ssh-keygen -q -t rsa -b 4096 -N '' -f large_rsa
	sign large_rsa challenge | expect_refused "a large RSA signature" "not of type ed25519"
}

@test "what is no base64" {
	sign alice challenge | one_line | tr A- _ | expect_refused "base64 for URLs" "not base64"
	sign alice challenge | one_line | tr -d = | sed 's/.$//' | expect_refused "a character too few" "."
	head -c 300 /dev/urandom | expect_refused "noise" "not base64|not a signature"
	expect_refused "nothing" "not a signature" </dev/null
	expect_refused "a private key" "BEGIN and END lines" <alice
	expect_refused "a public key" "not base64" <alice.pub
}

# ---- where implementations of ed25519 differ ----

# Names of edge cases and who takes them; ssh-keygen's column is checked, too, so that a change there is seen.
edge_cases() {
	cat <<-END
		usual                  openssh  holdfast
		mixed_key              openssh  holdfast
		small_key              openssh  -
		small_key_small_nonce  openssh  -
		identity_key           openssh  -
		small_nonce            openssh  -
		large_s                openssh  -
		key_not_canonical      openssh  -
		key_negative_zero      openssh  -
		larger_s               -        -
		mixed_key_cofactor     -        -
		mixed_nonce_cofactor   -        -
		nonce_not_canonical    -        -
		nonce_negative_zero    -        -
		key_off_curve          -        -
	END
}

@test "edge cases of ed25519: what OpenSSH refuses is refused, and more" {
	local name openssh holdfast got_openssh got_holdfast
	mkdir -p edge
	python3 "$BATS_TEST_DIRNAME/ed25519_edge_cases.py" edge $namespace <challenge
	expect "the number of cases" "$(find edge -name '*.sig' | wc -l)" "$(edge_cases | wc -l)"
	while read -r name openssh holdfast; do
		echo "someone $(cat "edge/$name.pub")" >edge/signers
		got_openssh=- got_holdfast=-
		! ssh-keygen -Y verify -f edge/signers -I someone -n $namespace -s "edge/$name.sig" <challenge >/dev/null 2>&1 || got_openssh=openssh
		! "$signature" verify edge/signers $namespace challenge "edge/$name.sig" >said || got_holdfast=holdfast
		expect "who takes $name" "$got_openssh $got_holdfast" "$openssh $holdfast"
		# the one rule: never laxer than OpenSSH
		[ "$got_holdfast" = - ] || expect "OpenSSH on $name" "$got_openssh" openssh
		[ "$got_holdfast" = holdfast ] || expect_line "the refusal of $name" "$(cat said)" "does not sign this challenge"
	done < <(edge_cases)
}

# ---- the list ----

@test "ssh-keygen and the verifier read the same list" {
	sign alice challenge >alice.sig
	ssh-keygen -Y verify -f signers -I alice -n $namespace -s alice.sig <challenge
	sign dave challenge >dave.sig
	expect_refusal "dave's purpose" . ssh-keygen -Y verify -f signers -I dave -n $namespace -s dave.sig <challenge
}

@test "a list with one wrong line admits nobody" {
	{ cat signers; echo "eve cert-authority $(cat mallory.pub)"; } >wrong
	sign alice challenge >alice.sig
	expect_refusal "a certificate authority" "wrong line 7: unknown option or key type cert-authority" "$signature" verify wrong $namespace challenge alice.sig
	sed -i '$d' wrong
	"$signature" verify wrong $namespace challenge alice.sig
}

# ---- the tests themselves ----

@test "all lines of parser, verifier and admission are reached" {
	cd "$TREE" && make coverage
}
