/* SPDX-License-Identifier: Apache-2.0 */
#include "sshsig.h"

#include "base64.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

static const char magic[] = "SSHSIG";
enum { MAGIC = 6, VERSION = 1, USER_PRESENT = 1 };

static const char *const hash_names[SSHSIG_HASHES] = {
	[SSHSIG_SHA512] = "sha512",
	[SSHSIG_SHA256] = "sha256",
};

static enum ssh_result read_namespace(struct wire *rest, char *into)
{
	struct wire text;

	if (!wire_string(rest, &text))
		return SSH_TRUNCATED;
	if (text.left >= SSHSIG_NAMESPACE_MAX || memchr(text.next, '\0', text.left))
		return SSH_NAMESPACE;
	memcpy(into, text.next, text.left);
	return SSH_OK;
}

/* OpenSSH skips what stands in the reserved field, and signs an empty one. */
static enum ssh_result read_reserved(struct wire *rest)
{
	struct wire reserved;

	if (!wire_string(rest, &reserved))
		return SSH_TRUNCATED;
	return reserved.left ? SSH_RESERVED : SSH_OK;
}

static enum ssh_result read_hash(struct wire *rest, enum sshsig_hash *hash)
{
	struct wire name;

	if (!wire_string(rest, &name))
		return SSH_TRUNCATED;
	for (*hash = 0; *hash < SSHSIG_HASHES; (*hash)++)
		if (wire_equals(&name, hash_names[*hash]))
			return SSH_OK;
	return SSH_HASH;
}

/* What a security key says beside its signature: PROTOCOL.u2f, "SSH U2F signatures". */
static enum ssh_result read_presence(struct wire *blob, struct sshsig *signature)
{
	if (!wire_byte(blob, &signature->flags) || !wire_number(blob, &signature->counter))
		return SSH_TRUNCATED;
	return SSH_OK;
}

static enum ssh_result read_signature(struct wire *rest, struct sshsig *signature)
{
	struct wire blob, type, bytes;

	if (!wire_string(rest, &blob) || !wire_string(&blob, &type))
		return SSH_TRUNCATED;
	if (!wire_equals(&type, ssh_key_type_name(signature->key.type)))
		return SSH_SIGNATURE_TYPE;
	if (!wire_string(&blob, &bytes))
		return SSH_TRUNCATED;
	if (bytes.left != SSHSIG_SIGNATURE)
		return SSH_SIGNATURE_LENGTH;
	memcpy(signature->signature, bytes.next, SSHSIG_SIGNATURE);
	if (signature->key.type == SSH_SK_ED25519 && read_presence(&blob, signature) != SSH_OK)
		return SSH_TRUNCATED;
	return blob.left ? SSH_TRAILING : SSH_OK;
}

/* The fields behind the version, in their order; the first that is wrong decides. */
static enum ssh_result read_fields(struct wire *rest, struct sshsig *signature)
{
	struct wire key;

	if (!wire_string(rest, &key))
		return SSH_TRUNCATED;

	enum ssh_result result = ssh_key_parse(key, &signature->key);

	if (result == SSH_OK)
		result = read_namespace(rest, signature->namespace);
	if (result == SSH_OK)
		result = read_reserved(rest);
	if (result == SSH_OK)
		result = read_hash(rest, &signature->hash);
	if (result == SSH_OK)
		result = read_signature(rest, signature);
	return result;
}

enum ssh_result sshsig_parse(const uint8_t *bytes, size_t length, struct sshsig *signature)
{
	struct wire rest = { bytes, length };
	uint32_t version;

	*signature = (struct sshsig){ 0 };
	if (!wire_begins(&rest, magic))
		return SSH_MAGIC;
	rest = (struct wire){ bytes + MAGIC, length - MAGIC };
	if (!wire_number(&rest, &version))
		return SSH_TRUNCATED;
	if (version != VERSION)
		return SSH_VERSION;

	enum ssh_result result = read_fields(&rest, signature);

