/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/admission.c console/challenge.c console/signers.c console/sshsig.c console/ssh_key.c console/wire.c console/base64.c text.c error.c
// libraries: sodium
#include "check.h"
#include "console/admission.h"
#include "console/sshsig.h"
#include "error.h"
#include "software_key.h"

/* Who is in the list, with what. */
enum who { ALICE, ALICE_TOKEN, BOB, CAROL_TOKEN, DAVE_OTHER_PURPOSE, ERIN_TOO_EARLY, FRANK_TOO_LATE, MALLORY, KEYS };

static const struct {
	const char *name, *options;
	struct software_key key;
} people[KEYS] = {
	[ALICE] = { "alice", "", { .seed = 1 } },
	[ALICE_TOKEN] = { "alice", "", { .seed = 2, .security_key = true, .flags = 1 } },
	[BOB] = { "bob", "namespaces=\"file," BREAKGLASS_NAMESPACE "\" ", { .seed = 3 } },
	[CAROL_TOKEN] = { "carol", "", { .seed = 4, .security_key = true, .flags = 1 } },
	[DAVE_OTHER_PURPOSE] = { "dave", "namespaces=\"file\" ", { .seed = 5 } },
	[ERIN_TOO_EARLY] = { "erin", "valid-after=\"20270101Z\" ", { .seed = 6 } },
	[FRANK_TOO_LATE] = { "frank", "valid-before=\"20251231Z\" ", { .seed = 7 } },
	[MALLORY] = { NULL, "", { .seed = 8 } },
};

enum { MINUTE = 60 * 1000 };
static const int64_t today = 1780000000; /* in May 2026 */

static struct signers signers;
static struct admission admission;
static int64_t now; /* milliseconds */

static void make_signers(void)
{
	char list[4096] = "";

	for (enum who who = 0; who < KEYS; who++) {
		uint8_t blob[SIGNATURE_BLOB_MAX];
		char base64[SIGNATURE_TEXT_MAX];

		if (!people[who].name)
			continue;
		software_base64(blob, software_key_blob(&people[who].key, blob), base64);
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s %s%s %s\n", people[who].name,
			 people[who].options, software_key_type(&people[who].key), base64);
	}
	if (signers_parse("signers", list, strlen(list), &signers) < 0)
		CHECK_TEXT(failure(), "");
}

/* A node that has just booted, with its first challenge. */
static void boot(unsigned quorum)
{
	now = MINUTE;
	admission_init(&admission, &signers, quorum);
}

static void challenge(void)
{
	static uint8_t number;
	const struct challenge next = {
		"node-1", "0.1.0", "00", "11", { ++number }, today + 600,
	};

	admission_challenge(&admission, &next, now + 10 * MINUTE);
}

static void start(unsigned quorum)
{
	boot(quorum);
	challenge();
}

static struct admission_answer answer_text(const char *text)
{
	return admission_answer(&admission, text, strlen(text), now, today);
}

/* The one line that key makes for a text. */
static const char *sign_text(const struct software_key *key, const char *namespace, const char *text)
{
	static char base64[SIGNATURE_TEXT_MAX];
	uint8_t blob[SIGNATURE_BLOB_MAX];

	software_base64(blob, software_key_sign(key, namespace, "sha512", text, strlen(text), blob), base64);
	return base64;
}

/* Somebody signs the challenge as it is on the screen. */
static struct admission_answer answer_of(enum who who)
{
	return answer_text(sign_text(&people[who].key, BREAKGLASS_NAMESPACE, admission.text));
}

static struct admission_answer answer_with_counter(enum who who, uint32_t counter)
{
	struct software_key key = people[who].key;

	key.counter = counter;
	return answer_text(sign_text(&key, BREAKGLASS_NAMESPACE, admission.text));
}

