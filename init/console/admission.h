/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets in: takes answers to one challenge until enough different people have signed it.
 *
 * Two clocks: `now` is CLOCK_BOOTTIME in milliseconds and decides when a challenge expires and when the next
 * answer is looked at, so that setting the clock changes neither; `date` is the time of day in seconds since
 * 1970 and decides whether a key is valid.
 *
 * Pure: no system call, no allocation. Nothing but admission_answer() with the verdict ADMISSION_OPEN lets
 * anybody in.
 */
#pragma once

#include "breakglass_config.h"
#include "challenge.h"
#include "signers.h"

enum { ADMISSION_ATTEMPTS = 5, ADMISSION_DELAY_MAX = 60 };

/* What holds for a whole boot, whatever becomes of challenges, of the line and of this console: memory.c keeps it. */
struct admission_memory {
	int64_t ready_at;              /* now, from which on an answer is looked at */
	uint32_t refusals;             /* in a row, over all challenges: they make the delay */
	uint32_t counter[SIGNERS_MAX]; /* the last of that security key, by index in signers; 0: none */
};

struct admission {
	const struct signers *signers;
	unsigned quorum;

	bool pending; /* there is a challenge that can be answered */
	char text[CHALLENGE_TEXT_MAX];
	size_t text_length;
	int64_t deadline;                           /* now, from which on it is expired */
	const struct signer *signed_by[QUORUM_MAX]; /* with different names */
	unsigned signed_count;
	unsigned attempts; /* refused answers to this challenge */

	struct admission_memory memory;
};

enum admission_verdict {
	ADMISSION_OPEN,      /* enough people have signed: open the session. The challenge is used up. */
	ADMISSION_MORE,      /* taken; others must sign the same challenge */
	ADMISSION_SAME,      /* right, but by somebody who has signed already: counts once, changes nothing */
	ADMISSION_REFUSED,   /* the challenge stays; the next answer is looked at after `delay` */
	ADMISSION_WITHDRAWN, /* refused, and the challenge is void: expired, or too many refusals */
};

struct admission_answer {
	enum admission_verdict verdict;
	const char *reason;          /* one line for the terminal and the log; "" for OPEN and MORE */
	const struct signer *signer; /* who has signed; NULL unless that is proven */
	unsigned missing;            /* how many people must still sign */
	unsigned delay;              /* seconds */
	bool counts;                 /* a refusal that was counted: tell the log */
};

/* quorum is from 1 to QUORUM_MAX. signers must stay where it is. An empty list admits nobody. */
void admission_init(struct admission *admission, const struct signers *signers, unsigned quorum);

/*
 * What a console of this boot remembered before this one: refusals, delay and counters go on from there. memory NULL: there
 * was something, but it can't be read: then the delay is the longest.
 */
void admission_recall(struct admission *admission, const struct admission_memory *memory, int64_t now);

/* What to remember while an answer is looked at, so that it counts as refused if nobody is left to say how that ended. */
struct admission_memory admission_if_refused(const struct admission *admission, int64_t now);

/* A new challenge, in place of the one before, good until `deadline`. Its text is in admission->text. */
void admission_challenge(struct admission *admission, const struct challenge *challenge, int64_t deadline);

/* No challenge any more: the line was hung up, or nobody answered. */
void admission_withdraw(struct admission *admission);

/*
 * An answer of length characters: armour or one line of base64. text NULL: it was too long to be kept.
 */
struct admission_answer admission_answer(struct admission *admission, const char *text, size_t length,
					 int64_t now, int64_t date);
