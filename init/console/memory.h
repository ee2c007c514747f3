/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What outlives a console: who can make it end has won no attempts by that. A file in /run, so it is gone with the boot,
 * as is every challenge.
 */
#pragma once

#include "admission.h"

/* Before the first challenge. */
void memory_recall(struct admission *admission);

/* Before an answer is looked at, with admission_if_refused(), and after it. */
void memory_keep(const struct admission_memory *memory);