#define CHECK_REFUSED(answer, why)                                    \
	do {                                                          \
		struct admission_answer answer_ = (answer);           \
		CHECK(answer_.verdict == ADMISSION_REFUSED);          \
		CHECK(answer_.counts && !answer_.signer);             \
		CHECK_TEXT(answer_.reason, why);                      \
	} while (0)

static void one_signature_opens(void)
{
	start(1);

	struct admission_answer answer = answer_of(ALICE);

	CHECK(answer.verdict == ADMISSION_OPEN && answer.missing == 0 && answer.delay == 0);
	CHECK_TEXT(answer.signer->name, "alice");
	CHECK_TEXT(answer.reason, "");
	CHECK(admission.signed_count == 1 && admission.signed_by[0] == answer.signer);
}

static void each_kind_of_key_opens(void)
{
	static const enum who right[] = { ALICE, ALICE_TOKEN, BOB, CAROL_TOKEN };

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		start(1);
		CHECK(answer_of(right[i]).verdict == ADMISSION_OPEN);
	}
}

static void a_challenge_is_good_once(void)
{
	start(1);

	char first[SIGNATURE_TEXT_MAX];

	strcpy(first, sign_text(&people[ALICE].key, BREAKGLASS_NAMESPACE, admission.text));
	CHECK(answer_text(first).verdict == ADMISSION_OPEN);

	struct admission_answer again = answer_text(first);

	CHECK(again.verdict == ADMISSION_WITHDRAWN && !again.counts && !again.signer);
	CHECK_TEXT(again.reason, "there is no challenge");
	challenge();
	CHECK_REFUSED(answer_text(first), "it does not sign this challenge");
}

static void before_a_challenge_nobody_gets_in(void)
{
	boot(1);
	CHECK(answer_of(ALICE).verdict == ADMISSION_WITHDRAWN);
	challenge();
	admission_withdraw(&admission);
	CHECK(answer_of(ALICE).verdict == ADMISSION_WITHDRAWN);
}

static void a_quorum_counts_people(void)
{
	start(2);

	struct admission_answer answer = answer_of(ALICE);

	CHECK(answer.verdict == ADMISSION_MORE && answer.missing == 1);
	answer = answer_of(ALICE);
	CHECK(answer.verdict == ADMISSION_SAME && answer.missing == 1 && !answer.counts && answer.delay == 0);
	CHECK_TEXT(answer.reason, "this person has signed already; another one must");
	CHECK_TEXT(answer.signer->name, "alice");
	/* another key of hers makes her no second person */
	CHECK(answer_of(ALICE_TOKEN).verdict == ADMISSION_SAME);
	CHECK(answer_of(BOB).verdict == ADMISSION_OPEN);
	CHECK(admission.signed_count == 2);
	CHECK_TEXT(admission.signed_by[1]->name, "bob");
}

static void a_quorum_of_three(void)
{
	start(3);
	CHECK(answer_of(CAROL_TOKEN).missing == 2);
	CHECK(answer_of(BOB).missing == 1);
	CHECK(answer_of(BOB).verdict == ADMISSION_SAME);
	CHECK(answer_of(ALICE_TOKEN).verdict == ADMISSION_OPEN);
}

static void a_quorum_signs_one_challenge(void)
{
	start(2);
	CHECK(answer_of(ALICE).verdict == ADMISSION_MORE);
	challenge();
	CHECK(answer_of(BOB).verdict == ADMISSION_MORE);
	CHECK(answer_of(ALICE).verdict == ADMISSION_OPEN);
}

static void who_may_not_is_refused(void)
{
	start(1);
	CHECK_REFUSED(answer_of(MALLORY), "this key is not one of those that may break glass here");
	start(1);
	CHECK_REFUSED(answer_of(DAVE_OTHER_PURPOSE), "this key is not for break-glass");
	start(1);
	CHECK_REFUSED(answer_of(ERIN_TOO_EARLY), "this key is not valid yet");
	start(1);
	CHECK_REFUSED(answer_of(FRANK_TOO_LATE), "this key is no longer valid");
	now += MINUTE;
	CHECK(answer_of(ALICE).verdict == ADMISSION_OPEN);
}

