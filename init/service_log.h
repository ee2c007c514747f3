/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What services print: /run/holdfast/log/NAME.log and, of before, NAME.log.1.
 * They write into the file themselves, so no process stands between and
 * process 1 can't be blocked by them. In memory, and therefore bounded.
 */
#pragma once

#include <stddef.h>

#define SERVICE_LOG_FILE "/run/holdfast/log/%s.log"

enum { SERVICE_LOG_LIMIT = 1024 * 1024 };

/* Opens it for appending, in the process of the service. A descriptor or -1 with errno. */
int service_log_open(const char *name);

/* Its last line that is not empty, or "". */
void service_log_last_line(const char *name, char *line, size_t size);

/* Where it has grown over the limit: moves it to NAME.log.1. Call it every some seconds. */
void service_log_bound(const char *name);
