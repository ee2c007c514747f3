/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include "../clock.h"
#include "../control.h"
#include "../error.h"
#include "../file.h"
#include "../text.h"
#include "audit.h"
#include "tpm.h"
#include "typed.h"

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

#define LOG_FILE   "log/holdfast/breakglass.log"
#define MARK_FILE  "lib/holdfast/broken-glass"
#define SPARE_FILE "lib/holdfast/broken-glass.spare"

enum {
	RECORD = 3000,       /* bytes of a line, with who typed it */
	KERNEL_RECORD = 850, /* of one in the kernel's log, which takes 1024 (LOG_LINE_MAX) */
	LOG_LIMIT = 1 << 20, /* bytes of the file, after which it becomes breakglass.log.1 */
	LOG_ROOM = 1 << 16,  /* bytes that are set aside for it: a session's lines on a disk that is full */
	KEPT_PATIENCE = 500, /* ms for the disk to take mark and first line: a shell comes within a second */
	MARK_SIZE = 21,      /* bytes, always as many: a mark that is written again takes no room */
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
	char line[KERNEL_RECORD + 50];
	int length =
		snprintf(line, sizeof(line), "<%d>holdfast: break-glass: %.*s\n", level, KERNEL_RECORD, text);
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

/* ---- the file: written by a child, because a disk may hang ---- */

static pid_t recorder;
static int records = -1; /* the pipe to it */
static int kept = -1;    /* from it: what it made of mark and log */
static bool lost_told;

/* Error numbers, or 0. */
struct kept {
	int mark, log;
};

/* Below /var, through no link that somebody put there, and not waiting at a pipe (ENXIO). */
static int open_in_var(const char *path, unsigned flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC | O_NONBLOCK,
		.mode = flags & O_CREAT ? 0600 : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	int var = open("/var", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (var < 0)
		return -1;
	int file = (int)syscall(SYS_openat2, var, path, &how, sizeof(how));

	close(var);
	return file;
}

/* All of it and onto the disk: 0 or an error number. */
static int keep(int file, const char *text, size_t length)
{
	ssize_t written = write(file, text, length);

	if (written != (ssize_t)length)
		return written < 0 ? errno : ENOSPC;
	return fsync(file) < 0 ? errno : 0;
}

/*
 * The time of the last entry, for ../broken_glass.c. Cut short by a power cut it is a mark all the same. What was set aside
 * becomes the mark: on a full disk nothing else could. 0 or an error number.
 */
static int write_mark(void)
{
	char text[MARK_SIZE + 1];
	int mark = open_in_var(MARK_FILE, O_WRONLY);

	if (mark < 0 && rename("/var/" SPARE_FILE, "/var/" MARK_FILE) == 0)
		mark = open_in_var(MARK_FILE, O_WRONLY);
	if (mark < 0)
		mark = open_in_var(MARK_FILE, O_WRONLY | O_CREAT);
	if (mark < 0)
		return errno;
	snprintf(text, sizeof(text), "%0*lld\n", MARK_SIZE - 1, (long long)time(NULL));

	int error = keep(mark, text, MARK_SIZE);

	close(mark);
	return error;
}

static int open_log(void)
{
	int log = open_in_var(LOG_FILE, O_WRONLY | O_CREAT | O_APPEND);
	off_t end = log < 0 ? 0 : lseek(log, 0, SEEK_END);

	if (end > LOG_LIMIT) {
		close(log);
		rename("/var/" LOG_FILE, "/var/" LOG_FILE ".1");
		log = open_in_var(LOG_FILE, O_WRONLY | O_CREAT | O_APPEND);
		end = 0;
	}
	if (log >= 0)
		fallocate(log, FALLOC_FL_KEEP_SIZE, end, LOG_ROOM); /* or what room there is */
	return log;
}

/* While there is room, and as long as nobody has entered. A file of blanks, which as a mark counts for ever. */
static void set_aside(void)
{
	char blanks[MARK_SIZE];
	int mark = open_in_var(MARK_FILE, O_RDONLY);
	int spare = mark < 0 ? open_in_var(SPARE_FILE, O_WRONLY | O_CREAT) : -1;

	memset(blanks, ' ', sizeof(blanks));
	if (spare >= 0)
		keep(spare, blanks, sizeof(blanks));
	close(open_log());
}

void trace_start(void)
{
	quieten(false);
	if (fork() == 0) {
		set_aside();
		_exit(0);
	}
}

/* Once a session. */
static void say_lost(int error)
{
	if (!lost_told)
		trace_say("/var/" LOG_FILE ": %s: this log and audit go on alone", strerror(error));
	lost_told = true;
}

[[noreturn]] static void record(int from, int answer)
{
	char text[4096];

	/* The console's other descriptors are not ours: a terminal or a session would not close. */
	dup2(from, 3);
	dup2(answer, 4);
	syscall(SYS_close_range, 5, ~0U, 0);
	signal(SIGTERM, SIG_IGN); /* the pipe's end is the end */

	struct kept result = { .mark = write_mark() };
	int log = open_log();
	int no_log = log < 0 ? errno : 0;
	bool answered = false;

	for (ssize_t length; (length = read(3, text, sizeof(text))) > 0; answered = true) {
		result.log = no_log ? no_log : keep(log, text, (size_t)length);
		if (result.log)
			say_lost(result.log);
		if (!answered) {
			ssize_t told = write(4, &result, sizeof(result));

			(void)told;
		}
	}
	_exit(0);
}

static void forget_recorder(void)
{
	if (records >= 0)
		close(records);
	if (kept >= 0)
		close(kept);
	records = kept = -1;
}

/* One at most: a disk that hangs holds the last one, and must not collect them. */
static void start_recorder(void)
{
	int to[2], from[2];

	forget_recorder();
	lost_told = false;
	if (recorder && waitpid(recorder, NULL, WNOHANG) == 0)
		return;
	recorder = 0;
	if (pipe2(to, O_CLOEXEC) < 0)
		return;
	if (pipe2(from, O_CLOEXEC) < 0) {
		close(to[0]);
		close(to[1]);
		return;
	}
	recorder = fork();
	if (recorder == 0)
		record(to[0], from[1]);
	close(to[0]);
	close(from[1]);
	records = to[1];
	kept = from[0];
	fcntl(records, F_SETFL, O_NONBLOCK);
	if (recorder < 0) {
		recorder = 0;
		forget_recorder();
	}
}

static void write_file(const char *text)
{
	char line[RECORD];
	int length = snprintf(line, sizeof(line) - 1, "%s %s\n", time_now(), text);

	if (length >= (int)sizeof(line) - 1) {
		length = sizeof(line) - 1;
		line[length - 1] = '\n';
	}
	if (write(records, line, (size_t)length) != length)
		say_lost(records < 0 ? ETIMEDOUT : errno);
}

/* What the state partition has of this entry, for who enters. */
static void report_kept(struct text *report)
{
	struct kept result = { .mark = ETIMEDOUT, .log = ETIMEDOUT };
	struct pollfd said = { .fd = kept, .events = POLLIN };

	if (kept >= 0 && poll(&said, 1, KEPT_PATIENCE) > 0) {
		ssize_t length = read(kept, &result, sizeof(result));

		(void)length;
	}
	if (result.mark)
		text_add(report, "/var/" MARK_FILE ": %s: without it the mark ends with this boot\n",
			 strerror(result.mark));
	if (result.log)
		text_add(report,
			 "/var/" LOG_FILE
			 ": %s: without it the kernel's log and audit tell of this session alone\n",
			 strerror(result.log));
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

	if (write(events, line, (size_t)length) != length)
		text_add(report, TRACE_EVENTS ": %s: PCR %d can't be replayed\n", strerror(errno), TPM_PCR);
	close(events);
}

static void mark_node(struct text *report)
{
	char answer[CONTROL_ANSWER_MAX];

	if (control_request("broken-glass", answer, sizeof(answer)) < 0)
		text_add(report, "%s: status.json does not show the mark\n", failure());
}

/* The report through a pipe: what doesn't come in time is said to be missing. */
static void leave_traces(const char *event, struct text *report)
{
	int ends[2];
	char buffer[1024];
	pid_t child = pipe2(ends, O_CLOEXEC) < 0 ? -1 : fork();

	if (child == 0) {
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
		length = read(ends[0], buffer, sizeof(buffer));
	close(ends[0]);
	if (length < 0)
		text_add(report, "the TPM or process 1 does not answer\n");
	else
		text_add(report, "%.*s", (int)length, buffer);
	if (child > 0 && waitpid(child, NULL, WNOHANG) == 0) {
		kill(child, SIGKILL); /* main.c reaps it, whenever it ends */
	}
}

int trace_enter(const char *people, const char *image, char *report, size_t size)
{
	char event[1600], line[1300];
	struct text text = text_in(report, size);

	snprintf(line, sizeof(line), "entered: %s", people);
	if (!write_kernel_log(LEVEL_NOTICE, line))
		return fail(errno, "write to the kernel's log");
	snprintf(who, sizeof(who), "%s", people);
	snprintf(event, sizeof(event), "holdfast-break-glass-1 time=%s %s %s", time_now(), image, people);
	start_recorder();
	write_file(event);
	leave_traces(event, &text);
	report_kept(&text);
	quieten(true);
	if (audit_switch(true) < 0)
		trace_note("%s: the other traces go on alone", failure());
	audit_record(AUDIT_KIND_ENTER, people);
	return 0;
}

void trace_typed(const char *line)
{
	_Static_assert(sizeof("typed: ") + TYPED_RECORD <= KERNEL_RECORD,
		       "a record is whole in the kernel's log");
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
	forget_recorder();
	quieten(false);
}