static void validity_follows_the_date(void)
{
	start(1);
	const char *text = sign_text(&people[ERIN_TOO_EARLY].key, BREAKGLASS_NAMESPACE, admission.text);

	CHECK(admission_answer(&admission, text, strlen(text), now, 1798761600).verdict == ADMISSION_OPEN);
}

static void what_is_no_right_signature_is_refused(void)
{
	struct software_key untouched = people[CAROL_TOKEN].key, web = people[CAROL_TOKEN].key;

	untouched.flags = 0;
	web.application = "https://example.com";
	start(1);
	CHECK_REFUSED(answer_text(sign_text(&people[ALICE].key, "file", admission.text)),
		      ssh_result_text(SSH_NAMESPACE));
	start(1);
	CHECK_REFUSED(answer_text(sign_text(&people[ALICE].key, BREAKGLASS_NAMESPACE, "another")),
		      ssh_result_text(SSH_FORGED));
	start(1);
	CHECK_REFUSED(answer_text(sign_text(&untouched, BREAKGLASS_NAMESPACE, admission.text)),
		      ssh_result_text(SSH_PRESENCE));
	start(1);
	CHECK_REFUSED(answer_text(sign_text(&web, BREAKGLASS_NAMESPACE, admission.text)),
		      ssh_result_text(SSH_APPLICATION));
	start(1);
	CHECK_REFUSED(answer_text("noise"), ssh_result_text(SSH_BASE64));
	start(1);
	CHECK_REFUSED(admission_answer(&admission, NULL, 0, now, today), ssh_result_text(SSH_TOO_LONG));
}

/* A forged signature tells nothing about whose keys are in the list. */
static void a_listed_key_is_not_told_from_others_without_a_signature(void)
{
	start(1);
	CHECK_REFUSED(answer_text(sign_text(&people[MALLORY].key, BREAKGLASS_NAMESPACE, "another")),
		      ssh_result_text(SSH_FORGED));
	start(1);
	CHECK_REFUSED(answer_text(sign_text(&people[FRANK_TOO_LATE].key, BREAKGLASS_NAMESPACE, "another")),
		      ssh_result_text(SSH_FORGED));
}

static void a_challenge_expires(void)
{
	start(1);
	now += 10 * MINUTE - 1;
	CHECK(answer_of(ALICE).verdict == ADMISSION_OPEN);
	start(1);
	now += 10 * MINUTE;

	struct admission_answer answer = answer_of(ALICE);

	CHECK(answer.verdict == ADMISSION_WITHDRAWN && !answer.counts);
	CHECK_TEXT(answer.reason, "the challenge has expired");
	CHECK(!admission.pending);
	/* one signature of two doesn't keep it alive */
	start(2);
	CHECK(answer_of(ALICE).verdict == ADMISSION_MORE);
	now += 10 * MINUTE;
	CHECK(answer_of(BOB).verdict == ADMISSION_WITHDRAWN);
}

