/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Finds power buttons and keyboards and adds them to the loop. 0 or fail()s. */
int input_open(void);
