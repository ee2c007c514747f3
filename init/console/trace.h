/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a break-glass session leaves behind: lines in the kernel's log, in
 * /var/log/holdfast/breakglass.log and in audit, an extended PCR, a mark.
 * Nothing here waits for a disk, a TPM or process 1 for longer than TRACE_PATIENCE.
 */
#pragma once

#include <stddef.h>

/* For a verifier: one line for each event that PCR 15 was extended with by the SHA-256 of the line without its end. */
#define TRACE_EVENTS "/run/holdfast/breakglass.events"

enum { TRACE_PATIENCE = 2000 /* ms */ };

/* What a console that was killed in a session left behind is put right, and room for the trace set aside. */
void trace_start(void);

/* A line of the kernel's log that a person at the console sees too. */
[[gnu::format(printf, 1, 2)]] void trace_say(const char *format, ...);

/* A line of the kernel's log only. */
[[gnu::format(printf, 1, 2)]] void trace_note(const char *format, ...);

/*
 * Somebody may enter: people names them ("who=alice key=SHA256:…", once for each), image what they enter
 * ("boot=… version=… root=…"). Writes what came of it, for them to read, as lines into report. Until trace_leave() the kernel shows
 * only errors on the line. 0, or fail()s where not even the kernel's log takes the entry.
 */
int trace_enter(const char *people, const char *image, char *report, size_t size);

/* A line that was typed in the session. */
void trace_typed(const char *line);

/* The session is over. */
void trace_leave(const char *why);