static void refusals_slow_down_and_end(void)
{
	static const unsigned delays[] = { 1, 2, 4, 8, 16 };

	start(1);
	for (unsigned i = 0; i < ADMISSION_ATTEMPTS; i++) {
		struct admission_answer answer = answer_text("noise");

		CHECK(answer.verdict == (i + 1 < ADMISSION_ATTEMPTS ? ADMISSION_REFUSED : ADMISSION_WITHDRAWN));
		CHECK(answer.counts && answer.delay == delays[i]);
		CHECK_TEXT(answer.reason, ssh_result_text(SSH_BASE64));
		now += answer.delay * 1000;
	}
	CHECK(!admission.pending && answer_of(ALICE).verdict == ADMISSION_WITHDRAWN);
	/* a new challenge gives as many attempts again; it doesn't make it faster, up to the limit */
	challenge();
	for (unsigned i = 1; i < ADMISSION_ATTEMPTS; i++) {
		struct admission_answer answer = answer_text("noise");

		CHECK(answer.verdict == ADMISSION_REFUSED && answer.delay == (i == 1 ? 32 : ADMISSION_DELAY_MAX));
		now += answer.delay * 1000;
	}
	CHECK(answer_text("noise").verdict == ADMISSION_WITHDRAWN);
	now += ADMISSION_DELAY_MAX * 1000;
	for (int i = 0; i < 100; i++) {
		challenge();
		CHECK(answer_text("noise").delay == ADMISSION_DELAY_MAX);
		now += ADMISSION_DELAY_MAX * 1000;
	}
	/* somebody who may makes it fast again */
	challenge();
	CHECK(answer_of(ALICE).verdict == ADMISSION_OPEN);
	challenge();
	CHECK(answer_text("noise").delay == 1);
}

static void nobody_gets_in_during_a_delay(void)
{
	start(1);
	CHECK(answer_text("noise").delay == 1);
	CHECK(answer_text("noise").delay == 1); /* what is not looked at doesn't count */
	now += 999;

	struct admission_answer answer = answer_of(ALICE);

	CHECK(answer.verdict == ADMISSION_REFUSED && !answer.counts && !answer.signer && answer.delay == 1);
	CHECK_TEXT(answer.reason, "too early after the last one");
	now += 1;
	CHECK(answer_of(ALICE).verdict == ADMISSION_OPEN);
}

static void a_refusal_costs_a_quorum_nothing_but_time(void)
{
	start(2);
	CHECK(answer_of(ALICE).verdict == ADMISSION_MORE);
	CHECK_REFUSED(answer_of(MALLORY), "this key is not one of those that may break glass here");
	now += 1000;
	CHECK(answer_of(BOB).verdict == ADMISSION_OPEN);
}

static void a_counter_that_goes_back_is_refused(void)
{
	static const char why[] = "the security key's counter went back: it may have been copied";

	start(1);
	CHECK(answer_with_counter(CAROL_TOKEN, 7).verdict == ADMISSION_OPEN);
	challenge();
	CHECK_REFUSED(answer_with_counter(CAROL_TOKEN, 7), why);
	now += 1000;
	CHECK_REFUSED(answer_with_counter(CAROL_TOKEN, 6), why);
	now += 2000;
	CHECK_REFUSED(answer_with_counter(CAROL_TOKEN, 0), why);
	now += 4000;
	/* what was refused is not the last one */
	CHECK_REFUSED(answer_with_counter(CAROL_TOKEN, 7), why);
	now += 8000;
	/* each key has its own */
	CHECK(answer_with_counter(ALICE_TOKEN, 1).verdict == ADMISSION_OPEN);
	challenge();
	CHECK(answer_with_counter(CAROL_TOKEN, 8).verdict == ADMISSION_OPEN);
	/* after a boot the last one isn't known */
	start(1);
	CHECK(answer_with_counter(CAROL_TOKEN, 1).verdict == ADMISSION_OPEN);
}

static void a_security_key_without_a_counter_is_taken(void)
{
	start(1);
	CHECK(answer_with_counter(CAROL_TOKEN, 0).verdict == ADMISSION_OPEN);
	challenge();
	CHECK(answer_with_counter(CAROL_TOKEN, 0).verdict == ADMISSION_OPEN);
}

/* Another console of the same boot, which is told what the one before remembered. */
static void console_anew(const struct admission_memory *memory)
{
	admission_init(&admission, &signers, 1);
	admission_recall(&admission, memory, now);
	challenge();
}

