/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes signatures as ssh-keygen -Y sign does, and as a FIDO security key that was touched would, from seeds: every
 * field can be set, also to what no real signer would write. Needs wire.c, ssh_key.c and libsodium.
 */
#pragma once

#include "console/ssh_key.h"
#include "console/wire.h"

#include <sodium.h>
#include <string.h>

struct software_key {
	uint8_t seed; /* the private key: 32 bytes of it */
	bool security_key;
	const char *application; /* of a security key; NULL: ssh: */
	uint8_t flags;
	uint32_t counter;
};

enum { SIGNATURE_BLOB_MAX = 1024, SIGNATURE_TEXT_MAX = 2048 };

static inline void software_key_pair(const struct software_key *key, uint8_t *public, uint8_t *secret)
{
	uint8_t seed[crypto_sign_SEEDBYTES];

	memset(seed, key->seed, sizeof(seed));
	crypto_sign_seed_keypair(public, secret, seed);
}

static inline const char *software_key_type(const struct software_key *key)
{
	return key->security_key ? "sk-ssh-ed25519@openssh.com" : "ssh-ed25519";
}

static inline const char *software_key_application(const struct software_key *key)
{
	return key->application ? key->application : "ssh:";
}

static inline void put_text(struct wire_writer *writer, const char *text)
{
	wire_put_string(writer, text, strlen(text));
}

/* The public key's blob; returns its length. */
static inline size_t software_key_blob(const struct software_key *key, uint8_t *into)
{
	uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	struct wire_writer writer = { into };

	software_key_pair(key, public, secret);
	put_text(&writer, software_key_type(key));
	wire_put_string(&writer, public, sizeof(public));
	if (key->security_key)
		put_text(&writer, software_key_application(key));
	return (size_t)(writer.next - into);
}

/* PROTOCOL.sshsig, "Signed Data". */
static inline size_t statement_of(const char *namespace, const char *hash, const void *message, size_t length,
				  uint8_t *into)
{
	struct wire_writer writer = { into };
	uint8_t digest[crypto_hash_sha512_BYTES];
	bool short_one = strcmp(hash, "sha256") == 0;

	if (short_one)
		crypto_hash_sha256(digest, message, length);
	else
		crypto_hash_sha512(digest, message, length);
	wire_put(&writer, "SSHSIG", 6);
	put_text(&writer, namespace);
	put_text(&writer, "");
	put_text(&writer, hash);
	wire_put_string(&writer, digest, short_one ? 32 : 64);
	return (size_t)(writer.next - into);
}

/* PROTOCOL.u2f, "SSH U2F Signatures": what the token signs in place of the statement. */
static inline size_t assertion_of(const struct software_key *key, const uint8_t *statement, size_t length,
				  uint8_t *into)
{
	const char *application = software_key_application(key);

	crypto_hash_sha256(into, (const uint8_t *)application, strlen(application));
	into[32] = key->flags;
	struct wire_writer writer = { into + 33 };
	wire_put_number(&writer, key->counter);
	crypto_hash_sha256(into + 37, statement, length);
	return 69;
}

/* Signs message, and writes the bytes that stand, as base64, in the armour. Returns their number. */
static inline size_t software_key_sign(const struct software_key *key, const char *namespace,
				       const char *hash, const void *message, size_t length, uint8_t *into)
{
	uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	uint8_t statement[SIGNATURE_BLOB_MAX], assertion[69], blob[SIGNATURE_BLOB_MAX],
		bytes[crypto_sign_BYTES];
	size_t statement_length = statement_of(namespace, hash, message, length, statement);

	software_key_pair(key, public, secret);
	if (key->security_key)
		crypto_sign_detached(bytes, NULL, assertion,
				     assertion_of(key, statement, statement_length, assertion), secret);
	else
		crypto_sign_detached(bytes, NULL, statement, statement_length, secret);

	struct wire_writer inner = { blob }, writer = { into };

	put_text(&inner, software_key_type(key));
	wire_put_string(&inner, bytes, sizeof(bytes));
	if (key->security_key) {
		wire_put(&inner, &key->flags, 1);
		wire_put_number(&inner, key->counter);
	}

	uint8_t key_blob[SIGNATURE_BLOB_MAX];

	wire_put(&writer, "SSHSIG", 6);
	wire_put_number(&writer, 1);
	wire_put_string(&writer, key_blob, software_key_blob(key, key_blob));
	put_text(&writer, namespace);
	put_text(&writer, "");
	put_text(&writer, hash);
	wire_put_string(&writer, blob, (size_t)(inner.next - blob));
	return (size_t)(writer.next - into);
}

/* Base64 with padding, NUL-terminated. */
static inline size_t software_base64(const uint8_t *bytes, size_t length, char *into)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *next = into;

	for (size_t i = 0; i < length; i += 3) {
		uint32_t group = (uint32_t)bytes[i] << 16;

		if (i + 1 < length)
			group |= (uint32_t)bytes[i + 1] << 8;
		if (i + 2 < length)
			group |= bytes[i + 2];
		*next++ = alphabet[group >> 18];
		*next++ = alphabet[group >> 12 & 63];
		*next++ = i + 1 < length ? alphabet[group >> 6 & 63] : '=';
		*next++ = i + 2 < length ? alphabet[group & 63] : '=';
	}
	*next = '\0';
	return (size_t)(next - into);
}
