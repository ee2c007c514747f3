/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/admission.c console/challenge.c console/signers.c console/sshsig.c console/ssh_key.c console/wire.c console/base64.c text.c error.c
// libraries: sodium
/*
 * The input is a story: challenges, answers right and wrong, time that passes. A second, simpler
 * book-keeping beside it says who may be let in; admission.c must say the same.
 */
#include "../unit/software_key.h"
#include "console/admission.h"

#include <stdlib.h>

enum { KEYS = 5, NONCES = 8, COUNTERS = 4, ANSWERS_MAX = 8 };

/* alice has two keys; one key is not in the list, one only for another purpose. */
static const struct {
	struct software_key key;
	const char *name, *namespaces;
} known[KEYS] = {
	{ { .seed = 1 },                       "alice", ""                         },
	{ { .seed = 2, .security_key = true }, "alice", "breakglass@holdfast"      },
	{ { .seed = 3, .security_key = true }, "bob",   "file,breakglass@holdfast" },
	{ { .seed = 4 },                       "carol", "file"                     },
	{ { .seed = 5 },                       NULL,    ""                         },
};

static struct signers signers;

static void make_signers(void)
{
	for (size_t i = 0; i < KEYS; i++) {
		struct signer *signer = &signers.list[signers.count];
		uint8_t blob[SSH_KEY_BLOB_MAX];

		if (!known[i].name)
			continue;
		*signer = (struct signer){ .valid_after = 100, .valid_before = 200 };
		strcpy(signer->name, known[i].name);
		strcpy(signer->namespaces, known[i].namespaces);
		if (ssh_key_parse((struct wire){ blob, software_key_blob(&known[i].key, blob) },
				  &signer->key) != SSH_OK)
			abort();
		signers.count++;
	}
}

/* The story so far. */
struct story {
	const uint8_t *next, *end;
	struct admission admission;
	int64_t now, date;
	unsigned quorum;
	/* the second book */
	bool pending;
	char text[CHALLENGE_TEXT_MAX], old_text[CHALLENGE_TEXT_MAX];
	uint8_t nonce, old_nonce; /* in these; 0 where there is no text */
	int64_t deadline, ready_at;
	bool alice, bob;
	unsigned refused, in_a_row; /* to this challenge; in all */
	bool counter_known[KEYS];
	uint32_t counter[KEYS];
};

static uint8_t take(struct story *story)
{
	return story->next < story->end ? *story->next++ : 0;
}

static void forget(struct story *story)
{
	story->pending = story->alice = story->bob = false;
	story->refused = 0;
}

static void new_challenge(struct story *story)
{
	uint8_t nonce = 1 + take(story) % (NONCES - 1);
	struct challenge challenge = { "node", "1", "00", "11", { nonce }, 1000 };

	story->deadline = story->now + take(story) * 100;
	admission_challenge(&story->admission, &challenge, story->deadline);
	forget(story);
	story->pending = true;
	memcpy(story->old_text, story->text, sizeof(story->text));
	story->old_nonce = story->nonce;
	story->nonce = nonce;
	memcpy(story->text, story->admission.text, sizeof(story->text));
}

/* The console ends and another one of the same boot follows: only what it remembered is left. */
static void console_anew(struct story *story, const struct admission_memory *memory)
{
	admission_init(&story->admission, &signers, story->quorum);
	admission_recall(&story->admission, memory, story->now);
	forget(story);
}

/* Seconds until the next answer is looked at, by the second book. */
static unsigned count_refusal(struct story *story)
{
	unsigned delay = ++story->in_a_row > 6 ? ADMISSION_DELAY_MAX : 1U << (story->in_a_row - 1);

	story->ready_at = story->now + delay * 1000;
	return delay;
}

/* It ended while it looked at an answer. */
static void console_died(struct story *story)
{
	struct admission_memory memory = admission_if_refused(&story->admission, story->now);

	count_refusal(story);
	console_anew(story, &memory);
}

static void console_kept(struct story *story)
{
	struct admission_memory memory = story->admission.memory;

	console_anew(story, &memory);
}

/* What it remembered can't be read. */
static void console_forgot(struct story *story)
{
	console_anew(story, NULL);
	memset(story->counter_known, 0, sizeof(story->counter_known));
	story->in_a_row = 100;
	count_refusal(story);
}

/* How the second book sees an answer that would be right if the time is: WRONG, or the verdict. */
enum { WRONG = -1 };

static int judge_right(struct story *story, size_t key, uint32_t counter)
{
	bool *has_signed = key < 2 ? &story->alice : &story->bob;

	if (*has_signed)
		return ADMISSION_SAME;
	if (known[key].key.security_key) {
		if (story->counter_known[key] && counter <= story->counter[key] &&
		    (counter || story->counter[key]))
			return WRONG;
		story->counter_known[key] = true;
		story->counter[key] = counter;
	}
	*has_signed = true;
	story->in_a_row = 0;
	return story->alice + story->bob >= (int)story->quorum ? ADMISSION_OPEN : ADMISSION_MORE;
}