static void what_was_remembered_goes_on(void)
{
	start(1);
	CHECK(answer_with_counter(CAROL_TOKEN, 7).verdict == ADMISSION_OPEN);
	challenge();
	CHECK(answer_text("noise").delay == 1);
	now += 1000;
	CHECK(answer_text("noise").delay == 2);

	struct admission_memory memory = admission.memory;

	console_anew(&memory);
	CHECK_TEXT(answer_of(ALICE).reason, "too early after the last one");
	now += 2000;
	CHECK_REFUSED(answer_with_counter(CAROL_TOKEN, 7),
		      "the security key's counter went back: it may have been copied");
	CHECK(admission.memory.refusals == 3);
	now += 4000;
	CHECK(answer_with_counter(CAROL_TOKEN, 8).verdict == ADMISSION_OPEN);
	/* the twin: who remembers nothing starts anew */
	start(1);
	CHECK(answer_with_counter(CAROL_TOKEN, 7).verdict == ADMISSION_OPEN);
}

static void an_answer_that_ends_the_console_was_refused(void)
{
	start(1);
	CHECK(answer_text("noise").delay == 1);
	now += 1000;

	struct admission_memory memory = admission_if_refused(&admission, now);

	CHECK(admission.memory.refusals == 1); /* it changes nothing here */
	console_anew(&memory);
	CHECK(answer_of(ALICE).delay == 2);
	now += 2000;
	CHECK(answer_text("noise").delay == 4);
}

static void what_cannot_be_read_delays_longest(void)
{
	struct admission_memory memory = { .refusals = 3, .ready_at = INT64_MAX };

	boot(1);
	console_anew(NULL);
	CHECK(answer_of(ALICE).delay == ADMISSION_DELAY_MAX);
	now += ADMISSION_DELAY_MAX * 1000 - 1;
	CHECK_TEXT(answer_of(ALICE).reason, "too early after the last one");
	now += 1;
	CHECK(answer_text("noise").delay == ADMISSION_DELAY_MAX);
	/* nor is it longer than that */
	console_anew(&memory);
	CHECK(answer_of(ALICE).delay == ADMISSION_DELAY_MAX);
	now += ADMISSION_DELAY_MAX * 1000;
	CHECK(answer_of(ALICE).verdict == ADMISSION_OPEN);
}

static void no_number_of_refusals_makes_it_faster(void)
{
	static const uint32_t numbers[] = { 31, 32, 33, 1000, UINT32_MAX - 1, UINT32_MAX };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct admission_memory memory = { .refusals = numbers[i] };

		boot(1);
		console_anew(&memory);
		for (int attempt = 0; attempt < 3; attempt++) {
			CHECK(answer_text("noise").delay == ADMISSION_DELAY_MAX);
			now += ADMISSION_DELAY_MAX * 1000;
		}
	}
}

static void an_empty_list_admits_nobody(void)
{
	static const struct signers nobody;

	admission_init(&admission, &nobody, 1);
	challenge();
	CHECK_REFUSED(answer_of(ALICE), "this key is not one of those that may break glass here");
}

int main(void)
{
	make_signers();
	one_signature_opens();
	each_kind_of_key_opens();
	a_challenge_is_good_once();
	before_a_challenge_nobody_gets_in();
	a_quorum_counts_people();
	a_quorum_of_three();
	a_quorum_signs_one_challenge();
	who_may_not_is_refused();
	validity_follows_the_date();
	what_is_no_right_signature_is_refused();
	a_listed_key_is_not_told_from_others_without_a_signature();
	a_challenge_expires();
	refusals_slow_down_and_end();
	nobody_gets_in_during_a_delay();
	a_refusal_costs_a_quorum_nothing_but_time();
	a_counter_that_goes_back_is_refused();
	a_security_key_without_a_counter_is_taken();
	what_was_remembered_goes_on();
	an_answer_that_ends_the_console_was_refused();
	what_cannot_be_read_delays_longest();
	no_number_of_refusals_makes_it_faster();
	an_empty_list_admits_nobody();
	return checks_end();
}
