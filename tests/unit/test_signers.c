/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/signers.c console/ssh_key.c console/wire.c console/base64.c error.c
// libraries: sodium
#include "check.h"
#include "console/signers.h"
#include "error.h"

#include <stdint.h>
#include <time.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Public keys that ssh-keygen made: of three pairs, and of a security key with the application ssh: */
#define ALICE "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define BOB   "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP8BAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define TOKEN                                                                            \
	"sk-ssh-ed25519@openssh.com "                                                    \
	"AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fAAAABHNzaDo="

static struct signers signers;

static int parse(const char *text)
{
	return signers_parse("signers", text, strlen(text), &signers);
}

static void a_usual_list_is_taken(void)
{
	CHECK(parse("# who may break glass\n"
		    "\n"
		    "alice@example.com " ALICE " alice's laptop\n"
		    "\tbob namespaces=\"file,breakglass@holdfast\",valid-after=\"20260101Z\",valid-before=\"20261231235959\" " BOB
		    "\n"
		    "alice@example.com   " TOKEN) == 0);
	CHECK(signers.count == 3 && signers_names(&signers) == 2);
	CHECK_TEXT(signers.list[0].name, "alice@example.com");
	CHECK_TEXT(signers.list[0].namespaces, "");
	CHECK(signers.list[0].valid_after == INT64_MIN && signers.list[0].valid_before == INT64_MAX);
	CHECK_TEXT(signers.list[1].name, "bob");
	CHECK(signers.list[1].valid_after == 1767225600 && signers.list[1].valid_before == 1798761599);
	CHECK(signers.list[2].key.type == SSH_SK_ED25519);
	CHECK_TEXT(signers.list[2].key.application, "ssh:");
	CHECK(signers_find(&signers, &signers.list[2].key) == &signers.list[2]);

	struct ssh_key other = signers.list[2].key;

	strcpy(other.application, "ssh:other");
	CHECK(!signers_find(&signers, &other));
	other = signers.list[0].key;
	other.point[31] ^= 1;
	CHECK(!signers_find(&signers, &other));
}

static void an_empty_list_is_right(void)
{
	CHECK(parse("") == 0 && signers.count == 0 && signers_names(&signers) == 0);
	CHECK(parse("# nobody\n\n  \t\n") == 0 && signers.count == 0);
}

/* Each line is the second of its list, and makes all of it an error that names it. */
static const struct {
	const char *line, *why;
} wrong[] = {
	{ "alice", "the key type is neither" },
	{ "alice ssh-ed25519", "the key is bad: it is cut short" },
	{ ALICE, "unknown option or key type AAAA" },
	{ "*@example.com " ALICE, "without patterns" },
	{ "al?ce " ALICE, "without patterns" },
	{ "!alice " ALICE, "without patterns" },
	{ "alice,bob " ALICE, "without patterns" },
	{ "\"alice\" " ALICE, "without patterns" },
	{ "al\xc3\xad" "ce " ALICE, "without patterns" },
	{ "a234567890123456789012345678901234567890123456789012345678901234 " ALICE, "from 1 to 63" },
	/* what stands beside digits and letters in ASCII, but for @ */
	{ "al/ce " ALICE, "letters, digits" },
	{ "al:ce " ALICE, "letters, digits" },
	{ "al[ce " ALICE, "letters, digits" },
	{ "al`ce " ALICE, "letters, digits" },
	{ "al{ce " ALICE, "letters, digits" },
	/* options */
	{ "alice cert-authority " ALICE, "unknown option or key type cert-authority" },
	{ "alice no-touch-required " ALICE, "unknown option" },
	{ "alice Namespaces=\"file\" " ALICE, "unknown option" },
	{ "alice namespaces " ALICE, "unknown option" },
	{ "alice namespaces= " ALICE, "no value in quotation marks" },
	{ "alice namespaces=file " ALICE, "no value in quotation marks" },
	{ "alice namespaces=\"file " ALICE, "no value in quotation marks" },
	{ "alice namespaces=\" " ALICE, "no value in quotation marks" },
	{ "alice namespaces=xfile\"\" " ALICE, "no value in quotation marks" },
	{ "alice namespaces=\"\" " ALICE, "from 1 to 127" },
	{ "alice namespaces=\"*\" " ALICE, "letters, digits" },
	{ "alice namespaces=\"a b\" " ALICE, "letters, digits" },
	{ "alice namespaces=\"a\",namespaces=\"b\" " ALICE, "a second namespaces" },
	{ "alice namespaces=\"a\"valid-after=\"20260101\" " ALICE, "a comma between" },
	{ "alice namespaces=\"a\", valid-after=\"20260101\" " ALICE, "a comma between" },
	{ "alice namespaces=\"a\" valid-after=\"20260101\" " ALICE, "the key type is neither" },
	{ "alice namespaces=\"a\",verify-required " ALICE, "unknown option or key type verify-required" },
	{ "alice namespaces=\"a\"", "the key type is neither" },
	{ "alice valid-after=\"20260101\",valid-after=\"20260102\" " ALICE, "a second valid-after" },
	{ "alice valid-before=\"20260101\",valid-before=\"20260102\" " ALICE, "a second valid-before" },
	{ "alice valid-before=\"20260101\",valid-after=\"20260101\" " ALICE, "not later" },
	/* times */
	{ "alice valid-after=\"2026\" " ALICE, "valid-after: must be YYYYMMDD" },
	{ "alice valid-after=\"tomorrow\" " ALICE, "must be digits" },
	{ "alice valid-after=\"Z\" " ALICE, "must be YYYYMMDD" },
	{ "alice valid-after=\"2026/101\" " ALICE, "must be digits" },
	{ "alice valid-after=\"2026010:\" " ALICE, "must be digits" },
	{ "alice valid-after=\"2026010\" " ALICE, "must be YYYYMMDD" },
	{ "alice valid-after=\"20261301\" " ALICE, "no such time" },
	{ "alice valid-after=\"20260001\" " ALICE, "no such time" },
	{ "alice valid-after=\"20260100\" " ALICE, "no such time" },
	{ "alice valid-after=\"20260229\" " ALICE, "no such time" },
	{ "alice valid-after=\"19690101\" " ALICE, "no such time" },
	{ "alice valid-before=\"2026010112\" " ALICE, "valid-before: must be YYYYMMDD" },
	{ "alice valid-before=\"202601012400\" " ALICE, "no such time" },
	{ "alice valid-before=\"202601012360\" " ALICE, "no such time" },
	{ "alice valid-before=\"20260101235960\" " ALICE, "no such time" },
	{ "alice valid-before=\"202601012359590\" " ALICE, "behind the time" },
	{ "alice valid-before=\"20260101 Z\" " ALICE, "must be" },
	/* keys */
	{ "alice ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==", "unknown option or key type ssh-rsa" },
	{ "alice ecdsa-sha2-nistp256 AAAA", "unknown option or key type ecdsa" },
	{ "alice ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4", "not base64" },
	{ "alice ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsc", "cut short" },
	{ "alice ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fAAAA", "something stands" },
	{ "alice ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsc", "wrong length" },
	{ "alice ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQAB", "not of type ed25519" },
	{ "alice ssh-ed25519 AAAA", "not base64, or too long|cut short" },
	{ "alice sk-ssh-ed25519@openssh.com AAAAC3NzaC1lZDI1NTE5AAAAIP8BAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
	  "not of the type" },
	{ "carol " BOB, "stands in the list already" },
	/* characters */
	{ "alice " ALICE "\r", "control character (0x0d)" },
	{ "alice " ALICE "\033[2J", "control character (0x1b)" },
	{ "\033alice " ALICE, "control character (0x1b)" },
};

