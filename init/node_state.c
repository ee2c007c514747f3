/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the initramfs found out and opened, handed to the root: as text in
 * /run/holdfast/boot, a file that only root can write, and as descriptors that
 * stay open over the exec, whose numbers the text gives.
 */
#include "conf.h"
#include "error.h"
#include "file.h"
#include "node.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "/run/holdfast/boot";

enum { TEXT_SIZE = 3072 };

/* Exec closes all descriptors of process 1 but these. 0 or fail()s. */
static int add_descriptor(struct text *text, const char *key, int descriptor)
{
	if (!descriptor)
		return 0;
	text_add(text, "%s = %d\n", key, descriptor);
	return fcntl(descriptor, F_SETFD, 0) < 0 ? fail(errno, "hand the %s over", key) : 0;
}

int node_save(const struct node *node)
{
	char buffer[TEXT_SIZE];
	struct text text = text_in(buffer, sizeof(buffer));

	text_add(&text, "[root]\nversion = %s\nhash = %s\n", node->root.version, node->root.hash);
	text_add(&text, "[boot]\nslot = %c\ndisk = %s\nroot = %s\nverity = %s\n", node->slot, node->disk,
		 node->root_device, node->verity_device);
	if (node->esp_device[0])
		text_add(&text, "esp = %s\n", node->esp_device);
	for (unsigned i = 0; i < node->states; i++) /* more than one are an error, which the root tells */
		text_add(&text, "state = %s %u %llu %llu\n", node->state.device, node->state.number,
			 node->state.start, node->state.size);
	if (node->settled_devices)
		text_add(&text, "devices = %llu\n", node->settled_devices);
	for (size_t i = 0; i < node->step_count; i++)
		text_add(&text, "step = %s %s %u\n", node->steps[i].name,
			 node->steps[i].failed ? "failed" : "ok", node->steps[i].milliseconds);

	int result = add_descriptor(&text, "watchdog", node->watchdog);

	for (size_t i = 0; i < node->input_count && result == 0; i++)
		result = add_descriptor(&text, "input", node->inputs[i]);
	if (result < 0)
		return result;
	if (text_length(&text) >= sizeof(buffer) - 1)
		return fail(0, "%s would be larger than %zu bytes", path, sizeof(buffer));
	return file_replace(path, buffer, text_length(&text), 0600);
}

static int store_slot(void *into, const char *value)
{
	((struct node *)into)->slot = value[0];
	return 0;
}

static int store_state(void *into, const char *value)
{
	struct node *node = into;
	struct partition *state = &node->state;

	if (sscanf(value, "%127s %u %llu %llu", state->device, &state->number, &state->start, &state->size) !=
	    4)
		return fail(0, "'%s' is not a device, a number, a start and a size", value);
	node->states++;
	return 0;
}

static int store_devices(void *into, const char *value)
{
	return conf_number(value, ~0ULL, &((struct node *)into)->settled_devices);
}

/* What came over the exec goes no further. Who uses it sees whether it came. */
static int store_descriptor(const char *value, int *descriptor)
{
	unsigned long long number;
	int result = conf_number(value, 1023, &number);

	if (result < 0)
		return result;
	if (number <= STDERR_FILENO)
		return fail(0, "must be a descriptor, not %s", value);
	*descriptor = (int)number;
	fcntl(*descriptor, F_SETFD, FD_CLOEXEC);
	return 0;
}

static int store_watchdog(void *into, const char *value)
{
	return store_descriptor(value, &((struct node *)into)->watchdog);
}

static int store_input(void *into, const char *value)
{
	struct node *node = into;

	if (node->input_count == INPUTS_MAX)
		return fail(0, "more than %d", INPUTS_MAX);
	return store_descriptor(value, &node->inputs[node->input_count++]);
}

static int store_step(void *into, const char *value)
{
	struct node *node = into;
	struct step_result step = { .stage = "initramfs" };
	char result[8];

	if (node->step_count == STEPS_MAX ||
	    sscanf(value, "%15s %7s %u", step.name, result, &step.milliseconds) != 3)
		return fail(0, "'%s' is not a step, a result and milliseconds", value);
	step.failed = strcmp(result, "ok") != 0;
	node->steps[node->step_count++] = step;
	return 0;
}

static const struct conf_key keys[] = {
	{ "root", "version", .required = true, CONF_FIELD(struct node, root.version) },
	{ "root", "hash", .required = true, CONF_FIELD(struct node, root.hash) },
	{ "boot", "slot", store_slot, .required = true },
	{ "boot", "disk", .required = true, CONF_FIELD(struct node, disk) },
	{ "boot", "root", .required = true, CONF_FIELD(struct node, root_device) },
	{ "boot", "verity", .required = true, CONF_FIELD(struct node, verity_device) },
	{ "boot", "esp", CONF_FIELD(struct node, esp_device) },
	{ "boot", "state", store_state, .repeatable = true },
	{ "boot", "devices", .store = store_devices },
	{ "boot", "watchdog", .store = store_watchdog },
	{ "boot", "input", store_input, .repeatable = true },
	{ "boot", "step", store_step, .repeatable = true },
	{ 0 },
};

int node_load(struct node *node)
{
	char text[TEXT_SIZE];
	ssize_t length = file_read(path, text, sizeof(text));

	if (length < 0)
		return (int)length;

	int result = conf_parse(path, text, (size_t)length, keys, node);
	if (result < 0)
		return result;
	length = file_read_line("/proc/sys/kernel/random/boot_id", node->boot_id, sizeof(node->boot_id));
	return length < 0 ? (int)length : 0;
}
