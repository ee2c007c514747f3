/* SPDX-License-Identifier: Apache-2.0 */
#include "broken_glass.h"

#include "conf.h"
#include "file.h"

#include <errno.h>

static bool broken;

/* Seconds since 1970 in a file of one line, or what stands for none. */
static unsigned long long read_time(const char *path, unsigned long long none)
{
	char text[32];
	unsigned long long seconds;

	if (file_read_line(path, text, sizeof(text)) <= 0 || conf_number(text, ~0ULL, &seconds) < 0)
		return none;
	return seconds;
}

/* A mark that can't be read is one. Only the image can clear it: a session can't write there, nor where the mark is. */
void broken_glass_load(void)
{
	char text[32];

	if (file_read_line(BROKEN_GLASS_FILE, text, sizeof(text)) == -ENOENT)
		return;
	broken = read_time(BROKEN_GLASS_FILE, ~0ULL) >= read_time(FORGET_BEFORE_FILE, 0);
}

void broken_glass_happened(void)
{
	broken = true;
}

bool broken_glass(void)
{
	return broken;
}
