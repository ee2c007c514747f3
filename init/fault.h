/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From here on a fault of process 1 logs one line and reboots, instead of a kernel panic without a word. */
void fault_handlers_install(void);

/* The signals of a fault, ended by 0. They must not be blocked. */
extern const int fault_signals[];
