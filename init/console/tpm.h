/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

enum { TPM_PCR = 15, TPM_DIGEST = 32 };

/*
 * Extends PCR 15 of the SHA-256 bank (TPM 2.0 Library, part 3, TPM2_PCR_Extend).
 * May take as long as the TPM likes: call it in a child. 0 or fail()s.
 */
int tpm_extend(const uint8_t digest[TPM_DIGEST]);
