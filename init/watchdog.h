/* SPDX-License-Identifier: Apache-2.0 */
/* The hardware watchdog, Documentation/watchdog/watchdog-api.rst. Once opened it is never disarmed. */
#pragma once

struct node;

/*
 * On the root: takes the descriptor that the initramfs opened. Nothing closes it in between, or the kernel would
 * complain that it was not stopped. 0 or fail()s.
 */
int watchdog_take_over(struct node *node);

/* Feeds it; does nothing without one. */
void watchdog_feed(void);

/* At most so many milliseconds may pass between two feedings. */
enum { WATCHDOG_FEED_EVERY = 10000 };
