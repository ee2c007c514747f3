/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to process 1: one packet with words, one packet with the answer,
 * over a socket that only root can open. The words are those of the command
 * `holdfast`.
 */
#pragma once

#include <stddef.h>

#define CONTROL_SOCKET "/run/holdfast/control"

enum { CONTROL_ANSWER_MAX = 4096 };

/* In process 1: opens the socket and adds it to the loop. 0 or fail()s. */
int control_open(void);

/*
 * In any other process: sends a request and waits up to 10 s for the answer.
 * 0 with the answer (its first line starts with "error: " if it was refused), or fail()s.
 */
int control_request(const char *request, char *answer, size_t size);
