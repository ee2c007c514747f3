/* SPDX-License-Identifier: Apache-2.0 */
#include "breakglass_config.h"

#include "../conf.h"
#include "../error.h"

enum { CHALLENGE = 10 * 60, IDLE = 10 * 60, SESSION = 60 * 60 };

const struct breakglass_config breakglass_defaults = {
	.quorum = 1,
	.challenge = CHALLENGE,
	.idle = IDLE,
	.session = SESSION,
};

static int store_quorum(void *into, const char *value)
{
	struct breakglass_config *config = into;
	unsigned long long number;

	if (conf_number(value, QUORUM_MAX, &number) < 0)
		return -1;
	if (number == 0)
		return fail(0, "at least one person must sign");
	config->quorum = (unsigned)number;
	return 0;
}

/* A time that can only be shortened. */
static int store_limit(const char *value, unsigned most, unsigned *seconds)
{
	unsigned milliseconds;

	if (conf_duration(value, &milliseconds) < 0)
		return -1;
	if (milliseconds < 1000 || milliseconds > most * 1000)
		return fail(0, "must be from 1s to %umin, not %.40s", most / 60, value);
	*seconds = milliseconds / 1000;
	return 0;
}

static int store_challenge(void *into, const char *value)
{
	return store_limit(value, CHALLENGE, &((struct breakglass_config *)into)->challenge);
}

static int store_idle(void *into, const char *value)
{
	return store_limit(value, IDLE, &((struct breakglass_config *)into)->idle);
}

static int store_session(void *into, const char *value)
{
	return store_limit(value, SESSION, &((struct breakglass_config *)into)->session);
}

static const struct conf_key keys[] = {
	{ .section = "break-glass", .name = "quorum", .store = store_quorum },
	{ .section = "break-glass", .name = "challenge", .store = store_challenge },
	{ .section = "break-glass", .name = "idle", .store = store_idle },
	{ .section = "break-glass", .name = "session", .store = store_session },
	{ .name = NULL },
};

int breakglass_config_parse(const char *name, char *text, size_t length, size_t people,
			    struct breakglass_config *config)
{
	*config = breakglass_defaults;

	int result = conf_parse(name, text, length, keys, config);

	if (result == 0 && config->quorum > people && people > 0)
		return fail(0, "%s: quorum is %u, but only %zu names are in the list of signers", name,
			    config->quorum, people);
	return result;
}
