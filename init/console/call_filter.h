/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that a session may not make, as a program for seccomp (x86_64). Pure. */
#pragma once

#include <linux/filter.h>
#include <stddef.h>

enum { CALL_FILTER_MAX = 160 };

/* Writes the program; returns how many instructions it has. */
size_t call_filter_make(struct sock_filter filter[CALL_FILTER_MAX]);
