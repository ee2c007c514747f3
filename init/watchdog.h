/* SPDX-License-Identifier: Apache-2.0 */
/* The hardware watchdog, Documentation/watchdog/watchdog-api.rst. Once opened it is never disarmed. */
#pragma once

/* Feeds it; does nothing without one. */
void watchdog_feed(void);

/* At most so many milliseconds may pass between two feedings. */
enum { WATCHDOG_FEED_EVERY = 10000 };
