/* SPDX-License-Identifier: Apache-2.0 */
#include "tpm.h"

#include "../error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* All numbers big-endian; "TPM 2.0 Library", part 2 (structures) and 3 (commands). */
struct [[gnu::packed]] extend_command {
	uint8_t tag[2];  /* TPM_ST_SESSIONS */
	uint8_t size[4]; /* of all */
	uint8_t code[4]; /* TPM_CC_PCR_Extend */
	uint8_t pcr[4];
	uint8_t authorisation_size[4];
	uint8_t session[4]; /* TPM_RS_PW: an empty password */
	uint8_t no_nonce[2], no_attributes, no_password[2];
	uint8_t count[4];     /* digests */
	uint8_t algorithm[2]; /* TPM_ALG_SHA256 */
	uint8_t digest[TPM_DIGEST];
};

static int open_tpm(void)
{
	int device = open("/dev/tpmrm0", O_RDWR | O_CLOEXEC);

	return device < 0 && errno == ENOENT ? open("/dev/tpm0", O_RDWR | O_CLOEXEC) : device;
}

int tpm_extend(const uint8_t digest[TPM_DIGEST])
{
	struct extend_command command = {
		.tag = { 0x80, 0x02 },
		.size = { 0, 0, 0, sizeof(command) },
		.code = { 0, 0, 0x01, 0x82 },
		.pcr = { 0, 0, 0, TPM_PCR },
		.authorisation_size = { 0, 0, 0, 9 },
		.session = { 0x40, 0, 0, 0x09 },
		.count = { 0, 0, 0, 1 },
		.algorithm = { 0, 0x0b },
	};
	uint8_t answer[64] = { 0 };
	static const uint8_t success[4] = { 0 };
	int device = open_tpm();

	if (device < 0)
		return errno == ENOENT ? fail(0, "this machine has no TPM") : fail(errno, "open the TPM");
	memcpy(command.digest, digest, TPM_DIGEST);

	ssize_t sent = write(device, &command, sizeof(command));
	ssize_t got = sent < 0 ? -1 : read(device, answer, sizeof(answer));
	int error = errno;

	close(device);
	if (got < 10)
		return fail(got < 0 ? error : EIO, "ask the TPM to extend PCR %d", TPM_PCR);
	if (memcmp(answer + 6, success, sizeof(success)) != 0)
		return fail(0, "the TPM does not extend PCR %d: response %02x%02x%02x%02x", TPM_PCR,
			    answer[6], answer[7], answer[8], answer[9]);
	return 0;
}
