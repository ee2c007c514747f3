/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/sshsig.c console/ssh_key.c console/wire.c console/base64.c
// libraries: sodium
#include "check.h"
#include "console/base64.h"
#include "console/sshsig.h"
#include "software_key.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NAMESPACE "breakglass@holdfast"
#define MESSAGE   "the challenge"

static const struct software_key plain = { .seed = 1 };
static const struct software_key token = { .seed = 2, .security_key = true, .flags = 1, .counter = 0x01020304 };

/* A right signature of MESSAGE. */
static size_t sign(const struct software_key *key, const char *hash, uint8_t *into)
{
	return software_key_sign(key, NAMESPACE, hash, MESSAGE, strlen(MESSAGE), into);
}

static enum ssh_result verify(const struct sshsig *signature)
{
	return sshsig_verify(signature, NAMESPACE, MESSAGE, strlen(MESSAGE));
}

static void right_ones_are_taken(void)
{
	uint8_t bytes[SIGNATURE_BLOB_MAX];
	struct sshsig signature;

	CHECK(sshsig_parse(bytes, sign(&plain, "sha512", bytes), &signature) == SSH_OK);
	CHECK(signature.key.type == SSH_ED25519 && signature.hash == SSHSIG_SHA512);
	CHECK_TEXT(signature.key.application, "");
	CHECK_TEXT(signature.namespace, NAMESPACE);
	CHECK(verify(&signature) == SSH_OK);

	CHECK(sshsig_parse(bytes, sign(&plain, "sha256", bytes), &signature) == SSH_OK);
	CHECK(signature.hash == SSHSIG_SHA256 && verify(&signature) == SSH_OK);

	CHECK(sshsig_parse(bytes, sign(&token, "sha512", bytes), &signature) == SSH_OK);
	CHECK(signature.key.type == SSH_SK_ED25519);
	CHECK_TEXT(signature.key.application, "ssh:");
	CHECK(signature.flags == 1 && signature.counter == 0x01020304);
	CHECK(verify(&signature) == SSH_OK);
}

static void another_message_or_namespace_is_refused(void)
{
	uint8_t bytes[SIGNATURE_BLOB_MAX];
	struct sshsig signature;

	CHECK(sshsig_parse(bytes, sign(&plain, "sha512", bytes), &signature) == SSH_OK);
	CHECK(sshsig_verify(&signature, NAMESPACE, MESSAGE "\n", strlen(MESSAGE) + 1) == SSH_FORGED);
	CHECK(sshsig_verify(&signature, NAMESPACE, MESSAGE, strlen(MESSAGE) - 1) == SSH_FORGED);
	CHECK(sshsig_verify(&signature, NAMESPACE, "", 0) == SSH_FORGED);
	CHECK(sshsig_verify(&signature, "file", MESSAGE, strlen(MESSAGE)) == SSH_NAMESPACE);
	CHECK(sshsig_verify(&signature, NAMESPACE "x", MESSAGE, strlen(MESSAGE)) == SSH_NAMESPACE);
	CHECK(sshsig_verify(&signature, "breakglass", MESSAGE, strlen(MESSAGE)) == SSH_NAMESPACE);
}

/* 63 characters: no namespace is longer. */
#define LONGEST_NAMESPACE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

static void the_longest_namespace_is_signed(void)
{
	static const char *const hashes[] = { "sha512", "sha256" };
	uint8_t bytes[SIGNATURE_BLOB_MAX];
	struct sshsig signature;

	for (size_t i = 0; i < COUNT(hashes); i++) {
		size_t length = software_key_sign(&token, LONGEST_NAMESPACE, hashes[i], MESSAGE, strlen(MESSAGE), bytes);

		CHECK(sshsig_parse(bytes, length, &signature) == SSH_OK);
		CHECK(sshsig_verify(&signature, LONGEST_NAMESPACE, MESSAGE, strlen(MESSAGE)) == SSH_OK);
		CHECK(sshsig_verify(&signature, NAMESPACE, MESSAGE, strlen(MESSAGE)) == SSH_NAMESPACE);
	}
}

