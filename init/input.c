/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power button (ACPI) and Ctrl-Alt-Del, as input events
 * (Documentation/input/event-codes.rst). This kernel has no virtual terminal
 * that would turn the three keys into a signal. The kernel keeps events from
 * the moment on in which a device is opened: so that is done early, and what is
 * pressed during the boot is heard by the loop.
 */
#include "input.h"

#include "log.h"
#include "loop.h"
#include "node.h"
#include "shutdown.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <unistd.h>

enum { DEVICES_TRIED = 32, KEY_BYTES = KEY_MAX / 8 + 1 };

/* Whether a key is down is taken from the events, in their order: the keyboard itself may be further already. */
static struct device {
	struct source source; /* first: the loop knows a device by it */
	bool control, alt;
} devices[INPUTS_MAX];

static bool has_key(const unsigned char keys[KEY_BYTES], int key)
{
	return keys[key / 8] & 1 << key % 8;
}

static void handle_key(struct device *device, int key, bool down)
{
	if (key == KEY_LEFTCTRL || key == KEY_RIGHTCTRL)
		device->control = down;
	if (key == KEY_LEFTALT || key == KEY_RIGHTALT)
		device->alt = down;
	if (key == KEY_POWER && down)
		shutdown_begin(RB_POWER_OFF, "power button");
	if (key == KEY_DELETE && down && device->control && device->alt)
		shutdown_begin(RB_AUTOBOOT, "ctrl-alt-del");
}

static void handle_input(struct source *source)
{
	struct device *device = (struct device *)source;
	struct input_event event;
	ssize_t length;

	while ((length = read(source->descriptor, &event, sizeof(event))) == sizeof(event))
		if (event.type == EV_KEY)
			handle_key(device, event.code, event.value != 0);
	if (length < 0 && errno != EAGAIN) /* ENODEV: it was unplugged */
		loop_remove(source);
}

/* Whether it is an input device with a key that means something here. */
static bool is_button(int descriptor)
{
	unsigned char keys[KEY_BYTES] = { 0 };

	return ioctl(descriptor, (int)EVIOCGBIT(EV_KEY, sizeof(keys)), keys) >= 0 &&
	       (has_key(keys, KEY_POWER) || has_key(keys, KEY_DELETE));
}

int step_buttons(struct node *node)
{
	for (int i = 0; i < DEVICES_TRIED && node->input_count < INPUTS_MAX; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/dev/input/event%d", i);
		int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

		if (descriptor < 0)
			continue;
		if (is_button(descriptor))
			node->inputs[node->input_count++] = descriptor;
		else
			close(descriptor);
	}
	if (node->input_count == 0) /* a node without a power button is still a node */
		log_notice("no power button on this machine that can be read");
	return 0;
}

void input_take_over(struct node *node)
{
	size_t lost = 0;

	for (size_t i = 0; i < node->input_count; i++)
		lost += !is_button(node->inputs[i]);
	if (lost == 0)
		return;
	for (size_t i = 0; i < node->input_count; i++)
		close(node->inputs[i]);
	node->input_count = 0;
	step_buttons(node);
}

int input_watch(const struct node *node)
{
	for (size_t i = 0; i < node->input_count; i++) {
		devices[i].source = (struct source){ node->inputs[i], handle_input };

		int result = loop_add(&devices[i].source);

		if (result < 0)
			return result;
	}
	return 0;
}
