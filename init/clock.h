/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Milliseconds since the kernel started (CLOCK_BOOTTIME). */
unsigned long long now_milliseconds(void);
