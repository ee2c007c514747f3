/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for the person at the console. Process 1 writes to /dev/kmsg only:
 * the kernel puts the line on every console and keeps it, and never blocks us.
 */
#pragma once

/* What stands behind "holdfast: " in each line, for example "initramfs"; NULL for nothing. Gives what stood there. */
const char *log_stage(const char *stage);

/* The last line of log_error(), without what stands before it; "" if there was none. */
const char *log_last_error(void);

[[gnu::format(printf, 1, 2)]] void log_notice(const char *format, ...);
[[gnu::format(printf, 1, 2)]] void log_error(const char *format, ...);
