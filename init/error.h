/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one form in which a function says why it failed: a negative errno to
 * its caller and one sentence for a person, "WHAT on WHAT: WHY".
 */
#pragma once

/*
 * Remembers the sentence (printf-like; ": " and the text of errnum are
 * appended unless errnum is 0) and returns -errnum, or -EINVAL for 0. The sentence of a
 * deeper failure is overwritten: callers that add nothing pass it on.
 */
[[gnu::format(printf, 2, 3)]] int fail(int errnum, const char *format, ...);

/* The last sentence. Valid until the next fail(). */
const char *failure(void);

/*
 * Sentences and lines may hold what disks, networks and services say: white space becomes a blank, and what
 * is no printable ASCII, and so could be an order to a terminal, '?'. fail() does it.
 */
void make_printable(char *text);
