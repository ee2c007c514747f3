/* SPDX-License-Identifier: Apache-2.0 */
#include "status_reader.h"

#include <stdio.h>
#include <string.h>

/* A string behind its opening quotation mark, without escapes that text_add_json() makes. Returns what follows. */
static const char *read_string(const char *json, char *into, size_t size)
{
	size_t length = 0;

	for (; *json && *json != '"'; json++) {
		char c = *json;

		if (c == '\\' && json[1] == 'u') {
			c = '?';
			json += strnlen(json, 6) - 1;
		} else if (c == '\\' && json[1]) {
			c = *++json;
		}
		if (c < ' ' ||
		    c > '~') /* process 1 writes none of these; who else could, has no say over a terminal */
			c = '?';
		if (length < size - 1)
			into[length++] = c;
	}
	into[length] = '\0';
	return *json ? json + 1 : json;
}

/* The string that follows the text `before`, which no value can hold: quotation marks in values are escaped. */
static void find_string(const char *json, const char *before, char *into, size_t size)
{
	const char *found = strstr(json, before);

	if (found)
		read_string(found + strlen(before), into, size);
}

/* The strings of a list, with blanks between them. */
static void find_list(const char *json, const char *before, char *into, size_t size)
{
	const char *next = strstr(json, before);
	size_t length = 0;

	for (next = next ? next + strlen(before) : ""; *next == '"' || *next == ',';) {
		char item[64];

		if (*next == ',') {
			next++;
			continue;
		}
		next = read_string(next + 1, item, sizeof(item));
		int added = snprintf(into + length, size - length, "%s%s", length ? ", " : "", item);

		length += added < (int)(size - length) ? (size_t)added : size - length - 1;
	}
}

void status_read(const char *json, struct status_view *view)
{
	*view = (struct status_view){ 0 };

	const struct {
		const char *before;
		char *into;
		size_t size;
	} strings[] = {
		{ "\"version\":\"",                     view->version,   sizeof(view->version)   },
		{ "\"slot\":\"",                        view->slot,      sizeof(view->slot)      },
		{ "\"root_hash\":\"",                   view->root,      17                      },
		{ "\"node\":\"",                        view->node,      sizeof(view->node)      },
		{ "\"state\":\"",                       view->state,     sizeof(view->state)     },
		{ "\"held_because\":\"",                view->held,      sizeof(view->held)      },
		{ "\"interface\":\"",                   view->interface, sizeof(view->interface) },
		{ "{\"name\":\"runtime\",\"state\":\"", view->runtime,   sizeof(view->runtime)   },
		{ "{\"name\":\"agent\",\"state\":\"",   view->agent,     sizeof(view->agent)     },
		{ "\"problem\":\"",                     view->problem,   sizeof(view->problem)   },
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		find_string(json, strings[i].before, strings[i].into, strings[i].size);
	find_list(json, "\"addresses\":[", view->address, sizeof(view->address));
	find_list(json, "\"marks\":[", view->marks, sizeof(view->marks));
}
