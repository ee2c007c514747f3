/* SPDX-License-Identifier: Apache-2.0 */
#include "sysctl_line.h"

#include "error.h"

#include <ctype.h>
#include <string.h>

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char *trim(char *text)
{
	while (is_white(*text))
		text++;

	char *end = text + strlen(text);

	while (end > text && is_white(end[-1]))
		end--;
	*end = '\0';
	return text;
}

static bool is_of_key(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '/' || c == '_' || c == '-';
}

static char swap_separator(char c)
{
	return c == '.' ? '/' : c == '/' ? '.' : c;
}

/* What begins with a dot was empty as well: it could lead upwards. */
static bool has_empty_part(const char *path)
{
	char before = '/';

	for (; *path; before = *path++)
		if (before == '/' && (*path == '/' || *path == '.'))
			return true;
	return before == '/';
}

/* A key of dots becomes a path. */
static int make_path(char *key)
{
	const char *end = key;

	while (is_of_key(*end))
		end++;
	if (*end != '\0' || end == key)
		return fail(0, "%.64s is not the name of a key", key);
	for (char *c = key; *c; c++)
		*c = swap_separator(*c);
	return has_empty_part(key) ? fail(0, "%.64s has an empty part", key) : 0;
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

static bool is_in_word(char c)
{
	return c && !is_white(c);
}

bool sysctl_value_equal(const char *one, const char *other)
{
	do {
		while (is_white(*one))
			one++;
		while (is_white(*other))
			other++;
		while (is_in_word(*one) && *one == *other)
			one++, other++;
		if (is_in_word(*one) || is_in_word(*other))
			return false;
	} while (*one || *other);
	return true;
}