/* Whether text says one of the alternatives in why, with | between them. */
static bool says(const char *text, const char *why)
{
	char part[128];

	for (;; why += strlen(part) + 1) {
		snprintf(part, sizeof(part), "%.*s", (int)strcspn(why, "|"), why);
		if (strstr(text, part))
			return true;
		if (why[strlen(part)] == '\0')
			return false;
	}
}

static void what_is_not_understood_is_an_error_with_its_line(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		char list[2048];

		snprintf(list, sizeof(list), "bob " BOB "\n%s\n", wrong[i].line);
		if (parse(list) == 0) {
			CHECK_TEXT(wrong[i].line, "refused");
			continue;
		}
		CHECK(signers.count == 0);
		CHECK_CONTAINS(failure(), "signers line 2: ");
		if (!says(failure(), wrong[i].why))
			CHECK_TEXT(failure(), wrong[i].why);
	}
}

/* An error is a line on the console: it holds of the list's own words no more than the one that it names. */
static void errors_name_one_word(void)
{
	CHECK(parse("alice cert-authority " ALICE) < 0);
	CHECK_TEXT(failure(), "signers line 1: unknown option or key type cert-authority");
	CHECK(parse("alice 0123456789012345678901234567890123456789x " ALICE) < 0);
	CHECK_TEXT(failure(), "signers line 1: unknown option or key type 0123456789012345678901234567890123456789");
}

static void a_nul_is_refused(void)
{
	static const char text[] = "alice\0 " ALICE;

	CHECK(signers_parse("signers", text, sizeof(text) - 1, &signers) < 0);
	CHECK_CONTAINS(failure(), "control character (0x00)");
}

