/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include "../clock.h"
#include "../error.h"
#include "../file.h"
#include "trace.h"

#include <errno.h>
#include <string.h>

static const char path[] = "/run/holdfast/breakglass.memory";

void memory_recall(struct admission *admission)
{
	struct admission_memory memory;
	char bytes[sizeof(memory) + 1]; /* file_read() ends it with NUL */
	ssize_t length = file_read(path, bytes, sizeof(bytes));
	int64_t now = (int64_t)now_milliseconds();

	if (length == -ENOENT)
		return;
	if (length != sizeof(memory)) {
		trace_say("%s is not what a console wrote: the next answer waits", path);
		admission_recall(admission, NULL, now);
		return;
	}
	memcpy(&memory, bytes, sizeof(memory));
	admission_recall(admission, &memory, now);
}

void memory_keep(const struct admission_memory *memory)
{
	static bool told;

	if (file_replace(path, (const char *)memory, sizeof(*memory), 0600) == 0)
		return;
	if (!told)
		trace_say("%s: refusals are forgotten if this console ends", failure());
	told = true;
}
