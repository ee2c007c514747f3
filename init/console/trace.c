/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include "../clock.h"
#include "../control.h"
#include "../error.h"
#include "../file.h"
#include "../text.h"
#include "audit.h"
#include "tpm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <sodium/crypto_hash_sha256.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOG_FILE  "log/holdfast/breakglass.log"
#define MARK_FILE "lib/holdfast/broken-glass"

enum {
	RECORD = 2400,       /* bytes of a line, with who typed it */
	LOG_LIMIT = 1 << 20, /* bytes of the file, after which it becomes breakglass.log.1 */
};

static char who[1200]; /* in the session, as trace_enter() got it */

static const char *time_now(void)
{
	static char text[32];
	time_t now = time(NULL);
	struct tm parts;

	gmtime_r(&now, &parts);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	return text;
}

/* ---- the kernel's log ---- */

/* Levels as in ../log.c: the console shows what is below 6. */
enum { LEVEL_NOTICE = 5, LEVEL_INFORMATION = 6 };

static bool write_kernel_log(int level, const char *text)
{
	char line[900]; /* a record has at most 1024 bytes (LOG_LINE_MAX of kernel/printk) */
	int length = snprintf(line, sizeof(line), "<%d>holdfast: break-glass: %.850s\n", level, text);
	int kmsg = open("/dev/kmsg", O_WRONLY | O_APPEND | O_CLOEXEC);

	if (kmsg < 0)
		return false;

	bool written = write(kmsg, line, (size_t)length) == length;

	close(kmsg);
	return written;
}

void trace_say(const char *format, ...)
{
	char text[800];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	write_kernel_log(LEVEL_NOTICE, text);
}

void trace_note(const char *format, ...)
{
	char text[800];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	write_kernel_log(LEVEL_INFORMATION, text);
}

/*
 * A session shares the line with the kernel's messages: meanwhile it shows
 * errors only. The level of before is in a file, so that it is found again if this console is killed.
 */
static void quieten(bool yes)
{
	static const char printk[] = "/proc/sys/kernel/printk", before[] = "/run/holdfast/printk";
	char level[64];

	if (yes) {
		if (file_read_line(printk, level, sizeof(level)) > 0 &&
		    file_replace(before, level, 1, 0600) == 0)
			file_write(printk, "4");
		return;
	}
	if (file_read_line(before, level, sizeof(level)) <= 0)
		return;
	file_write(printk, level);
	unlink(before);
}

void trace_clean_up(void)
{
	quieten(false);
}

/* ---- the file: written by a child, because a disk may hang ---- */

static pid_t recorder;
static int records = -1; /* the pipe to it */
static bool records_lost;

