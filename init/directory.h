/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Calls visit with each name in an open directory that does not start with a
 * dot, from where it is read on. 0 or -errno. Takes no memory.
 */
int directory_visit(int directory, void (*visit)(void *context, const char *name), void *context);
