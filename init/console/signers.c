/* SPDX-License-Identifier: Apache-2.0 */
#include "signers.h"

#include "../error.h"
#include "base64.h"
#include "wire.h"

#include <stdint.h>
#include <string.h>

/* A row of characters in the line that is being read. */
struct word {
	const char *start;
	size_t length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool word_is(struct word word, const char *text)
{
	return word.length == strlen(text) && memcmp(word.start, text, word.length) == 0;
}

static void skip_blanks(const char **line)
{
	while (is_blank(**line))
		(*line)++;
}

/* What stands up to the next blank outside quotation marks; length 0 at the end of the line. */
static struct word take_word(const char **line)
{
	bool quoted = false;

	skip_blanks(line);

	struct word word = { *line, 0 };

	for (; **line && (quoted || !is_blank(**line)); (*line)++)
		if (**line == '"')
			quoted = !quoted;
	word.length = (size_t)(*line - word.start);
	return word;
}

/* Copies a word that holds only characters that a name or namespace may have. */
static int copy_name(struct word word, const char *also, char *into, size_t size)
{
	if (word.length == 0 || word.length >= size)
		return fail(0, "must have from 1 to %zu characters", size - 1);
	for (size_t i = 0; i < word.length; i++) {
		char c = word.start[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!letter && !strchr(also, c))
			return fail(0, "must consist of letters, digits and %s", also);
	}
	memcpy(into, word.start, word.length);
	into[word.length] = '\0';
	return 0;
}

static int parse_name(struct word word, struct signer *signer)
{
	if (copy_name(word, "@._+-", signer->name, sizeof(signer->name)) < 0)
		return fail(0, "the name, one without patterns, %s", failure());
	return 0;
}

static int parse_namespaces(struct word value, struct signer *signer)
{
	if (signer->namespaces[0])
		return fail(0, "a second namespaces");
	if (copy_name(value, "@._+-,", signer->namespaces, sizeof(signer->namespaces)) < 0)
		return fail(0, "namespaces %s", failure());
	return 0;
}

/* The number that stands at the front of a word, in `digits` digits. */
static int take_digits(struct word *word, size_t digits, unsigned minimum, unsigned maximum, unsigned *number)
{
	*number = 0;
	if (word->length < digits)
		return fail(0, "must be YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with or without a Z");
	for (size_t i = 0; i < digits; i++) {
		if (word->start[i] < '0' || word->start[i] > '9')
			return fail(0, "must be digits, with or without a Z");
		*number = *number * 10 + (unsigned)(word->start[i] - '0');
	}
	word->start += digits;
	word->length -= digits;
	return *number < minimum || *number > maximum ? fail(0, "there is no such time") : 0;
}

static unsigned days_in(unsigned month, unsigned year)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* Seconds since 1970 of a day's beginning, in the Gregorian calendar. */
static int64_t day_start(unsigned year, unsigned month, unsigned day)
{
	unsigned before = year - 1;
	int64_t days = (int64_t)before * 365 + before / 4 - before / 100 + before / 400;

	for (unsigned m = 1; m < month; m++)
		days += days_in(m, year);
	return (days + day - 1 - 719162) * 86400;
}

/* Like OpenSSH's parse_absolute_time(), but always in UTC: a node has no time zone. */
static int parse_time(struct word word, int64_t *time)
{
	unsigned year, month, day, hour = 0, minute = 0, second = 0;

	if (word.length && word.start[word.length - 1] == 'Z')
		word.length--;
	if (take_digits(&word, 4, 1970, 9999, &year) < 0 || take_digits(&word, 2, 1, 12, &month) < 0 ||
	    take_digits(&word, 2, 1, days_in(month, year), &day) < 0)
		return -1;
	if (word.length &&
	    (take_digits(&word, 2, 0, 23, &hour) < 0 || take_digits(&word, 2, 0, 59, &minute) < 0))
		return -1;
	if (word.length && take_digits(&word, 2, 0, 59, &second) < 0)
		return -1;
	if (word.length)
		return fail(0, "something stands behind the time");
	*time = day_start(year, month, day) + hour * 3600 + minute * 60 + second;
	return 0;
}

static int parse_valid_after(struct word value, struct signer *signer)
{
	if (signer->valid_after != INT64_MIN)
		return fail(0, "a second valid-after");
	return parse_time(value, &signer->valid_after) < 0 ? fail(0, "valid-after: %s", failure()) : 0;
}

static int parse_valid_before(struct word value, struct signer *signer)
{
	if (signer->valid_before != INT64_MAX)
		return fail(0, "a second valid-before");
	return parse_time(value, &signer->valid_before) < 0 ? fail(0, "valid-before: %s", failure()) : 0;
}

static const struct option {
	const char *name;
	int (*parse)(struct word value, struct signer *signer);
} options[] = {
	{ "namespaces",   parse_namespaces   },
	{ "valid-after",  parse_valid_after  },
	{ "valid-before", parse_valid_before },
};

/* Takes one NAME="VALUE" from the front of word. */
static int take_option(struct word *word, struct signer *signer)
{
	const char *equals = memchr(word->start, '=', word->length);
	struct word name = { word->start, equals ? (size_t)(equals - word->start) : word->length };

	for (size_t i = 0; equals && i < sizeof(options) / sizeof(options[0]); i++) {
		if (!word_is(name, options[i].name))
			continue;

		const char *end = word->start + word->length;
		const char *close = end - equals > 2 && equals[1] == '"'
					    ? memchr(equals + 2, '"', (size_t)(end - equals - 2))
					    : NULL;

		if (!close)
			return fail(0, "option %s has no value in quotation marks", options[i].name);

		struct word value = { equals + 2, (size_t)(close - equals - 2) };

		*word = (struct word){ close + 1, (size_t)(end - close - 1) };
		return options[i].parse(value, signer);
	}
	return fail(0, "unknown option or key type %.*s", (int)(name.length < 40 ? name.length : 40),
		    name.start);
}

static int parse_options(struct word word, struct signer *signer)
{
	for (;;) {
		if (take_option(&word, signer) < 0)
			return -1;
		if (word.length == 0)
			break;
		if (*word.start != ',' || word.length == 1)
			return fail(0, "options must have a comma between them, and no blank");
		word.start++;
		word.length--;
	}
	if (signer->valid_after >= signer->valid_before)
		return fail(0, "valid-before is not later than valid-after");
	return 0;
}

static bool is_key_type(struct word word)
{
	for (enum ssh_key_type type = 0; type < SSH_KEY_TYPES; type++)
		if (word_is(word, ssh_key_type_name(type)))
			return true;
	return false;
}

static int parse_key(struct word type, struct word base64, struct signer *signer)
{
	uint8_t bytes[SSH_KEY_BLOB_MAX];
	size_t length;

	if (!base64_decode(base64.start, base64.length, bytes, sizeof(bytes), &length))
		return fail(0, "the key is not base64, or too long");

	enum ssh_result result = ssh_key_parse((struct wire){ bytes, length }, &signer->key);

	if (result != SSH_OK)
		return fail(0, "the key is bad: %s", ssh_result_text(result));
	if (!word_is(type, ssh_key_type_name(signer->key.type)))
		return fail(0, "the key is not of the type that stands before it");
	return 0;
}

static int parse_signer(const char *line, struct signer *signer)
{
	struct word name = take_word(&line), type = take_word(&line);

	*signer = (struct signer){ .valid_after = INT64_MIN, .valid_before = INT64_MAX };
	if (parse_name(name, signer) < 0)
		return -1;
	if (type.length && !is_key_type(type)) {
		if (parse_options(type, signer) < 0)
			return -1;
		type = take_word(&line);
	}
	if (!is_key_type(type))
		return fail(0, "the key type is neither %s nor %s", ssh_key_type_name(SSH_ED25519),
			    ssh_key_type_name(SSH_SK_ED25519));
	return parse_key(type, take_word(&line), signer);
}

static int add_signer(const char *line, struct signers *signers)
{
	struct signer signer;

	if (parse_signer(line, &signer) < 0)
		return -1;
	if (signers->count == SIGNERS_MAX)
		return fail(0, "more than %d keys", SIGNERS_MAX);
	if (signers_find(signers, &signer.key))
		return fail(0, "this key stands in the list already");
	signers->list[signers->count++] = signer;
	return 0;
}

/* Takes a line without its LF. */
static int parse_line(const char *start, size_t length, struct signers *signers)
{
	char line[SIGNER_LINE_MAX];

	if (length >= sizeof(line))
		return fail(0, "it is longer than %zu characters", sizeof(line) - 1);
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)start[i] < ' ' && start[i] != '\t')
			return fail(0, "it holds a control character (0x%02x)", (unsigned)start[i]);
	memcpy(line, start, length);
	line[length] = '\0';

	const char *text = line;

	skip_blanks(&text);
	return *text == '\0' || *text == '#' ? 0 : add_signer(text, signers);
}

