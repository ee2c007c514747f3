/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/sshsig.c console/ssh_key.c console/wire.c console/base64.c
// libraries: sodium
/*
 * The first byte says whether the rest is text or the bytes that the base64 stands for. What was taken,
 * written again from the fields that were read, is what was there: nothing is overlooked. (fuzz_admission
 * verifies.)
 */
#include "../unit/software_key.h"
#include "console/base64.h"
#include "console/sshsig.h"

#include <stdlib.h>

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

static void read_bytes(const uint8_t *bytes, size_t length)
{
	struct sshsig signature;

	if (sshsig_parse(bytes, length, &signature) == SSH_OK)
		write_again(&signature, bytes, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	if (data[0] == 't')
		read_text((const char *)data + 1, size - 1);
	else
		read_bytes(data + 1, size - 1);
	return 0;
}
