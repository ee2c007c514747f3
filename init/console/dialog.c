/* SPDX-License-Identifier: Apache-2.0 */
#include "dialog.h"

#include "../clock.h"
#include "../error.h"
#include "../file.h"
#include "../log.h"
#include "../text.h"
#include "memory.h"
#include "protocol.h"
#include "screen.h"
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* ---- who may ---- */

int dialog_read_signers(struct dialog *dialog, const char *directory)
{
	static char text[SIGNERS_MAX * SIGNER_LINE_MAX];
	char path[256];

	dialog->config = breakglass_defaults;
	snprintf(path, sizeof(path), "%s/allowed_signers", directory);

	ssize_t length = file_read(path, text, sizeof(text));

	if (length < 0)
		return length == -ENOENT ? 0 : (int)length;

	int result = signers_parse(path, text, (size_t)length, &dialog->signers);

	if (result < 0)
		return result;
	snprintf(path, sizeof(path), "%s/breakglass.conf", directory);
	length = file_read(path, text, sizeof(text));
	if (length == -ENOENT)
		return 0;
	if (length < 0)
		return (int)length;
	return breakglass_config_parse(path, text, (size_t)length, signers_names(&dialog->signers),
				       &dialog->config);
}

void dialog_start(struct dialog *dialog)
{
	if (dialog_read_signers(dialog, "/etc/holdfast/breakglass") < 0) {
		trace_say("nobody can get in: %s", failure());
		dialog->signers.count = 0;
	}
	dialog->session->limits = (struct session_limits){
		.idle = dialog->config.idle * 1000,
		.whole = dialog->config.session * 1000,
	};
	admission_init(&dialog->admission, &dialog->signers, dialog->config.quorum);
	memory_recall(&dialog->admission);
}

const char *dialog_invitation(const struct dialog *dialog)
{
	return dialog->signers.count ? PROTOCOL_INVITATION "\n" : PROTOCOL_NO_KEYS "\n";
}

bool dialog_is_busy(const struct dialog *dialog)
{
	return dialog->admission.pending;
}

/* ---- the challenge ---- */

static void prompt(struct dialog *dialog)
{
	line_reader_reset(&dialog->reader);
	answer_reset(&dialog->answer);
	dialog->prompt_at = 0;
	terminal_print(dialog->terminal, PROTOCOL_PROMPT);
}

static void prompt_after(struct dialog *dialog, unsigned seconds)
{
	dialog->prompt_at = now_milliseconds() + 1000ULL * seconds;
	if (seconds == 0)
		prompt(dialog);
}

static void withdraw(struct dialog *dialog, const char *why)
{
	admission_withdraw(&dialog->admission);
	terminal_print(dialog->terminal, "\n" PROTOCOL_WITHDRAWN "%s\n%s", why, dialog_invitation(dialog));
}

static void show_challenge(struct dialog *dialog)
{
	terminal_print(dialog->terminal, "\n" PROTOCOL_CHALLENGE_BEGIN "\n%s" PROTOCOL_CHALLENGE_END "\n",
		       dialog->admission.text);
}

static void give_challenge(struct dialog *dialog)
{
	unsigned long long now = now_milliseconds();
	struct challenge challenge = {
		.node = dialog->identity->node,
		.version = dialog->identity->version,
		.root = dialog->identity->root,
		.boot = dialog->identity->boot,
		.expires = time(NULL) + dialog->config.challenge,
	};

	if (getrandom(challenge.nonce, sizeof(challenge.nonce), 0) != sizeof(challenge.nonce)) {
		terminal_print(dialog->terminal, "no random numbers for a challenge: %s\n", strerror(errno));
		return;
	}
	dialog->challenge_at = now;
	admission_challenge(&dialog->admission, &challenge,
			    (int64_t)(now + 1000ULL * dialog->config.challenge));
	show_challenge(dialog);
	if (dialog->admission.memory.ready_at > (int64_t)now)
		dialog->prompt_at = (unsigned long long)dialog->admission.memory.ready_at;
	else
		prompt(dialog);
}

/* ---- answers ---- */

static void list_names(const struct dialog *dialog, char *into, size_t size)
{
	struct text names = text_in(into, size);

	for (unsigned i = 0; i < dialog->admission.signed_count; i++)
		text_add(&names, "%s%s", i ? ", " : "", dialog->admission.signed_by[i]->name);
}

static void describe_image(const struct identity *identity, char *into, size_t size)
{
	snprintf(into, size, "node=%s boot=%s version=%s root=%s", identity->node, identity->boot,
		 identity->version, identity->root);
}

/* The challenge is used up, whatever comes of it. */
static void let_in(struct dialog *dialog, const struct admission_answer *answer)
{
	char names[600], image[300], report[SESSION_REPORT];

	list_names(dialog, names, sizeof(names));
	describe_image(dialog->identity, image, sizeof(image));
	terminal_print(dialog->terminal, PROTOCOL_ACCEPTED "%s\n", answer->signer->name);
	if (session_open(dialog->session, &dialog->admission, answer, image, report) < 0) {
		trace_say("no session for %s: %s", names, failure());
		terminal_print(dialog->terminal, "no session: %s\n%s", failure(), dialog_invitation(dialog));
	} else {
		terminal_print(dialog->terminal,
			       PROTOCOL_OPEN
			       "opened for %s; it ends after %u s without input, and after %u s\n%s",
			       names, dialog->config.idle, dialog->config.session, report);
	}
	admission_withdraw(&dialog->admission);
}

