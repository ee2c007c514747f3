/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 (RFC 4648, section 4), strict. Pure: no system call, no allocation.
 * Blanks, tabs, CR and LF may stand anywhere: terminals and people break lines
 * where they like, and OpenSSH takes them too. Everything else is an error:
 * another character, missing or misplaced padding, something behind the
 * padding, and bits in the last character that belong to no byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes length characters of text into `into` (size bytes) and sets *decoded.
 * false if it is no base64, or doesn't fit; `into` then holds nothing of use.
 */
[[nodiscard]] bool base64_decode(const char *text, size_t length, uint8_t *into, size_t size,
				 size_t *decoded);

/* The characters and the NUL that base64_encode() writes for length bytes. */
#define BASE64_SIZE(length) (((length) + 2) / 3 * 4 + 1)

/* Encodes without padding, as OpenSSH prints fingerprints; `into` holds BASE64_SIZE(length) characters. */
void base64_encode(const uint8_t *bytes, size_t length, char *into);
