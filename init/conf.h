/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format of all our configuration: sections and keys as in systemd.syntax(7),
 * without continuation lines. Strict: an unknown section or key, a key outside
 * a section, a second value for a key that takes one, or a NUL byte is an error
 * that names the line. Pure: no system call, no allocation.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Stores a value. Returns 0, or fail()s with why the value is bad, without naming the line. */
typedef int conf_store(void *into, const char *value);

struct conf_key {
	const char *section, *name;
	conf_store *store; /* NULL: the value is a string, for the field below */
	bool repeatable, required;
	size_t offset, size; /* of that field in what is stored into */
};

/* The field of a key that is a string: an array of characters in a structure. */
#define CONF_FIELD(type, member) .offset = offsetof(type, member), .size = sizeof(((type *)NULL)->member)

/*
 * Parses text (length bytes, changed in place; text[length] must be writable
 * memory) against keys (ended by an entry without a name; at most 64), storing through them into `into`.
 * name is the file's name, for errors. Returns 0 or fail()s with "NAME line N: why".
 */
int conf_parse(const char *name, char *text, size_t length, const struct conf_key *keys, void *into);

/* Values that several files use; each returns 0 or fail()s with why. */
int conf_boolean(const char *value, bool *into); /* yes | no */
int conf_number(const char *value, unsigned long long maximum, unsigned long long *into);
int conf_size(const char *value, unsigned long long *into);   /* bytes; K, M, G */
int conf_duration(const char *value, unsigned *milliseconds); /* 500ms, 30s, 5min, 1h; at most a day */
int conf_string(const char *value, char *into, size_t size);  /* not empty, must fit */
