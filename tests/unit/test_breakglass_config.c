/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/breakglass_config.c conf.c error.c
#include "check.h"
#include "console/breakglass_config.h"
#include "error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct breakglass_config config;

/* Parses a section with these lines, for an image with three people. */
static int parse(const char *lines)
{
	char text[512];
	int length = snprintf(text, sizeof(text), "[break-glass]\n%s\n", lines);

	return breakglass_config_parse("breakglass.conf", text, (size_t)length, 3, &config);
}

static void without_keys_the_defaults_hold(void)
{
	CHECK(parse("") == 0);
	CHECK(config.quorum == 1 && config.challenge == 600 && config.idle == 600 && config.session == 3600);
	CHECK(memcmp(&config, &breakglass_defaults, sizeof(config)) == 0);
}

static void limits_can_be_shortened(void)
{
	CHECK(parse("quorum = 2\nchallenge = 90s\nidle = 1min\nsession = 30min") == 0);
	CHECK(config.quorum == 2 && config.challenge == 90 && config.idle == 60 && config.session == 1800);
	CHECK(parse("quorum = 3") == 0 && config.quorum == 3); /* all of them */
	CHECK(parse("challenge = 10min\nidle = 600s\nsession = 1h") == 0);
	CHECK(parse("challenge = 1s\nidle = 1000ms\nsession = 1s") == 0);
	CHECK(config.challenge == 1 && config.idle == 1 && config.session == 1);
}

static const struct {
	const char *lines, *why;
} wrong[] = {
	{ "quorum = 0", "line 2: quorum: at least one person" },
	{ "quorum = 9", "line 2: quorum: must be a number from 0 to 8" },
	{ "quorum = two", "line 2: quorum: must be a number" },
	{ "quorum = 4", "quorum is 4, but only 3 names" },
	{ "idle = 11min", "line 2: idle: must be from 1s to 10min, not 11min" },
	{ "idle = 0s", "line 2: idle: must be a time" },
	{ "idle = 999ms", "line 2: idle: must be from 1s" },
	{ "idle = never", "line 2: idle: must be a time" },
	{ "idle = 600001ms", "line 2: idle: must be from 1s to 10min" },
	{ "session = 61min", "line 2: session: must be from 1s to 60min" },
	{ "challenge = 601s", "line 2: challenge: must be from 1s to 10min" },
	{ "session = 1h\nsession = 30min", "line 3: a second value" },
	{ "shell = yes", "line 2: unknown key shell" },
};

static void wrong_values_name_their_line(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		CHECK(parse(wrong[i].lines) < 0);
		CHECK_CONTAINS(failure(), wrong[i].why);
		CHECK_CONTAINS(failure(), "breakglass.conf");
	}
}

static void one_person_can_not_be_two(void)
{
	char two[] = "[break-glass]\nquorum = 2\n", one[] = "[break-glass]\nquorum = 1\n";

	CHECK(breakglass_config_parse("breakglass.conf", two, sizeof(two) - 1, 1, &config) < 0);
	CHECK_CONTAINS(failure(), "quorum is 2, but only 1 names");
	CHECK(breakglass_config_parse("breakglass.conf", one, sizeof(one) - 1, 1, &config) == 0);
}

/* An image that is built without keys may have the file that asks for two. */
static void without_people_any_quorum_is_right(void)
{
	char text[] = "[break-glass]\nquorum = 2\n";

	CHECK(breakglass_config_parse("breakglass.conf", text, sizeof(text) - 1, 0, &config) == 0);
}

int main(void)
{
	without_keys_the_defaults_hold();
	limits_can_be_shortened();
	wrong_values_name_their_line();
	one_person_can_not_be_two();
	without_people_any_quorum_is_right();
	return checks_end();
}
