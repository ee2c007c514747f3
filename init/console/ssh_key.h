/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys of OpenSSH: the two types that may break glass, and what can be
 * wrong with a key or a signature. Pure: no system call, no allocation.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire;

enum ssh_result {
	SSH_OK,
	SSH_TOO_LONG,       /* more than a signature can be */
	SSH_ARMOUR,         /* begins like armour and doesn't end like it */
	SSH_BASE64,         /* no base64 */
	SSH_TRUNCATED,      /* a field reaches beyond the end */
	SSH_TRAILING,       /* bytes behind the last field */
	SSH_MAGIC,          /* not SSHSIG */
	SSH_VERSION,        /* not version 1 */
	SSH_KEY_TYPE,       /* a key that is neither ed25519 nor sk-ed25519 */
	SSH_KEY_LENGTH,     /* a key of another length than its type has */
	SSH_APPLICATION,    /* a security key's credential that wasn't made for SSH */
	SSH_NAMESPACE,      /* made for another purpose */
	SSH_RESERVED,       /* the reserved field holds something */
	SSH_HASH,           /* neither sha512 nor sha256 */
	SSH_SIGNATURE_TYPE, /* a signature of another type than the key */
	SSH_SIGNATURE_LENGTH,
	SSH_PRESENCE, /* the security key wasn't touched */
	SSH_FORGED,   /* not the signature of this message by this key */
	SSH_RESULTS
};

/* One clear line for a person, without a full stop; it begins with a small letter. */
const char *ssh_result_text(enum ssh_result result);

enum ssh_key_type {
	SSH_ED25519,    /* ssh-ed25519 */
	SSH_SK_ED25519, /* sk-ssh-ed25519@openssh.com: in a FIDO security key */
	SSH_KEY_TYPES
};

enum {
	SSH_POINT = 32,
	SSH_APPLICATION_MAX = 64,     /* with its NUL */
	SSH_KEY_BLOB_MAX = 256,       /* any key that ssh_key_parse() takes, encoded */
	SSH_FINGERPRINT = 7 + 43 + 1, /* "SHA256:", 43 characters, NUL */
};

struct ssh_key {
	enum ssh_key_type type;
	uint8_t point[SSH_POINT];
	char application[SSH_APPLICATION_MAX]; /* of a security key, "ssh:…"; else "" */
};

/* "ssh-ed25519" or "sk-ssh-ed25519@openssh.com". */
const char *ssh_key_type_name(enum ssh_key_type type);

/* Reads a public key blob (RFC 8709; OpenSSH's PROTOCOL.u2f), all of it. */
[[nodiscard]] enum ssh_result ssh_key_parse(struct wire blob, struct ssh_key *key);

/* Writes the blob of a key (SSH_KEY_BLOB_MAX bytes suffice). Returns its length. */
size_t ssh_key_encode(const struct ssh_key *key, uint8_t *into);

bool ssh_key_equal(const struct ssh_key *a, const struct ssh_key *b);

/* "SHA256:…", as ssh-keygen -l prints it. */
void ssh_key_fingerprint(const struct ssh_key *key, char into[SSH_FINGERPRINT]);
