/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/sshsig.c console/ssh_key.c console/wire.c console/base64.c
// libraries: sodium
/*
 * The first byte says what the rest is: text, the bytes that the base64 stands for, or fields, of which a
 * signature is made whose lengths are right, so that each check is reached. What was taken, written again from
 * what was read, is what was there: nothing is overlooked. (fuzz_admission verifies.)
 */
#include "../unit/software_key.h"
#include "console/base64.h"
#include "console/sshsig.h"

#include <stdlib.h>

enum { BYTES_MAX = 4096 };

static void write_again(const struct sshsig *signature, const uint8_t *bytes, size_t length)
{
	static const char *const hashes[] = { "sha512", "sha256" };
	uint8_t again[SIGNATURE_BLOB_MAX], blob[SIGNATURE_BLOB_MAX];
	struct wire_writer writer = { again }, inner = { blob };

	put_text(&inner, ssh_key_type_name(signature->key.type));
	wire_put_string(&inner, signature->signature, sizeof(signature->signature));
	if (signature->key.type == SSH_SK_ED25519) {
		wire_put(&inner, &signature->flags, 1);
		wire_put_number(&inner, signature->counter);
	}
	wire_put(&writer, "SSHSIG", 6);
	wire_put_number(&writer, 1);

	uint8_t key[SSH_KEY_BLOB_MAX];

	wire_put_string(&writer, key, ssh_key_encode(&signature->key, key));
	put_text(&writer, signature->namespace);
	put_text(&writer, "");
	put_text(&writer, hashes[signature->hash]);
	wire_put_string(&writer, blob, (size_t)(inner.next - blob));
	if ((size_t)(writer.next - again) != length || memcmp(again, bytes, length) != 0)
		abort();
}

static void read_text(const char *text, size_t length)
{
	struct sshsig signature;

	if (sshsig_read(text, length, &signature) != SSH_OK)
		return;

	char fingerprint[SSH_FINGERPRINT];

	ssh_key_fingerprint(&signature.key, fingerprint);
	if (strlen(fingerprint) != SSH_FINGERPRINT - 1)
		abort();
}

static enum ssh_result read_bytes(const uint8_t *bytes, size_t length)
{
	struct sshsig signature;
	enum ssh_result result = sshsig_parse(bytes, length, &signature);

	if (result == SSH_OK)
		write_again(&signature, bytes, length);
	return result;
}

/* ---- fields ---- */

static const char *const words[] = {
	"",
	"SSHSIG",
	"ssh-ed25519",
	"sk-ssh-ed25519@openssh.com",
	"ssh-rsa",
	"ssh-ed25519-cert-v01@openssh.com",
	"ssh:",
	"ssh:holdfast",
	"https://example.com",
	"breakglass@holdfast",
	"sha512",
	"sha256",
	"sha1",
	"0123456789abcdef0123456789abcdef",
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
};

/* One byte says what a field holds: what it usually does, one of the words, or the bytes that follow. */
static struct wire take_field(struct wire *input, const void *usual, size_t length)
{
	enum { WORD = 0x80, RAW = 0xc0 };
	uint8_t how, size;

	if (!wire_byte(input, &how) || how < WORD)
		return (struct wire){ usual, length };
	if (how < RAW) {
		const char *word = words[how % (sizeof(words) / sizeof(words[0]))];

		return (struct wire){ (const uint8_t *)word, strlen(word) };
	}
	if (!wire_byte(input, &size))
		size = 0;
	if (size > input->left)
		size = (uint8_t)input->left;

	struct wire field = { input->next, size };

	*input = (struct wire){ input->next + size, input->left - size };
	return field;
}

static bool is_text(const struct wire *field)
{
	return field->left < 64 && !memchr(field->next, '\0', field->left);
}

/* The application of a security key, with its length. */
static bool is_application(const struct wire *field)
{
	struct wire rest = *field, text;

	return wire_string(&rest, &text) && rest.left == 0 && is_text(&text) && wire_begins(&text, "ssh:");
}

static void put_field(struct wire_writer *writer, const struct wire *field)
{
	wire_put_string(writer, field->next, field->left);
}

static void read_fields(struct wire input)
{
	static const char head_usual[] = "SSHSIG\0\0\0\1", tail_usual[] = "\0\0\0\4ssh:", zeros[64],
			  presence[] = "\1\0\0\0\7";
	uint8_t bytes[BYTES_MAX], key[BYTES_MAX], signature[BYTES_MAX], kind;
	struct wire_writer writer = { bytes }, key_writer = { key }, signature_writer = { signature };

	if (!wire_byte(&input, &kind))
		return;

	bool token = kind & 1;
	const char *usual_type = token ? "sk-ssh-ed25519@openssh.com" : "ssh-ed25519";
	struct wire head = take_field(&input, head_usual, 10);
	struct wire type = take_field(&input, usual_type, strlen(usual_type));
	struct wire point = take_field(&input, zeros, 32);
	struct wire key_tail = take_field(&input, tail_usual, token ? 8 : 0);
	struct wire namespace = take_field(&input, "breakglass@holdfast", 19);
	struct wire reserved = take_field(&input, "", 0);
	struct wire hash = take_field(&input, "sha512", 6);
	struct wire signed_type = take_field(&input, type.next, type.left);
	struct wire signed_bytes = take_field(&input, zeros, 64);
	struct wire signed_tail = take_field(&input, presence, token ? 5 : 0);
	struct wire behind = take_field(&input, "", 0);

	put_field(&key_writer, &type);
	put_field(&key_writer, &point);
	wire_put(&key_writer, key_tail.next, key_tail.left);
	put_field(&signature_writer, &signed_type);
	put_field(&signature_writer, &signed_bytes);
	wire_put(&signature_writer, signed_tail.next, signed_tail.left);
	wire_put(&writer, head.next, head.left);
	wire_put_string(&writer, key, (size_t)(key_writer.next - key));
	put_field(&writer, &namespace);
	put_field(&writer, &reserved);
	put_field(&writer, &hash);
	wire_put_string(&writer, signature, (size_t)(signature_writer.next - signature));
	wire_put(&writer, behind.next, behind.left);

	/* A security key is one by its type, whatever was usual. */
	token = wire_equals(&type, "sk-ssh-ed25519@openssh.com");

	bool right = head.left == 10 && memcmp(head.next, head_usual, 10) == 0 &&
		     (token || wire_equals(&type, "ssh-ed25519")) && point.left == 32 &&
		     (token ? is_application(&key_tail) : key_tail.left == 0) && is_text(&namespace) &&
		     reserved.left == 0 && (wire_equals(&hash, "sha512") || wire_equals(&hash, "sha256")) &&
		     signed_type.left == type.left && memcmp(signed_type.next, type.next, type.left) == 0 &&
		     signed_bytes.left == 64 && signed_tail.left == (token ? 5 : 0) && behind.left == 0;

	if ((read_bytes(bytes, (size_t)(writer.next - bytes)) == SSH_OK) != right)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (data[0] == 't')
		read_text((const char *)data + 1, size - 1);
	else if (data[0] == 'f')
		read_fields((struct wire){ data + 1, size - 1 });
	else
		read_bytes(data + 1, size - 1);
	return 0;
}