/* Below /var, through no link that somebody put there. */
static int open_in_var(const char *path, unsigned flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC | O_NOFOLLOW,
		.mode = flags & O_CREAT ? 0600 : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	int var = open("/var", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int file = (int)syscall(SYS_openat2, var, path, &how, sizeof(how));

	close(var);
	return file;
}

/* The time of the last entry, for ../broken_glass.c. Cut short by a power cut it is a mark all the same. */
static void write_mark(void)
{
	char text[24];
	int mark = open_in_var(MARK_FILE, O_WRONLY | O_CREAT | O_TRUNC);

	if (mark < 0)
		return; /* there is no state to keep it */
	snprintf(text, sizeof(text), "%lld\n", (long long)time(NULL));

	ssize_t written = write(mark, text, strlen(text));

	(void)written;
	fsync(mark);
	close(mark);
}

static int open_log(void)
{
	int log = open_in_var(LOG_FILE, O_WRONLY | O_CREAT | O_APPEND);

	if (log >= 0 && lseek(log, 0, SEEK_END) > LOG_LIMIT) {
		close(log);
		rename("/var/" LOG_FILE, "/var/" LOG_FILE ".1");
		log = open_in_var(LOG_FILE, O_WRONLY | O_CREAT | O_APPEND);
	}
	return log;
}

[[noreturn]] static void record(int from)
{
	char text[4096];

	/* The console's other descriptors are not ours: a terminal or a session would not close. */
	dup2(from, 3);
	syscall(SYS_close_range, 4, ~0U, 0);
	signal(SIGTERM, SIG_IGN); /* the pipe's end is the end */
	write_mark();

	int log = open_log();

	for (ssize_t length; (length = read(3, text, sizeof(text))) > 0;) {
		ssize_t written = write(log, text, (size_t)length);

		(void)written; /* the kernel's log has it too */
		fsync(log);
	}
	_exit(0);
}

/* One at most: a disk that hangs holds the last one, and must not collect them. */
static void start_recorder(void)
{
	int ends[2];

	records_lost = false;
	if (recorder && waitpid(recorder, NULL, WNOHANG) == 0)
		return;
	recorder = 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	recorder = fork();
	if (recorder == 0)
		record(ends[0]);
	close(ends[0]);
	if (recorder < 0) {
		recorder = 0;
		close(ends[1]);
		return;
	}
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	records = ends[1];
}

static void write_file(const char *text)
{
	char line[RECORD];
	int length = snprintf(line, sizeof(line) - 1, "%s %s\n", time_now(), text);

	if (length >= (int)sizeof(line) - 1) {
		length = sizeof(line) - 1;
		line[length - 1] = '\n';
	}
	if (write(records, line, (size_t)length) == length || records_lost)
		return;
	records_lost = true;
	trace_say("/var/" LOG_FILE " can't be written: this log and audit go on alone");
}

/* ---- the entry: TPM, process 1 ---- */

static void extend(const char *event, struct text *report)
{
	uint8_t digest[TPM_DIGEST];
	char line[RECORD];
	int length = snprintf(line, sizeof(line), "%s\n", event);

	crypto_hash_sha256(digest, (const unsigned char *)event, strlen(event));
	if (tpm_extend(digest) < 0) {
		text_add(report, "%s: no PCR tells of this entry\n", failure());
		return;
	}
	text_add(report, "PCR %d of the TPM tells of this entry\n", TPM_PCR);

	int events = open(TRACE_EVENTS, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
	ssize_t written = write(events, line, (size_t)length);

	(void)written;
	close(events);
}

static void mark_node(struct text *report)
{
	char answer[CONTROL_ANSWER_MAX];

	if (control_request("broken-glass", answer, sizeof(answer)) < 0)
		text_add(report, "%s: status.json does not show the mark\n", failure());
}

/* The report through a pipe: what doesn't come in time is said to be missing. */
static void leave_traces(const char *event, char *report, size_t size)
{
	int ends[2];
	pid_t child = pipe2(ends, O_CLOEXEC) < 0 ? -1 : fork();

	if (child == 0) {
		char buffer[1024];
		struct text text = text_in(buffer, sizeof(buffer));

		extend(event, &text);
		mark_node(&text);
		ssize_t written = write(ends[1], buffer, text_length(&text));
		_exit(written < 0);
	}

	struct pollfd said = { .fd = ends[0], .events = POLLIN };
	ssize_t length = -1;

	close(ends[1]);
	if (child > 0 && poll(&said, 1, TRACE_PATIENCE) > 0)
		length = read(ends[0], report, size - 1);
	close(ends[0]);
	if (length < 0)
		length = snprintf(report, size, "the TPM or process 1 does not answer\n");
	else
		report[length] = '\0';
	if (child > 0 && waitpid(child, NULL, WNOHANG) == 0) {
		kill(child, SIGKILL); /* main.c reaps it, whenever it ends */
	}
}

int trace_enter(const char *people, const char *image, char *report, size_t size)
{
	char event[1600], line[1300];

	snprintf(line, sizeof(line), "entered: %s", people);
	if (!write_kernel_log(LEVEL_NOTICE, line))
		return fail(errno, "write to the kernel's log");
	snprintf(who, sizeof(who), "%s", people);
	snprintf(event, sizeof(event), "holdfast-break-glass-1 time=%s %s %s", time_now(), image, people);
	start_recorder();
	write_file(event);
	leave_traces(event, report, size);
	quieten(true);
	if (audit_switch(true) < 0)
		trace_note("%s: the other traces go on alone", failure());
	audit_record(AUDIT_KIND_ENTER, people);
	return 0;
}

void trace_typed(const char *line)
{
	char text[RECORD];

	snprintf(text, sizeof(text), "typed: %s", line);
	write_kernel_log(LEVEL_INFORMATION, text);
	write_file(text);
	/* As libaudit does: in hexadecimal, so that nothing in it looks like a field. */
	struct text record = text_in(text, sizeof(text));
	text_add(&record, "%s cmd=", who);
	for (const char *c = line; *c; c++)
		text_add(&record, "%02X", (unsigned char)*c);
	audit_record(AUDIT_KIND_COMMAND, text);
}

void trace_leave(const char *why)
{
	char text[RECORD];

	snprintf(text, sizeof(text), "left: %s: %s", who, why);
	trace_say("%s", text);
	write_file(text);
	audit_record(AUDIT_KIND_LEAVE, who);
	audit_switch(false);
	if (records >= 0)
		close(records);
	records = -1;
	quieten(false);
}
