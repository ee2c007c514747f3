/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The power button (ACPI) and Ctrl-Alt-Del, as input events
 * (Documentation/input/event-codes.rst). This kernel has no virtual terminal
 * that would turn the three keys into a signal.
 */
#include "input.h"

#include "error.h"
#include "loop.h"
#include "shutdown.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <unistd.h>

enum { DEVICES_MAX = 8, DEVICES_TRIED = 32, KEY_BYTES = KEY_MAX / 8 + 1 };

/* Whether a key is down is taken from the events, in their order: the keyboard itself may be further already. */
static struct device {
	struct source source; /* first: the loop knows a device by it */
	bool control, alt;
} devices[DEVICES_MAX];

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

int input_open(void)
{
	int found = 0;

	for (int i = 0; i < DEVICES_TRIED && found < DEVICES_MAX; i++) {
		unsigned char keys[KEY_BYTES] = { 0 };
		char path[32];

		snprintf(path, sizeof(path), "/dev/input/event%d", i);
		int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (descriptor < 0)
			continue;
		if (ioctl(descriptor, (int)EVIOCGBIT(EV_KEY, sizeof(keys)), keys) < 0 ||
		    (!has_key(keys, KEY_POWER) && !has_key(keys, KEY_DELETE))) {
			close(descriptor);
			continue;
		}
		devices[found].source = (struct source){ descriptor, handle_input };
		if (loop_add(&devices[found].source) < 0)
			loop_remove(&devices[found].source);
		else
			found++;
	}
	return found ? 0 : fail(0, "this machine has no power button that can be read");
}
