/* SPDX-License-Identifier: Apache-2.0 */
/* What the node says about itself: /run/holdfast/status.json, the answer to `holdfast status`, the lines at the end of the boot. */
#pragma once

#include <stddef.h>

struct node;

#define STATUS_FILE "/run/holdfast/status.json"

/* Something that the status shows has changed: the next status_turn() writes it. */
void status_changed(void);

/* The node's address has changed: the console says which it is now. */
void status_address_changed(void);

/* At the end of a turn of the loop. */
void status_turn(const struct node *node);

/* The status for a person, as text with lines. After the first status_turn(). */
void status_text(char *into, size_t size);
