/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * In the session's process, before it becomes the shell: gives up what a
 * person who looks at a node doesn't need. 0 or fail()s; then there must be no shell.
 */
int confine(void);
