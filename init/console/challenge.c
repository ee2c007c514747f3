/* SPDX-License-Identifier: Apache-2.0 */
#include "challenge.h"

#include "../text.h"

#include <stdio.h>
#include <time.h>

enum { NODE_MAX = 64, VERSION_MAX = 64, ROOT_MAX = 128, BOOT_MAX = 64 };

/* A line "key value". What could end the line or hide in it doesn't get into what people sign. */
static void add_line(struct text *text, const char *key, const char *value, size_t maximum)
{
	text_add(text, "%s ", key);
	for (size_t i = 0; i < maximum && value[i]; i++)
		text_add(text, "%c", value[i] >= ' ' && value[i] <= '~' ? value[i] : '?');
	text_add(text, "\n");
}

static void add_nonce(struct text *text, const uint8_t *nonce)
{
	text_add(text, "nonce ");
	for (size_t i = 0; i < CHALLENGE_NONCE; i++)
		text_add(text, "%02x", nonce[i]);
	text_add(text, "\n");
}

static void add_expiry(struct text *text, int64_t expires)
{
	char buffer[32];
	time_t seconds = (time_t)expires;
	struct tm date = { 0 };

	gmtime_r(&seconds, &date);
	strftime(buffer, sizeof(buffer), "%Y-%m-%dT%H:%M:%SZ", &date);
	text_add(text, "expires %s\n", buffer);
}

size_t challenge_format(const struct challenge *challenge, char into[CHALLENGE_TEXT_MAX])
{
	struct text text = text_in(into, CHALLENGE_TEXT_MAX);

	text_add(&text, "holdfast break-glass 1\n");
	add_line(&text, "node", challenge->node, NODE_MAX);
	add_line(&text, "version", challenge->version, VERSION_MAX);
	add_line(&text, "root", challenge->root, ROOT_MAX);
	add_line(&text, "boot", challenge->boot, BOOT_MAX);
	add_nonce(&text, challenge->nonce);
	add_expiry(&text, challenge->expires);
	return text_length(&text);
}
