/* SPDX-License-Identifier: Apache-2.0 */
// sources: console/status_reader.c
#include "check.h"
#include "console/status_reader.h"

static void what_process_1_writes_is_read(void)
{
	static const char json[] =
		"{\"version\":\"0.1.0\",\"slot\":\"A\",\"root_hash\":\"0123456789abcdef0123\",\"boot_id\":\"x\",\n"
		"\"node\":\"node-1\",\"addresses\":[\"10.0.2.15/24\"],\"interface\":\"eth0\",\"state\":\"held\",\n"
		"\"held_because\":\"step state: \\\"odd\\\" \\\\ \\u0007\",\n"
		"\"steps\":[\n{\"stage\":\"root\",\"name\":\"mounts\",\"result\":\"ok\",\"ms\":1}],\n"
		"\"services\":[\n{\"name\":\"agent\",\"state\":\"stopped\",\"pid\":0},\n"
		"{\"name\":\"runtime\",\"state\":\"ready\",\"pid\":5}],\n"
		"\"problem\":\"it says \\\"node\\\":\\\"x\\\"\",\n"
		"\"marks\":[\"unsigned-configuration\",\"broken-glass\"]\n}\n";
	struct status_view view;

	status_read(json, &view);
	CHECK_TEXT(view.version, "0.1.0");
	CHECK_TEXT(view.slot, "A");
	CHECK_TEXT(view.root, "0123456789abcdef");
	CHECK_TEXT(view.node, "node-1");
	CHECK_TEXT(view.address, "10.0.2.15/24");
	CHECK_TEXT(view.interface, "eth0");
	CHECK_TEXT(view.state, "held");
	CHECK_TEXT(view.held, "step state: \"odd\" \\ ?");
	CHECK_TEXT(view.agent, "stopped");
	CHECK_TEXT(view.runtime, "ready");
	CHECK_TEXT(view.problem, "it says \"node\":\"x\"");
	CHECK_TEXT(view.marks, "unsigned-configuration, broken-glass");
}

/* As process 1 never writes it. */
static void what_could_harm_a_terminal_is_not_shown(void)
{
	struct status_view view;

	status_read("\"node\":\"a\x1b[2J\\\x1b\xc2\x9b\x7f\n\",\"marks\":[\"\x1b[m\"]", &view);
	CHECK_TEXT(view.node, "a?[2J?????");
	CHECK_TEXT(view.marks, "?[m");
}

static void what_is_missing_or_cut_stays_empty(void)
{
	static const char *const odd[] = { "", "{", "\"version\":\"", "\"marks\":[", "\"marks\":[\"", "\"marks\":[]",
					   "\"version\":\"\\", "\"version\":\"\\u" };
	struct status_view view;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		status_read(odd[i], &view);
		CHECK(strlen(view.version) <= 1 && view.marks[0] == '\0' && view.node[0] == '\0');
	}
}

static void long_lists_are_cut(void)
{
	char json[400] = "\"marks\":[";
	struct status_view view;

	for (int i = 0; i < 20; i++)
		strcat(json, "\"0123456789\",");
	status_read(json, &view);
	CHECK(strlen(view.marks) == sizeof(view.marks) - 1);
}

int main(void)
{
	what_process_1_writes_is_read();
	what_is_missing_or_cut_stays_empty();
	what_could_harm_a_terminal_is_not_shown();
	long_lists_are_cut();
	return checks_end();
}