/* What was in the memory before gets into no field. */
static void what_was_there_before_is_gone(void)
{
	uint8_t bytes[SIGNATURE_BLOB_MAX];
	struct sshsig signature;
	struct ssh_key key;

	memset(&signature, 0xff, sizeof(signature));
	CHECK(sshsig_parse(bytes, sign(&plain, "sha512", bytes), &signature) == SSH_OK);
	CHECK(signature.flags == 0 && signature.counter == 0);
	CHECK_TEXT(signature.key.application, "");
	CHECK_TEXT(signature.namespace, NAMESPACE);
	memset(&key, 0xff, sizeof(key));
	CHECK(ssh_key_parse((struct wire){ bytes, software_key_blob(&plain, bytes) }, &key) == SSH_OK);
	CHECK_TEXT(key.application, "");
	CHECK(ssh_key_equal(&key, &signature.key));
}

static void a_security_key_must_be_touched(void)
{
	struct software_key key = token;
	uint8_t bytes[SIGNATURE_BLOB_MAX];
	struct sshsig signature;

	key.flags = 5; /* touched, and its PIN entered */
	CHECK(sshsig_parse(bytes, sign(&key, "sha512", bytes), &signature) == SSH_OK);
	CHECK(verify(&signature) == SSH_OK);
	key.flags = 4;
	CHECK(sshsig_parse(bytes, sign(&key, "sha512", bytes), &signature) == SSH_OK);
	CHECK(verify(&signature) == SSH_PRESENCE);
	/* a flag that is set afterwards isn't signed */
	signature.flags = 5;
	CHECK(verify(&signature) == SSH_FORGED);
}