int signers_parse(const char *name, const char *text, size_t length, struct signers *signers)
{
	const char *end = text + length;
	size_t number = 1;

	signers->count = 0;
	for (const char *line = text, *next; line < end; line = next + 1, number++) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			next = end;
		if (parse_line(line, (size_t)(next - line), signers) < 0) {
			signers->count = 0;
			return fail(0, "%s line %zu: %s", name, number, failure());
		}
	}
	return 0;
}

const struct signer *signers_find(const struct signers *signers, const struct ssh_key *key)
{
	for (size_t i = 0; i < signers->count; i++)
		if (ssh_key_equal(&signers->list[i].key, key))
			return &signers->list[i];
	return NULL;
}

size_t signers_names(const struct signers *signers)
{
	size_t names = 0;

	for (size_t i = 0; i < signers->count; i++) {
		size_t first = 0;

		while (strcmp(signers->list[first].name, signers->list[i].name) != 0)
			first++;
		names += first == i;
	}
	return names;
}

static bool has_namespace(const char *list, const char *namespace)
{
	for (const char *item = list;; item += strcspn(item, ",") + 1) {
		size_t length = strcspn(item, ",");

		if (word_is((struct word){ item, length }, namespace))
			return true;
		if (item[length] == '\0')
			return false;
	}
}

enum signer_check signer_check(const struct signer *signer, const char *namespace, int64_t now)
{
	if (signer->namespaces[0] && !has_namespace(signer->namespaces, namespace))
		return SIGNER_NAMESPACE;
	if (now < signer->valid_after)
		return SIGNER_TOO_EARLY;
	if (now > signer->valid_before)
		return SIGNER_TOO_LATE;
	return SIGNER_VALID;
}
