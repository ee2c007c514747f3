/* SPDX-License-Identifier: Apache-2.0 */
/* What the unit tests share: a check that says where and what, and goes on. */
#pragma once

#include <stdio.h>
#include <string.h>

static int checks_failed;

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);              \
			checks_failed++;                                                                     \
		}                                                                                            \
	} while (0)

#define CHECK_TEXT(got, wanted)                                                                              \
	do {                                                                                                 \
		const char *got_ = (got), *wanted_ = (wanted);                                               \
		if (strcmp(got_, wanted_) != 0) {                                                            \
			fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #got, got_, \
				wanted_);                                                                    \
			checks_failed++;                                                                     \
		}                                                                                            \
	} while (0)

/* Whether `part` is in `text`; for sentences of failure(). */
#define CHECK_CONTAINS(text, part)                                                                           \
	do {                                                                                                 \
		const char *text_ = (text), *part_ = (part);                                                 \
		if (!strstr(text_, part_)) {                                                                 \
			fprintf(stderr, "%s:%d: \"%s\" does not say \"%s\"\n", __FILE__, __LINE__, text_,    \
				part_);                                                                      \
			checks_failed++;                                                                     \
		}                                                                                            \
	} while (0)

/* The exit status of a test. */
static inline int checks_end(void)
{
	return checks_failed != 0;
}