	if (result != SSH_OK)
		return result;
	return rest.left ? SSH_TRAILING : SSH_OK;
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The lines around a signature. */
static const char armour_begin[] = "-----BEGIN SSH SIGNATURE-----";
static const char armour_end[] = "-----END SSH SIGNATURE-----";

/* Takes the armour off, if there is any. */
static enum ssh_result open_armour(const char **text, size_t *length)
{
	enum { BEGIN = sizeof(armour_begin) - 1, END = sizeof(armour_end) - 1 };

	while (*length && is_white((*text)[*length - 1]))
		(*length)--;
	for (; *length && is_white(**text); (*length)--)
		(*text)++;
	if (!*length || **text != '-')
		return SSH_OK;
	if (*length < BEGIN + END || memcmp(*text, armour_begin, BEGIN) != 0 ||
	    memcmp(*text + *length - END, armour_end, END) != 0)
		return SSH_ARMOUR;
	*text += BEGIN;
	*length -= BEGIN + END;
	return SSH_OK;
}

enum ssh_result sshsig_read(const char *text, size_t length, struct sshsig *signature)
{
	uint8_t bytes[SSHSIG_TEXT_MAX / 4 * 3];
	size_t count;

	if (length > SSHSIG_TEXT_MAX)
		return SSH_TOO_LONG;
	if (open_armour(&text, &length) != SSH_OK)
		return SSH_ARMOUR;
	if (!base64_decode(text, length, bytes, sizeof(bytes), &count))
		return SSH_BASE64;
	return sshsig_parse(bytes, count, signature);
}

enum {
	DIGEST_MAX = 64,
	/* magic, namespace, reserved, hash name, digest, each string with its length */
	STATEMENT_MAX = MAGIC + 4 + SSHSIG_NAMESPACE_MAX + 4 + 4 + 6 + 4 + DIGEST_MAX,
	/* hash of the application, flags, counter, hash of the statement */
	ASSERTION = 32 + 1 + 4 + 32,
};

/* What ssh-keygen -Y sign signs: not the message, but this, which holds the hash of it. */
static size_t write_statement(const struct sshsig *signature, const void *message, size_t length,
			      uint8_t *into)
{
	struct wire_writer writer = { into };
	uint8_t digest[DIGEST_MAX];
	size_t digest_length = signature->hash == SSHSIG_SHA512 ? 64 : 32;

	if (signature->hash == SSHSIG_SHA512)
		crypto_hash_sha512(digest, message, length);
	else
		crypto_hash_sha256(digest, message, length);
	wire_put(&writer, magic, MAGIC);
	wire_put_string(&writer, signature->namespace, strlen(signature->namespace));
	wire_put_string(&writer, "", 0);
	wire_put_string(&writer, hash_names[signature->hash], strlen(hash_names[signature->hash]));
	wire_put_string(&writer, digest, digest_length);
	return (size_t)(writer.next - into);
}

/* What a security key signs instead, so that its flags and counter are covered. */
static void write_assertion(const struct sshsig *signature, const uint8_t *statement, size_t length,
			    uint8_t *into)
{
	struct wire_writer writer = { into };
	const char *application = signature->key.application;
	uint8_t digest[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(digest, (const uint8_t *)application, strlen(application));
	wire_put(&writer, digest, sizeof(digest));
	wire_put(&writer, &signature->flags, 1);
	wire_put_number(&writer, signature->counter);
	crypto_hash_sha256(digest, statement, length);
	wire_put(&writer, digest, sizeof(digest));
}

static bool signs(const struct sshsig *signature, const uint8_t *bytes, size_t length)
{
	return crypto_sign_verify_detached(signature->signature, bytes, length, signature->key.point) == 0;
}

enum ssh_result sshsig_verify(const struct sshsig *signature, const char *namespace, const void *message,
			      size_t length)
{
	uint8_t statement[STATEMENT_MAX], assertion[ASSERTION];

	if (strcmp(signature->namespace, namespace) != 0)
		return SSH_NAMESPACE;

	size_t statement_length = write_statement(signature, message, length, statement);

	if (signature->key.type == SSH_ED25519)
		return signs(signature, statement, statement_length) ? SSH_OK : SSH_FORGED;
	if (!(signature->flags & USER_PRESENT))
		return SSH_PRESENCE;
	write_assertion(signature, statement, statement_length, assertion);
	return signs(signature, assertion, sizeof(assertion)) ? SSH_OK : SSH_FORGED;
}