static void say_refused(struct dialog *dialog, const struct admission_answer *answer)
{
	terminal_print(dialog->terminal, PROTOCOL_REFUSED "%s\n", answer->reason);
	if (answer->counts)
		trace_note("refused (%u in a row): %s", dialog->admission.memory.refusals, answer->reason);
}

/* It is remembered as refused until it has been looked at: what ends this console meanwhile gains nothing. */
static struct admission_answer look_at(struct admission *admission, const char *text, size_t length)
{
	int64_t now = (int64_t)now_milliseconds();
	const struct admission_memory refused = admission_if_refused(admission, now);

	memory_keep(&refused);

	struct admission_answer answer = admission_answer(admission, text, length, now, time(NULL));

	memory_keep(&admission->memory);
	return answer;
}

static void give_answer(struct dialog *dialog, const char *text, size_t length)
{
	struct admission_answer answer = look_at(&dialog->admission, text, length);

	terminal_print(dialog->terminal, "\n");
	switch (answer.verdict) {
	case ADMISSION_OPEN:
		let_in(dialog, &answer);
		break;
	case ADMISSION_MORE:
		trace_note("signed by %s, %u more needed", answer.signer->name, answer.missing);
		terminal_print(dialog->terminal, PROTOCOL_ACCEPTED "%s, %u more needed\n",
			       answer.signer->name, answer.missing);
		prompt(dialog);
		break;
	case ADMISSION_SAME:
	case ADMISSION_REFUSED:
		say_refused(dialog, &answer);
		prompt_after(dialog, answer.delay);
		break;
	case ADMISSION_WITHDRAWN:
		if (answer.counts)
			say_refused(dialog, &answer);
		withdraw(dialog, answer.counts ? "too many refusals" : answer.reason);
		break;
	}
}

static void take_line(struct dialog *dialog)
{
	switch (answer_add(&dialog->answer, dialog->reader.text, dialog->reader.length)) {
	case ANSWER_EMPTY:
		show_challenge(dialog);
		prompt(dialog);
		break;
	case ANSWER_MORE:
		break;
	case ANSWER_COMPLETE:
		give_answer(dialog, dialog->answer.text, dialog->answer.length);
		break;
	case ANSWER_TOO_LONG:
		give_answer(dialog, NULL, 0);
		break;
	}
}

/* ---- bytes ---- */

enum {
	BETWEEN_CHALLENGES = 250, /* ms: noise full of line ends must not make the node busy */
	UNFINISHED_FOR =
		15000, /* ms without a byte, after which what was begun is forgotten: a paste takes no breath */
};

/* Enter, and nothing before it: what noise sends is no wish. */
static void take_wish(struct dialog *dialog)
{
	if (now_milliseconds() - dialog->challenge_at < BETWEEN_CHALLENGES)
		return;
	if (!dialog->rescue)
		screen_show(dialog->terminal, "");
	if (dialog->signers.count) {
		give_challenge(dialog);
		return;
	}
	dialog->challenge_at = now_milliseconds();
	terminal_print(dialog->terminal, PROTOCOL_NO_KEYS "\n");
}

static void take_event(struct dialog *dialog, enum line_event event)
{
	if (!dialog->admission.pending) {
		if (event == LINE_DONE && dialog->reader.length == 0)
			take_wish(dialog);
		return;
	}
	if (event == LINE_DONE)
		take_line(dialog);
	else if (event == LINE_TOO_LONG)
		give_answer(dialog, NULL, 0);
	else if (event == LINE_CANCEL)
		withdraw(dialog, "cancelled");
}

void dialog_typed(struct dialog *dialog, const char *bytes, size_t length)
{
	dialog->typed_at = now_milliseconds();
	for (size_t i = 0; i < length && dialog->session->state == SESSION_NONE; i++)
		if (!dialog->prompt_at) /* else: too early */
			take_event(dialog, line_put(&dialog->reader, (uint8_t)bytes[i]));
}

/* Whether a line or an answer has begun and not ended. */
static bool is_unfinished(const struct dialog *dialog)
{
	const struct line_reader *reader = &dialog->reader;

	return dialog->answer.in_armour || reader->too_long || (reader->length && !reader->done);
}

/* Whoever comes after somebody who was cut off must find the console as it was. It counts as no attempt. */
static void forget_unfinished(struct dialog *dialog)
{
	line_reader_reset(&dialog->reader);
	answer_reset(&dialog->answer);
	if (dialog->admission.pending)
		terminal_print(dialog->terminal, "\n" PROTOCOL_PROMPT);
}

void dialog_turn(struct dialog *dialog)
{
	unsigned long long now = now_milliseconds();

	if (dialog->prompt_at && now >= dialog->prompt_at) {
		dialog->prompt_at = 0;
		if (dialog->admission.pending)
			prompt(dialog);
	}
	if (dialog->admission.pending && (int64_t)now >= dialog->admission.deadline)
		withdraw(dialog, "the challenge has expired");
	if (!dialog->prompt_at && is_unfinished(dialog) && now - dialog->typed_at >= UNFINISHED_FOR)
		forget_unfinished(dialog);
}

void dialog_hang_up(struct dialog *dialog)
{
	admission_withdraw(&dialog->admission);
	line_reader_reset(&dialog->reader);
	answer_reset(&dialog->answer);
}
