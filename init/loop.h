/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct node;

/* A descriptor that the loop waits for, level-triggered. Embedded in what it belongs to. */
struct source {
	int descriptor;
	void (*handle)(struct source *source);
};

/* Adds it to the loop. 0 or fail()s. */
int loop_add(struct source *source);

/* Removes it and closes the descriptor. */
void loop_remove(struct source *source);

/* Opens what services need when they start: their notifications wait there for the loop. 0 or fail()s. */
int loop_open(void);

/* Whether it has begun. */
bool loop_runs(void);

/* The node's life. Each turn handles what happened, acts on deadlines and feeds the watchdog. */
[[noreturn]] void loop_run(struct node *node);
