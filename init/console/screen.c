/* SPDX-License-Identifier: Apache-2.0 */
#include "screen.h"

#include "../cgroup.h"
#include "../clock.h"
#include "../file.h"
#include "../status.h"
#include "status_reader.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	QUIET = 3000, /* ms that a new state must have lasted */
	CALM = 30000, /* ms between two screens that nobody asked for */
};

static struct status_view view;       /* as last read */
static unsigned long long changed_at; /* when it changed; 0: it is on the screen */
static unsigned long long shown_at;   /* 0: never */

/* Whether the node's state is another one than when it was last read. */
static bool look(void)
{
	static char json[8192];
	struct status_view now;

	if (file_read(STATUS_FILE, json, sizeof(json)) < 0)
		return false;
	status_read(json, &now);

	bool changed = memcmp(&now, &view, sizeof(now)) != 0;

	view = now;
	return changed;
}

/* The agent's cgroups of pods: kubepods/podUID, kubepods/CLASS/podUID. */
static unsigned count_pods(const char *path, int depth)
{
	DIR *list = opendir(path);
	unsigned count = 0;

	if (!list)
		return 0;
	for (struct dirent *entry; (entry = readdir(list));) {
		char below[300];

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (strncmp(entry->d_name, "pod", 3) == 0)
			count++;
		else if (depth == 0)
			count += count_pods(below, 1);
	}
	closedir(list);
	return count;
}

static const char *or_none(const char *text)
{
	return text[0] ? text : "none";
}

void screen_show(struct terminal *terminal, const char *notice)
{
	look();
	terminal_print(terminal, "\n");
	terminal_print(terminal, "  Holdfast node %.60s\n\n", view.node);
	terminal_print(terminal, "  state     %s%s%.60s\n", or_none(view.state), view.held[0] ? ": " : "",
		       view.held);
	terminal_print(terminal, "  version   %s, slot %s, root %s\n", view.version, view.slot, view.root);
	terminal_print(terminal, "  address   %.40s%s%s\n", or_none(view.address),
		       view.interface[0] ? " on " : "", view.interface);
	terminal_print(terminal, "  runtime   %s\n", or_none(view.runtime));
	terminal_print(terminal, "  agent     %s\n", or_none(view.agent));
	terminal_print(terminal, "  pods      %u\n", count_pods(CGROUP_PODS, 0));
	terminal_print(terminal, "  marks     %.66s\n", or_none(view.marks));
	terminal_print(terminal, "  problem   %.66s\n\n", or_none(view.problem));
	terminal_print(terminal, "%s", notice);
	changed_at = 0;
	shown_at = now_milliseconds();
}

void screen_turn(struct terminal *terminal, const char *notice)
{
	unsigned long long now = now_milliseconds();

	if (look())
		changed_at = now;
	if (changed_at && now - changed_at >= QUIET && (!shown_at || now - shown_at >= CALM))
		screen_show(terminal, notice);
}
