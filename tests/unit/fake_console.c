/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/admission.c console/challenge.c console/signers.c console/sshsig.c console/ssh_key.c console/wire.c console/base64.c console/lines.c text.c error.c
// libraries: sodium
/*
 * For the tests of scripts/break-glass: a console on standard input and output, made of the real one's
 * parts, whose shell only repeats what it is told.
 *
 *   fake_console SIGNERS QUORUM [FAULT…]
 *       disturbed=N   a line is missing in the first N challenges
 *       torn          a message of the kernel stands in each line
 *       deaf=N        the first N Enters are not heard
 *       delayed=N     the prompt comes N seconds after the challenge; what is sent before is dropped
 *       silent        answers get no verdict
 *       hang-up       ends instead of a verdict
 *       no-session    lets nobody in though the signature is right
 *       expired       challenges are expired at once
 *       clock=N       its clock is N hours ahead
 */
#include "console/admission.h"
#include "console/lines.h"
#include "console/protocol.h"
#include "error.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct {
	int disturbed, torn, deaf, delayed, silent, hang_up, no_session, expired, clock;
} faults;

static const struct {
	const char *name;
	int *value;
} fault_names[] = {
	{ "disturbed",  &faults.disturbed  },
	{ "torn",       &faults.torn       },
	{ "deaf",       &faults.deaf       },
	{ "delayed",    &faults.delayed    },
	{ "silent",     &faults.silent     },
	{ "hang-up",    &faults.hang_up    },
	{ "no-session", &faults.no_session },
	{ "expired",    &faults.expired    },
	{ "clock",      &faults.clock      },
};

static void read_fault(const char *argument)
{
	size_t length = strcspn(argument, "=");

	for (size_t i = 0; i < sizeof(fault_names) / sizeof(fault_names[0]); i++)
		if (strlen(fault_names[i].name) == length &&
		    strncmp(argument, fault_names[i].name, length) == 0)
			*fault_names[i].value = argument[length] ? atoi(argument + length + 1) : 1;
}

static struct signers signers;
static struct admission admission;
static struct line_reader reader;
static struct answer answer;
static bool in_session;
static int64_t prompt_at;

/* Says something, with the terminal's line ends. The kernel's words are those of its console, with CONFIG_PRINTK_TIME. */
[[gnu::format(printf, 1, 2)]] static void say(const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);

	int column = 0;

	for (const char *c = text; *c; c++) {
		if (*c == '\n')
			putchar('\r');
		putchar(*c);
		column = *c == '\n' ? 0 : column + 1;
		if (faults.torn && column == 4)
			fputs("[   12.345678] eth0: link\r\n[   12.345699] eth0: no link\r\n", stdout);
	}
	fflush(stdout);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void show_challenge(void)
{
	say("\n" PROTOCOL_CHALLENGE_BEGIN "\n");
	if (faults.disturbed > 0) {
		faults.disturbed--;
		say("holdfast break-glass 1\nnode x\n" PROTOCOL_CHALLENGE_END "\n" PROTOCOL_PROMPT);
		return;
	}
	say("%s" PROTOCOL_CHALLENGE_END "\n", admission.text);
	if (faults.delayed)
		prompt_at = milliseconds() + faults.delayed * 1000;
	else
		say(PROTOCOL_PROMPT);
}

static void give_challenge(void)
{
	const struct challenge challenge = {
		"node-1",
		"0.1.0",
		"db3b72c65f140d7c06b83d870bd5ec33db3b72c65f140d7c06b83d870bd5ec33",
		"2c1bb2a1-8e4b-4d77-9a71-5c1b4a0c7f6e",
		{ (uint8_t)rand(), (uint8_t)getpid(), (uint8_t)time(NULL) },
		time(NULL) + 600 + faults.clock * 3600,
	};

	admission_challenge(&admission, &challenge, milliseconds() + (faults.expired ? 0 : 600000));
	show_challenge();
}

static void take_wish(void)
{
	if (faults.deaf-- > 0)
		return;
	if (signers.count == 0)
		say(PROTOCOL_NO_KEYS "\n");
	else
		give_challenge();
}

static void let_in(void)
{
	if (faults.no_session) {
		say(PROTOCOL_NO_SESSION "out of memory\n");
		return;
	}
	in_session = true;
	say(PROTOCOL_OPEN "opened for");
	for (unsigned i = 0; i < admission.signed_count; i++)
		say("%s %s", i ? "," : "", admission.signed_by[i]->name);
	say("\n" PROTOCOL_SHELL);
}

static void judge(const char *text, size_t length)
{
	if (faults.hang_up)
		exit(0);
	if (faults.silent)
		return;

	struct admission_answer verdict =
		admission_answer(&admission, text, length, milliseconds(), time(NULL));

	say("\n");
	switch (verdict.verdict) {
	case ADMISSION_OPEN:
		say(PROTOCOL_ACCEPTED "%s\n", verdict.signer->name);
		let_in();
		break;
	case ADMISSION_MORE:
		say(PROTOCOL_ACCEPTED "%s, %u more needed\n" PROTOCOL_PROMPT, verdict.signer->name,
		    verdict.missing);
		break;
	case ADMISSION_WITHDRAWN:
		say(PROTOCOL_WITHDRAWN "%s\n", verdict.reason);
		break;
	case ADMISSION_SAME:
	case ADMISSION_REFUSED:
		say(PROTOCOL_REFUSED "%s\n" PROTOCOL_PROMPT, verdict.reason);
		break;
	}
}

static void take_answer(void)
{
	switch (answer_add(&answer, reader.text, reader.length)) {
	case ANSWER_EMPTY:
		show_challenge();
		break;
	case ANSWER_MORE:
		break;
	case ANSWER_COMPLETE:
		judge(answer.text, answer.length);
		answer_reset(&answer);
		break;
	case ANSWER_TOO_LONG:
		judge(NULL, 0);
		answer_reset(&answer);
		break;
	}
}

static void run_command(void)
{
	if (strcmp(reader.text, "exit") == 0) {
		in_session = false;
		say("\n" PROTOCOL_CLOSED "exit\n" PROTOCOL_INVITATION "\n");
	} else {
		say("you said %s\n" PROTOCOL_SHELL, reader.text);
	}
}

/* Prints a prompt that was delayed when its time has come. */
static bool wait_for_byte(uint8_t *byte)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	while (prompt_at) {
		int64_t left = prompt_at - milliseconds();

		if (left > 0 && poll(&input, 1, (int)left) > 0)
			break;
		if (left > 0)
			continue;
		prompt_at = 0;
		say(PROTOCOL_PROMPT);
	}
	return read(STDIN_FILENO, byte, 1) == 1;
}

int main(int argc, char **argv)
{
	static char list[65536];
	FILE *file = argc < 3 ? NULL : fopen(argv[1], "re");

	if (!file || signers_parse(argv[1], list, fread(list, 1, sizeof(list), file), &signers) < 0) {
		fprintf(stderr, "fake_console: %s\n", failure());
		return 2;
	}
	fclose(file);
	for (int i = 3; i < argc; i++)
		read_fault(argv[i]);
	admission_init(&admission, &signers, (unsigned)atoi(argv[2]));
	say(PROTOCOL_INVITATION "\n");
	for (uint8_t byte; wait_for_byte(&byte);) {
		if (prompt_at || line_put(&reader, byte) != LINE_DONE)
			continue;
		if (in_session)
			run_command();
		else if (admission.pending)
			take_answer();
		else if (reader.length == 0)
			take_wish();
	}
	return 0;
}
