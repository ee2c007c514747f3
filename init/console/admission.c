/* SPDX-License-Identifier: Apache-2.0 */
#include "admission.h"

#include "sshsig.h"

#include <string.h>

enum { REFUSALS_MAX = 32 }; /* that are counted: the delay is the longest long before */

void admission_init(struct admission *admission, const struct signers *signers, unsigned quorum)
{
	*admission = (struct admission){ .signers = signers, .quorum = quorum };
}

void admission_recall(struct admission *admission, const struct admission_memory *memory, int64_t now)
{
	const int64_t longest = now + ADMISSION_DELAY_MAX * INT64_C(1000);

	if (memory)
		admission->memory = *memory;
	else
		admission->memory.refusals = REFUSALS_MAX;
	if (!memory || admission->memory.ready_at > longest)
		admission->memory.ready_at = longest;
}

void admission_withdraw(struct admission *admission)
{
	admission->pending = false;
	admission->signed_count = 0;
	admission->attempts = 0;
}

void admission_challenge(struct admission *admission, const struct challenge *challenge, int64_t deadline)
{
	admission_withdraw(admission);
	admission->text_length = challenge_format(challenge, admission->text);
	admission->deadline = deadline;
	admission->pending = true;
}

/* 1, 2, 4, 8 s and so on, for each refusal in a row. */
static unsigned delay_after(unsigned refusals)
{
	unsigned delay = 1;

	while (--refusals > 0 && delay < ADMISSION_DELAY_MAX)
		delay *= 2;
	return delay < ADMISSION_DELAY_MAX ? delay : ADMISSION_DELAY_MAX;
}

/* One more refusal. Returns the delay. */
static unsigned count_refusal(struct admission_memory *memory, int64_t now)
{
	if (memory->refusals < REFUSALS_MAX)
		memory->refusals++;

	unsigned delay = delay_after(memory->refusals);

	memory->ready_at = now + delay * INT64_C(1000);
	return delay;
}

struct admission_memory admission_if_refused(const struct admission *admission, int64_t now)
{
	struct admission_memory memory = admission->memory;

	count_refusal(&memory, now);
	return memory;
}

/* A refused attempt: it is counted, the next one waits, and one too many takes the challenge away. */
static struct admission_answer refuse(struct admission *admission, const char *reason, int64_t now)
{
	struct admission_answer answer = { ADMISSION_REFUSED, .reason = reason, .counts = true };

	answer.delay = count_refusal(&admission->memory, now);
	admission->attempts++;
	if (admission->attempts >= ADMISSION_ATTEMPTS) {
		answer.verdict = ADMISSION_WITHDRAWN;
		admission_withdraw(admission);
	}
	return answer;
}

static const char *const invalid_because[] = {
	[SIGNER_NAMESPACE] = "this key is not for break-glass",
	[SIGNER_TOO_EARLY] = "this key is not valid yet",
	[SIGNER_TOO_LATE] = "this key is no longer valid",
};

/*
 * Who has signed the challenge, or NULL and why not. The signature comes first, so that nobody learns whose
 * keys are in the list without having one.
 */
static const struct signer *who_signed(const struct admission *admission, const struct sshsig *signature,
				       int64_t date, const char **reason)
{
	enum ssh_result result =
		sshsig_verify(signature, BREAKGLASS_NAMESPACE, admission->text, admission->text_length);

	if (result != SSH_OK) {
		*reason = ssh_result_text(result);
		return NULL;
	}

	const struct signer *signer = signers_find(admission->signers, &signature->key);

	if (!signer) {
		*reason = "this key is not one of those that may break glass here";
		return NULL;
	}

	enum signer_check check = signer_check(signer, BREAKGLASS_NAMESPACE, date);

	if (check != SIGNER_VALID) {
		*reason = invalid_because[check];
		return NULL;
	}
	return signer;
}

static bool has_signed(const struct admission *admission, const char *name)
{
	for (unsigned i = 0; i < admission->signed_count; i++)
		if (strcmp(admission->signed_by[i]->name, name) == 0)
			return true;
	return false;
}

/*
 * A counter that doesn't grow tells of a copied security key. Those without one always say 0, and so does a plain
 * key; 0 is also the last one where none is known.
 */
static bool counter_grows(struct admission *admission, const struct signer *signer,
			  const struct sshsig *signature)
{
	uint32_t *last = &admission->memory.counter[signer - admission->signers->list];

	if (*last != 0 && signature->counter <= *last)
		return false;
	*last = signature->counter;
	return true;
}

/* One more person has signed. */
static struct admission_answer admit(struct admission *admission, const struct signer *signer)
{
	admission->memory.refusals = 0;
	admission->signed_by[admission->signed_count++] = signer;

	unsigned missing = admission->quorum - admission->signed_count;

	if (missing == 0)
		admission->pending = false;
	return (struct admission_answer){ .verdict = missing ? ADMISSION_MORE : ADMISSION_OPEN,
					  .reason = "",
					  .signer = signer,
					  .missing = missing };
}

static struct admission_answer judge(struct admission *admission, const char *text, size_t length,
				     int64_t now, int64_t date)
{
	struct sshsig signature;
	enum ssh_result result = text ? sshsig_read(text, length, &signature) : SSH_TOO_LONG;
	const char *reason;

	if (result != SSH_OK)
		return refuse(admission, ssh_result_text(result), now);

	const struct signer *signer = who_signed(admission, &signature, date, &reason);

	if (!signer)
		return refuse(admission, reason, now);
	if (has_signed(admission, signer->name))
		return (struct admission_answer){ ADMISSION_SAME,
						  "this person has signed already; another one must", signer,
						  .missing = admission->quorum - admission->signed_count };
	if (!counter_grows(admission, signer, &signature))
		return refuse(admission, "the security key's counter went back: it may have been copied",
			      now);
	return admit(admission, signer);
}

struct admission_answer admission_answer(struct admission *admission, const char *text, size_t length,
					 int64_t now, int64_t date)
{
	if (!admission->pending)
		return (struct admission_answer){ ADMISSION_WITHDRAWN, .reason = "there is no challenge" };
	if (now >= admission->deadline) {
		admission_withdraw(admission);
		return (struct admission_answer){ ADMISSION_WITHDRAWN,
						  .reason = "the challenge has expired" };
	}
	if (now < admission->memory.ready_at)
		return (struct admission_answer){
			ADMISSION_REFUSED, "too early after the last one",
			.delay = (unsigned)((admission->memory.ready_at - now + 999) / 1000)
		};
	return judge(admission, text, length, now, date);
}
