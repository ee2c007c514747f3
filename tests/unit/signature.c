/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/sshsig.c console/ssh_key.c console/wire.c console/base64.c console/signers.c error.c
// libraries: sodium
/*
 * For tests in shell: the console's verifier, and a security key in software.
 *
 *   signature verify SIGNERS NAMESPACE MESSAGE SIGNATURE [DATE]
 *       files, and seconds since 1970; prints who has signed, with which key, counter and flags, or why
 *       not (status 1)
 *   signature key SEED [APPLICATION]
 *       the public key's line, of type ed25519-sk, of the software security key number SEED (1 to 255)
 *   signature sign SEED NAMESPACE COUNTER FLAGS [APPLICATION] <MESSAGE
 *       the armour that it makes; flags: 1 touched, 4 PIN
 *   signature armour <BYTES
 *       armour around any bytes
 */
#include "console/signers.h"
#include "console/sshsig.h"
#include "error.h"
#include "software_key.h"

#include <stdio.h>
#include <stdlib.h>

struct content {
	char text[65536];
	size_t length;
};

static void read_file(const char *name, struct content *content)
{
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");

	if (!file) {
		perror(name);
		exit(2);
	}
	content->length = fread(content->text, 1, sizeof(content->text), file);
	if (file != stdin)
		fclose(file);
}

static int refused(const char *reason)
{
	printf("refused: %s\n", reason);
	return 1;
}

static int verify(char **arguments)
{
	static struct content list, message, text;
	static struct signers signers;
	static const char *const checks[] = {
		[SIGNER_NAMESPACE] = "not for this namespace",
		[SIGNER_TOO_EARLY] = "not valid yet",
		[SIGNER_TOO_LATE] = "no longer valid",
	};
	const char *namespace = arguments[1], *date = arguments[4];
	char fingerprint[SSH_FINGERPRINT];
	struct sshsig signature;

	read_file(arguments[0], &list);
	read_file(arguments[2], &message);
	read_file(arguments[3], &text);
	if (signers_parse(arguments[0], list.text, list.length, &signers) < 0)
		return refused(failure());

	enum ssh_result result = sshsig_read(text.text, text.length, &signature);

	if (result == SSH_OK)
		result = sshsig_verify(&signature, namespace, message.text, message.length);
	if (result != SSH_OK)
		return refused(ssh_result_text(result));

	const struct signer *signer = signers_find(&signers, &signature.key);

	if (!signer)
		return refused("this key is not in the list");

	enum signer_check check = signer_check(signer, namespace, date ? atoll(date) : 1800000000);

	if (check != SIGNER_VALID)
		return refused(checks[check]);
	ssh_key_fingerprint(&signature.key, fingerprint);
	printf("%s %s counter %u flags %u\n", signer->name, fingerprint, signature.counter, signature.flags);
	return 0;
}

static struct software_key security_key(const char *seed, const char *application)
{
	return (struct software_key){ .seed = (uint8_t)atoi(seed),
				      .security_key = true,
				      .application = application };
}

static int print_key(char **arguments)
{
	struct software_key key = security_key(arguments[0], arguments[1]);
	uint8_t blob[SIGNATURE_BLOB_MAX];
	char text[SIGNATURE_TEXT_MAX];

	software_base64(blob, software_key_blob(&key, blob), text);
	printf("%s %s\n", software_key_type(&key), text);
	return 0;
}

static int print_armour(const uint8_t *bytes, size_t length)
{
	static char text[2 * sizeof(struct content)];
	size_t left = software_base64(bytes, length, text);

	puts("-----BEGIN SSH SIGNATURE-----");
	for (const char *line = text; left; left -= strnlen(line, 70), line += strnlen(line, 70))
		printf("%.70s\n", line);
	puts("-----END SSH SIGNATURE-----");
	return 0;
}

static int sign(char **arguments)
{
	static struct content message;
	struct software_key key = security_key(arguments[0], arguments[4]);
	uint8_t blob[SIGNATURE_BLOB_MAX];

	key.counter = (uint32_t)strtoul(arguments[2], NULL, 10);
	key.flags = (uint8_t)atoi(arguments[3]);
	read_file("-", &message);
	return print_armour(
		blob, software_key_sign(&key, arguments[1], "sha512", message.text, message.length, blob));
}

static int armour(char **arguments)
{
	static struct content bytes;

	(void)arguments;
	read_file("-", &bytes);
	return print_armour((const uint8_t *)bytes.text, bytes.length);
}

static const struct command {
	const char *name;
	int arguments; /* at least */
	int (*run)(char **arguments);
} commands[] = {
	{ "verify", 4, verify    },
	{ "key",    1, print_key },
	{ "sign",   4, sign      },
	{ "armour", 0, armour    },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0 && argc - 2 >= commands[i].arguments)
			return commands[i].run(argv + 2);
	fputs("signature verify|key|sign|armour: see tests/unit/signature.c\n", stderr);
	return 2;
}
