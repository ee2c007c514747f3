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

static struct source devices[DEVICES_MAX];

static bool has_key(const unsigned char keys[KEY_BYTES], int key)
{
	return keys[key / 8] & 1 << key % 8;
}

static bool control_and_alt_are_down(int device)
{
	unsigned char down[KEY_BYTES] = { 0 };

	if (ioctl(device, (int)EVIOCGKEY(sizeof(down)), down) < 0)
		return false;
	return (has_key(down, KEY_LEFTCTRL) || has_key(down, KEY_RIGHTCTRL)) &&
	       (has_key(down, KEY_LEFTALT) || has_key(down, KEY_RIGHTALT));
}

static void handle_input(struct source *source)
{
	struct input_event event;
	ssize_t length;

	while ((length = read(source->descriptor, &event, sizeof(event))) == sizeof(event)) {
		if (event.type != EV_KEY || event.value != 1)
			continue;
		if (event.code == KEY_POWER)
			shutdown_begin(RB_POWER_OFF, "power button");
		if (event.code == KEY_DELETE && control_and_alt_are_down(source->descriptor))
			shutdown_begin(RB_AUTOBOOT, "ctrl-alt-del");
	}
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
		devices[found] = (struct source){ descriptor, handle_input };
		if (loop_add(&devices[found]) < 0)
			loop_remove(&devices[found]);
		else
			found++;
	}
	return found ? 0 : fail(0, "this machine has no power button that can be read");
}
