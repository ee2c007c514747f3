/* SPDX-License-Identifier: Apache-2.0 */
#include "sysctl_line.h"

#include "error.h"

#include <string.h>

static const char white_space[] = " \t\r\n";

static char *trim(char *text)
{
	text += strspn(text, white_space);
	for (char *end = text + strlen(text); end > text && strchr(white_space, end[-1]); end--)
		end[-1] = '\0';
	return text;
}

static char swap_separator(char c)
{
	return c == '.' ? '/' : c == '/' ? '.' : c;
}

/* A key of dots becomes a path; no component may be empty or lead upwards. */
static int make_path(char *key)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
	size_t length = strspn(key, allowed);

	if (key[length] != '\0' || length == 0)
		return fail(0, "%.64s is not the name of a key", key);
	for (char *c = key; *c; c++)
		*c = swap_separator(*c);
	if (key[0] == '/' || key[length - 1] == '/' || key[0] == '.' || strstr(key, "//") ||
	    strstr(key, "/."))
		return fail(0, "%.64s has an empty part", key);
	return 0;
}

int sysctl_parse_line(char *line, struct sysctl *sysctl)
{
	line = trim(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return 0;

	char *equals = strchr(line, '=');

	if (!equals)
		return fail(0, "%.64s is not key = value", line);
	*equals = '\0';

	char *key = trim(line), *value = trim(equals + 1);
	int result = make_path(key);

	if (result < 0)
		return result;
	if (*value == '\0')
		return fail(0, "%.64s has no value", key);
	*sysctl = (struct sysctl){ .path = key, .value = value };
	return 1;
}

bool sysctl_value_equal(const char *one, const char *other)
{
	for (;;) {
		one += strspn(one, white_space);
		other += strspn(other, white_space);

		size_t length = strcspn(one, white_space);

		if (length != strcspn(other, white_space) || memcmp(one, other, length) != 0)
			return false;
		if (length == 0)
			return true;
		one += length;
		other += length;
	}
}
