/* SPDX-License-Identifier: Apache-2.0 */
#include "ssh_key.h"

#include "base64.h"
#include "wire.h"

#include <sodium.h>
#include <string.h>

static const char *const results[SSH_RESULTS] = {
	[SSH_OK] = "right",
	[SSH_TOO_LONG] = "it is too long to be a signature",
	[SSH_ARMOUR] = "the signature's BEGIN and END lines are not around it",
	[SSH_BASE64] = "it is not base64",
	[SSH_TRUNCATED] = "it is cut short",
	[SSH_TRAILING] = "something stands behind it",
	[SSH_MAGIC] = "it is not a signature of ssh-keygen -Y sign",
	[SSH_VERSION] = "it has an unknown version",
	[SSH_KEY_TYPE] = "its key is not of type ed25519 or ed25519-sk",
	[SSH_KEY_LENGTH] = "its key has a wrong length",
	[SSH_APPLICATION] = "its security key's application is not ssh:",
	[SSH_NAMESPACE] = "it was made for another purpose (ssh-keygen's -n)",
	[SSH_RESERVED] = "its reserved field is not empty",
	[SSH_HASH] = "its hash is neither sha512 nor sha256",
	[SSH_SIGNATURE_TYPE] = "the signature is not of its key's type",
	[SSH_SIGNATURE_LENGTH] = "the signature has a wrong length",
	[SSH_PRESENCE] = "the security key was not touched",
	[SSH_FORGED] = "it does not sign this challenge",
};

const char *ssh_result_text(enum ssh_result result)
{
	return results[result];
}

static const char *const type_names[SSH_KEY_TYPES] = {
	[SSH_ED25519] = "ssh-ed25519",
	[SSH_SK_ED25519] = "sk-ssh-ed25519@openssh.com",
};

const char *ssh_key_type_name(enum ssh_key_type type)
{
	return type_names[type];
}

/* ssh-keygen makes credentials for "ssh:" or "ssh:SOMETHING"; a web site's begin with https:. */
static enum ssh_result read_application(struct wire *blob, char *into)
{
	struct wire text;

	if (!wire_string(blob, &text))
		return SSH_TRUNCATED;
	if (!wire_begins(&text, "ssh:") || text.left >= SSH_APPLICATION_MAX ||
	    memchr(text.next, '\0', text.left))
		return SSH_APPLICATION;
	memcpy(into, text.next, text.left);
	return SSH_OK;
}

static enum ssh_result read_key(struct wire *blob, struct ssh_key *key)
{
	struct wire type, point;

	if (!wire_string(blob, &type))
		return SSH_TRUNCATED;
	if (wire_equals(&type, type_names[SSH_ED25519]))
		key->type = SSH_ED25519;
	else if (wire_equals(&type, type_names[SSH_SK_ED25519]))
		key->type = SSH_SK_ED25519;
	else
		return SSH_KEY_TYPE;
	if (!wire_string(blob, &point))
		return SSH_TRUNCATED;
	if (point.left != SSH_POINT)
		return SSH_KEY_LENGTH;
	memcpy(key->point, point.next, SSH_POINT);
	return key->type == SSH_SK_ED25519 ? read_application(blob, key->application) : SSH_OK;
}

enum ssh_result ssh_key_parse(struct wire blob, struct ssh_key *key)
{
	*key = (struct ssh_key){ 0 };

	enum ssh_result result = read_key(&blob, key);

	if (result != SSH_OK)
		return result;
	return blob.left ? SSH_TRAILING : SSH_OK;
}

size_t ssh_key_encode(const struct ssh_key *key, uint8_t *into)
{
	struct wire_writer writer = { into };

	wire_put_string(&writer, type_names[key->type], strlen(type_names[key->type]));
	wire_put_string(&writer, key->point, SSH_POINT);
	if (key->type == SSH_SK_ED25519)
		wire_put_string(&writer, key->application, strlen(key->application));
	return (size_t)(writer.next - into);
}

bool ssh_key_equal(const struct ssh_key *a, const struct ssh_key *b)
{
	return a->type == b->type && memcmp(a->point, b->point, SSH_POINT) == 0 &&
	       strcmp(a->application, b->application) == 0;
}

void ssh_key_fingerprint(const struct ssh_key *key, char into[SSH_FINGERPRINT])
{
	uint8_t blob[SSH_KEY_BLOB_MAX], digest[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(digest, blob, ssh_key_encode(key, blob));
	memcpy(into, "SHA256:", 7);
	base64_encode(digest, sizeof(digest), into + 7);
}
