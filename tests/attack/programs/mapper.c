/* SPDX-License-Identifier: Apache-2.0 */
/* The device mapper: the root is a table of it, and a table can be replaced while it is in use. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* drivers/md: the control node is misc device 236. */
enum { MISC_MAJOR = 10, CONTROL_MINOR = 236 };

struct request {
	struct dm_ioctl header;
	struct dm_target_spec target;
	char parameters[64];
};

static int open_control(int flags)
{
	int error = 0;
	const char *path = numbered_device("mapper/control", MISC_MAJOR, CONTROL_MINOR, &error);

	if (!path)
		return error;
	int control = open(path, flags | O_CLOEXEC);

	return control < 0 ? -errno : control;
}

static int ask(unsigned long command, struct request *request)
{
	int control = open_control(O_RDWR);

	if (control < 0)
		return control;
	request->header.version[0] = DM_VERSION_MAJOR;
	request->header.data_size = sizeof(*request);
	request->header.data_start = sizeof(request->header);
	int result = result_of(ioctl(control, command, request));

	close(control);
	return result;
}

/* The root is the first device of the mapper. */
static struct request about_root(void)
{
	struct request request = { 0 };
	char numbers[16] = "254:0";
	unsigned int major, minor;
	FILE *file = fopen("/sys/class/block/dm-0/dev", "re");

	if (file) {
		if (!fgets(numbers, sizeof(numbers), file))
			numbers[0] = '\0';
		fclose(file);
	}
	if (sscanf(numbers, "%u:%u", &major, &minor) == 2)
		request.header.dev = makedev(major, minor);
	return request;
}

static int open_it(const char *argument)
{
	(void)argument;
	int control = open_control(O_RDONLY);

	if (control < 0)
		return control;
	close(control);
	return 0;
}

static int list(const char *argument)
{
	struct request request = { 0 };

	(void)argument;
	return ask(DM_LIST_DEVICES, &request);
}

static int table(const char *argument)
{
	struct request request = about_root();

	(void)argument;
	request.header.flags = DM_STATUS_TABLE_FLAG;
	return ask(DM_TABLE_STATUS, &request);
}

/* Loads a table beside the one in use and clears it again. Only resuming the device would exchange them. */
static int load(const char *argument)
{
	struct request request = about_root();

	(void)argument;
	request.header.target_count = 1;
	request.target.length = 8;
	strcpy(request.target.target_type, "zero");
	int result = ask(DM_TABLE_LOAD, &request);

	if (result == 0) {
		struct request clear = about_root();

		ask(DM_TABLE_CLEAR, &clear);
	}
	return result;
}

static int remove_it(const char *argument)
{
	struct request request = about_root();

	(void)argument;
	return ask(DM_DEV_REMOVE, &request);
}

static int create(const char *argument)
{
	struct request request = { 0 };

	strcpy(request.header.name, argument);
	int result = ask(DM_DEV_CREATE, &request);

	if (result == 0)
		ask(DM_DEV_REMOVE, &request);
	return result;
}

const struct attempt mapper[] = {
	{ "mapper-open", open_it, NULL, "the control node" },
	{ "mapper-list", list, NULL, "the devices" },
	{ "mapper-table", table, NULL, "the root's table" },
	{ "mapper-load", load, NULL, "another table for the root" },
	{ "mapper-remove", remove_it, NULL, "the root's device" },
	{ "mapper-create", create, "attack", "a device of one's own" },
	{ 0 },
};