static void each_bit_counts(void)
{
	const struct software_key *const keys[] = { &plain, &token };

	for (size_t k = 0; k < COUNT(keys); k++) {
		uint8_t bytes[SIGNATURE_BLOB_MAX];
		size_t length = sign(keys[k], "sha512", bytes);

		for (size_t bit = 0; bit < length * 8; bit++) {
			struct sshsig signature;

			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (sshsig_parse(bytes, length, &signature) == SSH_OK)
				CHECK(verify(&signature) != SSH_OK);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

static void each_cut_is_refused(void)
{
	const struct software_key *const keys[] = { &plain, &token };

	for (size_t k = 0; k < COUNT(keys); k++) {
		uint8_t bytes[SIGNATURE_BLOB_MAX];
		size_t length = sign(keys[k], "sha512", bytes);

		for (size_t left = 0; left < length; left++) {
			struct sshsig signature;
			uint8_t *part = malloc(left + 1); /* so that reading beyond it is seen */

			memcpy(part + 1, bytes, left);
			CHECK(sshsig_parse(part + 1, left, &signature) == (left < 6 ? SSH_MAGIC : SSH_TRUNCATED));
			free(part);
		}
	}
}

/* The fields of a signature, each of which a test can set to anything. */
struct fields {
	const char *magic, *key_type, *application, *namespace, *reserved, *hash, *signature_type;
	uint32_t version;
	size_t point, application_length, namespace_length, signature; /* lengths */
	size_t presence;                            /* bytes behind the signature: flags and counter */
	bool behind_key, behind_signature, behind;  /* a byte too many there */
};

static const struct fields usual = {
	.magic = "SSHSIG",
	.key_type = "ssh-ed25519",
	.namespace = NAMESPACE,
	.reserved = "",
	.hash = "sha512",
	.signature_type = "ssh-ed25519",
	.version = 1,
	.point = 32,
	.signature = 64,
};

static const struct fields usual_token = {
	.magic = "SSHSIG",
	.key_type = "sk-ssh-ed25519@openssh.com",
	.application = "ssh:",
	.namespace = NAMESPACE,
	.reserved = "",
	.hash = "sha512",
	.signature_type = "sk-ssh-ed25519@openssh.com",
	.version = 1,
	.point = 32,
	.signature = 64,
	.presence = 5,
};

static size_t build(const struct fields *fields, uint8_t *into)
{
	static const uint8_t zeros[512];
	uint8_t key[SIGNATURE_BLOB_MAX], signature[SIGNATURE_BLOB_MAX];
	struct wire_writer writer = { into }, key_writer = { key }, signature_writer = { signature };

	put_text(&key_writer, fields->key_type);
	wire_put_string(&key_writer, zeros, fields->point);
	if (fields->application_length)
		wire_put_string(&key_writer, fields->application, fields->application_length);
	else if (fields->application)
		put_text(&key_writer, fields->application);
	wire_put(&key_writer, zeros, fields->behind_key);

	put_text(&signature_writer, fields->signature_type);
	wire_put_string(&signature_writer, zeros, fields->signature);
	wire_put(&signature_writer, zeros, fields->presence + fields->behind_signature);

	wire_put(&writer, fields->magic, strlen(fields->magic));
	wire_put_number(&writer, fields->version);
	wire_put_string(&writer, key, (size_t)(key_writer.next - key));
	if (fields->namespace)
		put_text(&writer, fields->namespace);
	else
		wire_put_string(&writer, zeros, fields->namespace_length);
	put_text(&writer, fields->reserved);
	put_text(&writer, fields->hash);
	wire_put_string(&writer, signature, (size_t)(signature_writer.next - signature));
	wire_put(&writer, zeros, fields->behind);
	return (size_t)(writer.next - into);
}

/* 59 and 64 characters */
#define SHORTER_TEXT "01234567890123456789012345678901234567890123456789012345678"
#define LONG_TEXT    "01234" SHORTER_TEXT

/* One field of a usual signature, set otherwise. */
#define CASE(name, base, expected, ...)                                       \
	do {                                                                  \
		struct fields fields = (base);                                \
		__VA_ARGS__;                                                  \
		expect(name, &fields, expected);                              \
	} while (0)

static void expect(const char *name, const struct fields *fields, enum ssh_result expected)
{
	uint8_t bytes[SIGNATURE_BLOB_MAX];
	struct sshsig signature;
	enum ssh_result result = sshsig_parse(bytes, build(fields, bytes), &signature);

	if (result != expected) {
		fprintf(stderr, "%s: ", name);
		CHECK_TEXT(ssh_result_text(result), ssh_result_text(expected));
	}
}

static void wrong_fields_are_named(void)
{
	CASE("the usual", usual, SSH_OK, );
	CASE("the usual of a token", usual_token, SSH_OK, );
	CASE("magic", usual, SSH_MAGIC, fields.magic = "SSHSIK");
	CASE("version 0", usual, SSH_VERSION, fields.version = 0);
	CASE("version 2", usual, SSH_VERSION, fields.version = 2);
	CASE("RSA", usual, SSH_KEY_TYPE, fields.key_type = "ssh-rsa");
	CASE("ECDSA", usual, SSH_KEY_TYPE, fields.key_type = "ecdsa-sha2-nistp256");
	CASE("sk-ECDSA", usual_token, SSH_KEY_TYPE, fields.key_type = "sk-ecdsa-sha2-nistp256@openssh.com");
	CASE("a certificate", usual, SSH_KEY_TYPE, fields.key_type = "ssh-ed25519-cert-v01@openssh.com");
	CASE("a short key", usual, SSH_KEY_LENGTH, fields.point = 31);
	CASE("a long key", usual, SSH_KEY_LENGTH, fields.point = 33);
	CASE("no key", usual, SSH_KEY_LENGTH, fields.point = 0);
	CASE("more in the key", usual, SSH_TRAILING, fields.behind_key = true);
	CASE("more in the token's key", usual_token, SSH_TRAILING, fields.behind_key = true);
	CASE("an application that a plain key has not", usual, SSH_TRAILING, fields.application = "ssh:");
	CASE("no application", usual_token, SSH_TRUNCATED, fields.application = NULL);
	CASE("an empty application", usual_token, SSH_APPLICATION, fields.application = "");
	CASE("a web site", usual_token, SSH_APPLICATION, fields.application = "https://example.com");
	CASE("a NUL in the application", usual_token, SSH_APPLICATION, fields.application = "ssh:\0x"; fields.application_length = 6);
	CASE("nearly ssh:", usual_token, SSH_APPLICATION, fields.application = "ssh");
	CASE("an application of one's own", usual_token, SSH_OK, fields.application = "ssh:holdfast");
	CASE("the longest application", usual_token, SSH_OK, fields.application = "ssh:" SHORTER_TEXT);
	CASE("a long application", usual_token, SSH_APPLICATION, fields.application = "ssh:x" SHORTER_TEXT);
	CASE("an empty namespace", usual, SSH_OK, fields.namespace = "");
	CASE("the longest namespace", usual, SSH_OK, fields.namespace = &LONG_TEXT[1]);
	CASE("a long namespace", usual, SSH_NAMESPACE, fields.namespace = LONG_TEXT);
	CASE("a NUL in the namespace", usual, SSH_NAMESPACE, fields.namespace = NULL; fields.namespace_length = 1);
	CASE("something reserved", usual, SSH_RESERVED, fields.reserved = "x");
	CASE("SHA-1", usual, SSH_HASH, fields.hash = "sha1");
	CASE("no hash", usual, SSH_HASH, fields.hash = "");
	CASE("a hash that begins right", usual, SSH_HASH, fields.hash = "sha512x");
	CASE("RSA's signature", usual, SSH_SIGNATURE_TYPE, fields.signature_type = "rsa-sha2-512");
	CASE("a token's signature", usual, SSH_SIGNATURE_TYPE, fields.signature_type = "sk-ssh-ed25519@openssh.com");
	CASE("a plain signature", usual_token, SSH_SIGNATURE_TYPE, fields.signature_type = "ssh-ed25519");
	CASE("a short signature", usual, SSH_SIGNATURE_LENGTH, fields.signature = 63);
	CASE("a long signature", usual, SSH_SIGNATURE_LENGTH, fields.signature = 65);
	CASE("more in the signature", usual, SSH_TRAILING, fields.behind_signature = true);
	CASE("flags that a plain key has not", usual, SSH_TRAILING, fields.presence = 5);
	CASE("no flags", usual_token, SSH_TRUNCATED, fields.presence = 0);
	CASE("no counter", usual_token, SSH_TRUNCATED, fields.presence = 1);
	CASE("half a counter", usual_token, SSH_TRUNCATED, fields.presence = 4);
	CASE("more behind the counter", usual_token, SSH_TRAILING, fields.presence = 6);
	CASE("more behind it all", usual, SSH_TRAILING, fields.behind = true);
}

/* Inner strings whose length goes beyond what holds them, though not beyond the end of all. */
static void lengths_are_bounded_by_what_holds_them(void)
{
	/* where the lengths of key type, point, signature type and signature stand in the usual one */
	static const size_t places[] = { 14, 29, 106, 121 };
	static const uint8_t lengths[][4] = { { 0, 0, 0, 200 }, { 0, 0, 1, 0 }, { 0x7f, 255, 255, 255 }, { 255, 255, 255, 252 }, { 255, 255, 255, 255 } };

	for (size_t i = 0; i < COUNT(places); i++)
		for (size_t j = 0; j < COUNT(lengths); j++) {
			uint8_t bytes[SIGNATURE_BLOB_MAX];
			size_t length = build(&usual, bytes);
			struct sshsig signature;

			memcpy(bytes + places[i], lengths[j], 4);
			CHECK(sshsig_parse(bytes, length, &signature) == SSH_TRUNCATED);
		}
}

static enum ssh_result read_text(const char *text)
{
	struct sshsig signature;
	size_t length = strlen(text);
	char *alone = malloc(length + 1); /* so that reading beyond it is seen */

	memcpy(alone + 1, text, length);

	enum ssh_result result = sshsig_read(alone + 1, length, &signature);

	free(alone);
	return result == SSH_OK ? verify(&signature) : result;
}

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END   "-----END SSH SIGNATURE-----"

static void text_is_armour_or_one_line(void)
{
	/* %s is the base64 */
	static const struct {
		const char *format;
		enum ssh_result result;
	} texts[] = {
		{ "%s", SSH_OK },
		{ "  %s\r\n", SSH_OK },
		{ BEGIN "\n%s\n" END "\n", SSH_OK },
		{ BEGIN "\r\n%s\r\n" END, SSH_OK },
		{ "\r\n" BEGIN "\r\n%s\r\n" END "\r\n", SSH_OK },
		{ "\n\t " BEGIN "%s" END " \n\n", SSH_OK },
		{ "%s%s", SSH_BASE64 }, /* it ends with padding */
		{ "%s x", SSH_BASE64 },
		{ "\"%s\"", SSH_BASE64 },
		{ "A%s", SSH_BASE64 },
		{ "AAAA%s", SSH_MAGIC },
		{ BEGIN "\n%s\n", SSH_ARMOUR },
		{ "%s\n" END "\n", SSH_BASE64 },
		{ BEGIN "\n%s\n" END "x", SSH_ARMOUR },
		{ BEGIN "\n%s\n" END "\n" BEGIN "\n%s\n" END, SSH_BASE64 },
		{ "-----BEGIN SSH SIGNATUR-----\n%s\n" END, SSH_ARMOUR },
		{ BEGIN "\n%s\n-----END SSH SIGNATURE----", SSH_ARMOUR },
		{ "-%s", SSH_ARMOUR },
		{ BEGIN END, SSH_MAGIC },
		{ "-----BEGIN SSH SIGNATURE-----END SSH SIGNATURE-----", SSH_ARMOUR }, /* with hyphens in common */
		{ BEGIN, SSH_ARMOUR },
		{ "-", SSH_ARMOUR },
		{ "", SSH_MAGIC },
		{ "\r\n", SSH_MAGIC },
		{ "AAAA", SSH_MAGIC },
		{ "U1NIU0lH", SSH_TRUNCATED },
		{ "AAA", SSH_BASE64 },
	};
	uint8_t bytes[SIGNATURE_BLOB_MAX];
	char base64[SIGNATURE_TEXT_MAX], text[2 * SIGNATURE_TEXT_MAX];

	software_base64(bytes, sign(&token, "sha512", bytes), base64);
	for (size_t i = 0; i < COUNT(texts); i++) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), texts[i].format, base64, base64);
#pragma clang diagnostic pop
		if (read_text(text) != texts[i].result)
			CHECK_TEXT(texts[i].format, ssh_result_text(read_text(text)));
	}
}

