/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text that people sign to get in. Each line is a key, a blank, a value and a LF; nothing else is in it,
 * and every byte of it is signed:
 *
 *   holdfast break-glass 1
 *   node NAME
 *   version VERSION
 *   root HASH              64 hexadecimal digits
 *   boot ID                the kernel's boot_id
 *   nonce NONCE            64 hexadecimal digits, fresh for each challenge
 *   expires 2026-01-31T12:34:56Z
 *
 * So a signature is good for one purpose, node, image, boot and moment only. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The namespace that is signed in: ssh-keygen -Y sign -n. */
#define BREAKGLASS_NAMESPACE "breakglass@holdfast"

enum { CHALLENGE_NONCE = 32, CHALLENGE_TEXT_MAX = 640 };

/* The strings are cut to what fits their line, and characters that could end it or aren't ASCII become '?'. */
struct challenge {
	const char *node;    /* its name, up to 64 characters */
	const char *version; /* of the image, up to 64 */
	const char *root;    /* hash, up to 128 */
	const char *boot;    /* boot_id, up to 64 */
	uint8_t nonce[CHALLENGE_NONCE];
	int64_t expires; /* seconds since 1970 */
};

/* Writes the text with a NUL behind it. Returns its length without that. */
size_t challenge_format(const struct challenge *challenge, char into[CHALLENGE_TEXT_MAX]);