static void lines_and_lists_are_bounded(void)
{
	static char text[65536];
	char line[SIGNER_LINE_MAX + 64];
	int length = snprintf(line, sizeof(line), "alice " ALICE " ");

	memset(line + length, 'x', sizeof(line) - (size_t)length);
	CHECK(signers_parse("signers", line, SIGNER_LINE_MAX - 1, &signers) == 0);
	CHECK(signers_parse("signers", line, SIGNER_LINE_MAX, &signers) < 0);
	CHECK_CONTAINS(failure(), "longer than 1023");

	/* a value without an end, to the end of the longest line */
	memset(line, 'x', sizeof(line));
	memcpy(line, "alice namespaces=\"", 18);
	CHECK(signers_parse("signers", line, SIGNER_LINE_MAX - 1, &signers) < 0);
	CHECK_CONTAINS(failure(), "no value in quotation marks");

	/* one key after the other, told apart by two characters of the base64 */
	char *end = text;

	for (int i = 0; i < SIGNERS_MAX; i++)
		end += sprintf(end, "a%d ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR%c%c\n",
			       i, 'A' + i % 26, 'A' + i / 26);
	CHECK(parse(text) == 0 && signers.count == SIGNERS_MAX && signers_names(&signers) == SIGNERS_MAX);
	sprintf(end, "bob " BOB "\n");
	CHECK(parse(text) < 0 && signers.count == 0);
	CHECK_CONTAINS(failure(), "line 65: more than 64 keys");
}

static const struct {
	const char *text;
	int64_t time;
} times[] = {
	{ "19700101", 0 },
	{ "19700101000001Z", 1 },
	{ "20000229Z", 951782400 },
	{ "20240229", 1709164800 },
	{ "21000301", 4107542400 },
	{ "20261127180745Z", 1795802865 },
	{ "20261127000000Z", 1795737600 },
	{ "202611271807Z", 1795802820 },
	{ "99991231235959", 253402300799 },
};

static void times_are_utc(void)
{
	for (size_t i = 0; i < COUNT(times); i++) {
		char line[256];

		snprintf(line, sizeof(line), "alice valid-after=\"%s\" " ALICE, times[i].text);
		CHECK(parse(line) == 0);
		CHECK(signers.list[0].valid_after == times[i].time);
	}
}

static int64_t midnight(int year, int month, int day)
{
	struct tm date = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };

	return timegm(&date);
}

/* The C library's calendar beside ours: the last day of each month, and the one that would follow. */
static void months_have_their_days(void)
{
	static const int years[] = { 1970, 1999, 2000, 2001, 2004, 2026, 2099, 2100, 2101, 2400, 9999 };

	for (size_t i = 0; i < COUNT(years); i++)
		for (int month = 1; month <= 12; month++) {
			int64_t next = midnight(years[i], month + 1, 1);
			int days = (int)((next - midnight(years[i], month, 1)) / 86400);
			char line[256];

			snprintf(line, sizeof(line), "alice valid-after=\"%d%02d%02d\" " ALICE, years[i], month, days);
			CHECK(parse(line) == 0 && signers.list[0].valid_after == next - 86400);
			snprintf(line, sizeof(line), "alice valid-after=\"%d%02d%02d\" " ALICE, years[i], month, days + 1);
			CHECK(parse(line) < 0);
			CHECK_CONTAINS(failure(), "there is no such time");
		}
}

static void names_are_letters_digits_and_a_few_signs(void)
{
	CHECK(parse("AZaz09@._+- " ALICE) == 0);
	CHECK_TEXT(signers.list[0].name, "AZaz09@._+-");
}

static void validity_is_checked(void)
{
	CHECK(parse("alice namespaces=\"file,breakglass@holdfast\",valid-after=\"20260101\",valid-before=\"20260102\" " ALICE "\n"
		    "bob " BOB "\n") == 0);

	const struct signer *alice = &signers.list[0], *bob = &signers.list[1];

	CHECK(signer_check(alice, "breakglass@holdfast", 1767225599) == SIGNER_TOO_EARLY);
	CHECK(signer_check(alice, "breakglass@holdfast", 1767225600) == SIGNER_VALID);
	CHECK(signer_check(alice, "breakglass@holdfast", 1767312000) == SIGNER_VALID);
	CHECK(signer_check(alice, "breakglass@holdfast", 1767312001) == SIGNER_TOO_LATE);
	CHECK(signer_check(alice, "file", 1767225600) == SIGNER_VALID);
	CHECK(signer_check(alice, "fil", 1767225600) == SIGNER_NAMESPACE);
	CHECK(signer_check(alice, "breakglass", 1767225600) == SIGNER_NAMESPACE);
	CHECK(signer_check(alice, "", 1767225600) == SIGNER_NAMESPACE);
	CHECK(signer_check(bob, "anything", INT64_MIN) == SIGNER_VALID);
	CHECK(signer_check(bob, "anything", INT64_MAX) == SIGNER_VALID);
	/* one letter is a purpose like any other, not none */
	CHECK(parse("alice namespaces=\"f\" " ALICE) == 0);
	CHECK(signer_check(alice, "f", 0) == SIGNER_VALID);
	CHECK(signer_check(alice, "breakglass@holdfast", 0) == SIGNER_NAMESPACE);
}

int main(void)
{
	a_usual_list_is_taken();
	an_empty_list_is_right();
	what_is_not_understood_is_an_error_with_its_line();
	errors_name_one_word();
	a_nul_is_refused();
	lines_and_lists_are_bounded();
	times_are_utc();
	months_have_their_days();
	names_are_letters_digits_and_a_few_signs();
	validity_is_checked();
	return checks_end();
}
