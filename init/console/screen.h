/* SPDX-License-Identifier: Apache-2.0 */
/* The status screen: plain text of at most 79 columns and 16 lines, for a line that shows the kernel's messages too. */
#pragma once

#include "terminal.h"

/* Shows it. notice: a last line for the person, or "". */
void screen_show(struct terminal *terminal, const char *notice);

/*
 * Shows it when the node's state has changed and been quiet for a while, so that it doesn't come between the
 * messages of the change. Call it every second or so.
 */
void screen_turn(struct terminal *terminal, const char *notice);
