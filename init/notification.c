/* SPDX-License-Identifier: Apache-2.0 */
#include "notify.h"

#include <string.h>

static bool has_line(const char *text, const char *line)
{
	size_t length = strlen(line);

	for (; text; text = strchr(text, '\n'), text = text ? text + 1 : NULL)
		if (strncmp(text, line, length) == 0 && (text[length] == '\n' || text[length] == '\0'))
			return true;
	return false;
}

struct notification notification_parse(const char *text)
{
	return (struct notification){
		.ready = has_line(text, "READY=1"),
		.alive = has_line(text, "WATCHDOG=1"),
	};
}
