/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures of ssh-keygen -Y sign: OpenSSH's PROTOCOL.sshsig, and PROTOCOL.u2f
 * for those of security keys. Pure: no system call, no allocation. libsodium
 * does the arithmetic; it needs no initialisation for that.
 */
#pragma once

#include "ssh_key.h"

enum {
	SSHSIG_TEXT_MAX =
		4096, /* characters of armour or of one line: RSA keys up to 8192 bits are named as such */
	SSHSIG_NAMESPACE_MAX = 64, /* with its NUL */
	SSHSIG_SIGNATURE = 64,
};

enum sshsig_hash { SSHSIG_SHA512, SSHSIG_SHA256, SSHSIG_HASHES };

struct sshsig {
	struct ssh_key key;
	char namespace[SSHSIG_NAMESPACE_MAX];
	enum sshsig_hash hash;
	uint8_t signature[SSHSIG_SIGNATURE];
	uint8_t flags;    /* of a security key: bit 0 user presence, bit 2 user verification */
	uint32_t counter; /* of a security key: how often it has signed */
};

/*
 * Reads a signature from text: armour (-----BEGIN SSH SIGNATURE-----) or the
 * base64 alone, with white space around and in it. Everything but SSH_FORGED
 * can come from it; what it returns SSH_OK for still must be verified.
 */
[[nodiscard]] enum ssh_result sshsig_read(const char *text, size_t length, struct sshsig *signature);

/* The same from the bytes that the base64 stands for. */
[[nodiscard]] enum ssh_result sshsig_parse(const uint8_t *bytes, size_t length, struct sshsig *signature);

/*
 * Whether it signs message in namespace with its key: SSH_OK, SSH_NAMESPACE,
 * SSH_PRESENCE or SSH_FORGED. Whose key that is, the caller must know.
 * Keys and nonces of small order, encodings that are not canonical and S beyond the
 * group's order are forged; OpenSSH is laxer in some of them, in none stricter.
 */
[[nodiscard]] enum ssh_result sshsig_verify(const struct sshsig *signature, const char *namespace,
					    const void *message, size_t length);