static void text_is_bounded(void)
{
	static char text[SSHSIG_TEXT_MAX + 2];
	struct sshsig signature;

	memset(text, ' ', sizeof(text));
	CHECK(sshsig_read(text, SSHSIG_TEXT_MAX, &signature) == SSH_MAGIC);
	CHECK(sshsig_read(text, SSHSIG_TEXT_MAX + 1, &signature) == SSH_TOO_LONG);
	memset(text, 'A', sizeof(text));
	CHECK(sshsig_read(text, SSHSIG_TEXT_MAX, &signature) == SSH_MAGIC);
}

static void each_result_has_a_line(void)
{
	for (enum ssh_result result = 0; result < SSH_RESULTS; result++) {
		const char *text = ssh_result_text(result);

		CHECK(text && strlen(text) > 4 && strlen(text) < 70 && !strchr(text, '\n'));
		for (enum ssh_result other = 0; other < result; other++)
			CHECK(strcmp(text, ssh_result_text(other)) != 0);
	}
}

static void keys_are_compared_and_named(void)
{
	uint8_t bytes[SIGNATURE_BLOB_MAX], again[SSH_KEY_BLOB_MAX];
	char fingerprint[SSH_FINGERPRINT];
	struct ssh_key key, other;
	size_t length = software_key_blob(&token, bytes);

	CHECK(ssh_key_parse((struct wire){ bytes, length }, &key) == SSH_OK);
	CHECK(ssh_key_encode(&key, again) == length && memcmp(again, bytes, length) == 0);
	/* what ssh-keygen -l says of it; signatures.bats asks it about others */
	ssh_key_fingerprint(&key, fingerprint);
	CHECK_TEXT(fingerprint, "SHA256:nV0+iVrozSGYgx+t9qjP+79rc172jFSo1vYj1OPH5Fs");

	length = software_key_blob(&plain, bytes);
	CHECK(ssh_key_parse((struct wire){ bytes, length }, &other) == SSH_OK);
	CHECK(ssh_key_encode(&other, again) == length && memcmp(again, bytes, length) == 0);

	other = key;
	CHECK(ssh_key_equal(&key, &other));
	other.type = SSH_ED25519;
	CHECK(!ssh_key_equal(&key, &other));
	other = key;
	other.point[0] ^= 1;
	CHECK(!ssh_key_equal(&key, &other));
	other = key;
	strcpy(other.application, "ssh:x");
	CHECK(!ssh_key_equal(&key, &other));
}

int main(void)
{
	right_ones_are_taken();
	another_message_or_namespace_is_refused();
	the_longest_namespace_is_signed();
	what_was_there_before_is_gone();
	a_security_key_must_be_touched();
	each_bit_counts();
	each_cut_is_refused();
	wrong_fields_are_named();
	lengths_are_bounded_by_what_holds_them();
	text_is_armour_or_one_line();
	text_is_bounded();
	each_result_has_a_line();
	keys_are_compared_and_named();
	return checks_end();
}