/* What the answer must bring; right is judge_right()'s word, asked for only when it counts. */
static void compare(struct story *story, const char *text, size_t length, bool right, size_t key,
		    uint32_t counter)
{
	struct admission_answer answer =
		admission_answer(&story->admission, text, length, story->now, story->date);
	int expected = WRONG;

	if (!story->pending) {
		if (answer.verdict != ADMISSION_WITHDRAWN || answer.counts)
			abort();
		return;
	}
	if (story->now >= story->deadline) {
		if (answer.verdict != ADMISSION_WITHDRAWN || answer.counts)
			abort();
		forget(story);
		return;
	}
	if (story->now < story->ready_at) {
		if (answer.verdict != ADMISSION_REFUSED || answer.counts ||
		    answer.delay != (story->ready_at - story->now + 999) / 1000)
			abort();
		return;
	}
	if (right && story->date >= 100 && story->date <= 200)
		expected = judge_right(story, key, counter);
	if (expected != WRONG) {
		if ((int)answer.verdict != expected || strcmp(answer.signer->name, known[key].name) != 0)
			abort();
		if (answer.verdict == ADMISSION_OPEN)
			forget(story);
		return;
	}
	story->refused++;
	if (!answer.counts || answer.signer || answer.delay != count_refusal(story) ||
	    answer.verdict !=
		    (story->refused == ADMISSION_ATTEMPTS ? ADMISSION_WITHDRAWN : ADMISSION_REFUSED))
		abort();
	if (answer.verdict == ADMISSION_WITHDRAWN)
		forget(story);
}

/* What may be wrong with a signature: the bits of one byte. */
enum { OLD_TEXT = 1, OTHER_NAMESPACE = 2, SHORT_HASH = 4, NOT_TOUCHED = 8, WEB_SITE = 16, HOWS = 32 };

/* A signature as one line; made once, for that takes longer than all else here. */
static const char *signature_of(size_t index, unsigned how, uint32_t counter, const char *text, unsigned nonce)
{
	static char made[KEYS][HOWS][COUNTERS][NONCES][SIGNATURE_TEXT_MAX / 4];
	char *base64 = made[index][how & ~OLD_TEXT][counter][nonce];
	struct software_key key = known[index].key;
	uint8_t blob[SIGNATURE_BLOB_MAX];

	if (*base64)
		return base64;
	key.flags = how & NOT_TOUCHED ? 4 : 1;
	key.counter = counter;
	key.application = how & WEB_SITE ? "https://example.com" : NULL;
	software_base64(blob,
			software_key_sign(&key, how & OTHER_NAMESPACE ? "file" : BREAKGLASS_NAMESPACE,
					  how & SHORT_HASH ? "sha256" : "sha512", text, strlen(text), blob),
			base64);
	return base64;
}

static void signed_answer(struct story *story)
{
	size_t index = take(story) % KEYS;
	unsigned how = take(story) % HOWS;
	uint32_t counter = take(story) % COUNTERS;
	const char *text = how & OLD_TEXT ? story->old_text : story->text;
	const char *base64 = signature_of(index, how, counter, text,
					  how & OLD_TEXT ? story->old_nonce : story->nonce);
	bool right = index < 3 && strcmp(text, story->text) == 0 && !(how & OTHER_NAMESPACE) &&
		     (!known[index].key.security_key || !(how & (NOT_TOUCHED | WEB_SITE)));

	compare(story, base64, strlen(base64), right, index, counter);
}

static void raw_answer(struct story *story)
{
	size_t length = take(story);

	if (length > (size_t)(story->end - story->next))
		length = (size_t)(story->end - story->next);
	compare(story, (const char *)story->next, length, false, 0, 0);
	story->next += length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct story story;
	unsigned answers = 0;

	if (!signers.count)
		make_signers();
	story = (struct story){ .next = data, .end = data + size, .date = 150 };
	story.quorum = 1 + (take(&story) & 1);
	admission_init(&story.admission, &signers, story.quorum);
	while (story.next < story.end && answers < ANSWERS_MAX) {
		switch (take(&story) % 16) {
		case 0:
			new_challenge(&story);
			break;
		case 1:
			story.now += take(&story) * 100;
			break;
		case 2:
			story.date = take(&story);
			break;
		case 3:
			admission_withdraw(&story.admission);
			forget(&story);
			break;
		case 4:
			compare(&story, NULL, 0, false, 0, 0);
			break;
		case 5:
			raw_answer(&story);
			break;
		case 8:
			console_kept(&story);
			break;
		case 9:
			console_died(&story);
			break;
		case 10:
			console_forgot(&story);
			break;
		default:
			signed_answer(&story);
			answers++;
			break;
		}
	}
	return 0;
}
