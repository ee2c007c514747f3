/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials in the firmware's tables, as systemd.system-credentials(7) names them. Pure: no system call. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/*
 * Looks for the credential in an SMBIOS structure of type 11, "OEM strings" (DSP0134, 6.1 and 7.12), as
 * the kernel shows it in /sys/firmware/dmi/entries/11-N/raw: for the string
 * "io.systemd.credential:NAME=VALUE", or "io.systemd.credential.binary:NAME=BASE64".
 * Writes its value into `into`, with a NUL behind it, which size must have room for.
 * Returns its length, or -ENOENT without a sentence if it isn't there, or fail()s.
 */
ssize_t smbios_credential(const unsigned char *structure, size_t length, const char *name, char *into,
			  size_t size);

/* Decodes RFC 4648, section 4, strictly. Returns the length (without the NUL that it adds) or fail()s. */
ssize_t base64_decode(const char *text, size_t length, char *into, size_t size);
