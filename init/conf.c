/* SPDX-License-Identifier: Apache-2.0 */
#include "conf.h"

#include "error.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* The place in the file that is being parsed. */
struct parser {
	const struct conf_key *keys;
	const char *section; /* NULL before the first section */
	uint64_t seen;       /* bit N: keys[N] has a value */
	void *into;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *trim(char *text)
{
	while (is_blank(*text))
		text++;

	char *end = text + strlen(text);

	while (end > text && is_blank(end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* What an editor doesn't show must not decide what a line means. */
static int check_characters(const char *line, size_t length)
{
	if (memchr(line, '\0', length))
		return fail(0, "it holds a NUL byte");
	if (length && line[length - 1] == '\r')
		return fail(0, "it ends with a carriage return: lines must end as in Unix");
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
			return fail(0, "it holds a control character (0x%02x)", (unsigned)line[i]);
	return 0;
}

static int parse_section(struct parser *parser, char *line)
{
	char *end = strchr(line, ']');

	if (!end || end[1] != '\0')
		return fail(0, "a section must look like [name]");
	*end = '\0';
	for (const struct conf_key *key = parser->keys; key->name; key++)
		if (strcmp(key->section, line + 1) == 0) {
			parser->section = key->section;
			return 0;
		}
	return fail(0, "unknown section [%.40s]", line + 1);
}

static const struct conf_key *find_key(const struct parser *parser, const char *name)
{
	for (const struct conf_key *key = parser->keys; key->name; key++)
		if (strcmp(key->name, name) == 0 && strcmp(key->section, parser->section) == 0)
			return key;
	return NULL;
}

static int store(const struct conf_key *key, void *into, const char *value)
{
	return key->store ? key->store(into, value)
			  : conf_string(value, (char *)into + key->offset, key->size);
}

static int parse_assignment(struct parser *parser, char *line)
{
	char *equals = strchr(line, '=');

	if (!equals)
		return fail(0, "neither [section] nor key = value");
	*equals = '\0';

	const char *name = trim(line), *value = trim(equals + 1);

	if (!parser->section)
		return fail(0, "key %.40s stands before any [section]", name);

	const struct conf_key *key = find_key(parser, name);

	if (!key)
		return fail(0, "unknown key %.40s in section [%s]", name, parser->section);

	uint64_t bit = UINT64_C(1) << (key - parser->keys);

	if ((parser->seen & bit) && !key->repeatable)
		return fail(0, "a second value for %s", name);
	if (*value == '\0')
		return fail(0, "%s has no value", name);
	parser->seen |= bit;
	if (store(key, parser->into, value) < 0)
		return fail(0, "%s: %s", name, failure());
	return 0;
}

static int parse_line(struct parser *parser, char *line, size_t length)
{
	int result = check_characters(line, length);

	if (result < 0)
		return result;
	line = trim(line);
	if (*line == '\0' || *line == '#' || *line == ';')
		return 0;
	return *line == '[' ? parse_section(parser, line) : parse_assignment(parser, line);
}

static int check_required(const char *name, const struct parser *parser)
{
	for (const struct conf_key *key = parser->keys; key->name; key++)
		if (key->required && !(parser->seen & UINT64_C(1) << (key - parser->keys)))
			return fail(0, "%s: %s is missing in section [%s]", name, key->name, key->section);
	return 0;
}

int conf_parse(const char *name, char *text, size_t length, const struct conf_key *keys, void *into)
{
	struct parser parser = { .keys = keys, .into = into };
	char *end = text + length;
	size_t number = 1;

	for (char *line = text, *next; line < end; line = next + 1, number++) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			next = end;
		*next = '\0';
		if (parse_line(&parser, line, (size_t)(next - line)) < 0)
			return fail(0, "%s line %zu: %s", name, number, failure());
	}
	return check_required(name, &parser);
}

int conf_boolean(const char *value, bool *into)
{
	*into = strcmp(value, "yes") == 0;
	return *into || strcmp(value, "no") == 0 ? 0 : fail(0, "must be yes or no, not %.40s", value);
}

/*
 * Reads the digits at the start of value. Returns what follows them, or NULL
 * if there are none or the number is over maximum.
 */
static const char *read_digits(const char *value, unsigned long long maximum, unsigned long long *into)
{
	const char *c = value;

	for (*into = 0; *c >= '0' && *c <= '9'; c++) {
		unsigned digit = (unsigned)(*c - '0');

		if (digit > maximum || *into > (maximum - digit) / 10)
			return NULL;
		*into = *into * 10 + digit;
	}
	return c > value ? c : NULL;
}

int conf_number(const char *value, unsigned long long maximum, unsigned long long *into)
{
	const char *rest = read_digits(value, maximum, into);

	if (!rest || *rest)
		return fail(0, "must be a number from 0 to %llu, not %.40s", maximum, value);
	return 0;
}

struct unit {
	const char *name;
	unsigned long long factor;
};

/* A number with one of the units (ended by one without a name); a result over maximum is refused. */
static int read_with_unit(const char *value, const struct unit *units, unsigned long long maximum,
			  unsigned long long *into)
{
	const char *rest = read_digits(value, maximum, into);

	for (const struct unit *unit = units; rest && unit->name; unit++) {
		if (strcmp(rest, unit->name) != 0)
			continue;
		if (*into > maximum / unit->factor)
			break;
		*into *= unit->factor;
		return 0;
	}
	return -EINVAL;
}

int conf_size(const char *value, unsigned long long *into)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "K", 1ULL << 10 },
		{ "M", 1ULL << 20 },
		{ "G", 1ULL << 30 },
		{ 0 },
	};

	/* The kernel keeps sizes as signed 64-bit numbers. */
	if (read_with_unit(value, units, INT64_MAX, into) < 0)
		return fail(0, "must be a size such as 512M (units K, M, G), not %.40s", value);
	return 0;
}

int conf_duration(const char *value, unsigned *milliseconds)
{
	static const struct unit units[] = {
		{ "ms", 1 },
		{ "s", 1000 },
		{ "min", 60 * 1000 },
		{ "h", 60 * 60 * 1000 },
		{ 0 },
	};
	enum { DAY = 24 * 60 * 60 * 1000 };
	unsigned long long number;

	if (read_with_unit(value, units, DAY, &number) < 0 || number == 0)
		return fail(0, "must be a time such as 500ms, 30s, 5min or 1h, up to a day, not %.40s",
			    value);
	*milliseconds = (unsigned)number;
	return 0;
}

int conf_string(const char *value, char *into, size_t size)
{
	size_t length = strlen(value);

	if (length == 0)
		return fail(0, "is empty");
	if (length >= size)
		return fail(0, "is longer than %zu characters", size - 1);
	memcpy(into, value, length + 1);
	return 0;
}
