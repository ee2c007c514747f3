/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the drivers of the devices that this machine has, as udev would: by
 * the alias under which the kernel announces a device, through the indexes that
 * depmod made. Only modules whose signature the kernel accepts come in.
 *
 * The initramfs has the root's whole indexes, but only the modules that a root
 * disk may need. So it knows whether the root has anything to add; the root looks
 * again only if so, or if there are other devices by then.
 */
#include "directory.h"
#include "error.h"
#include "log.h"
#include "node.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { FAILED_MAX = 16, MODULE_NAME = 56 };

enum when { ALWAYS, IN_INITRAMFS };

/*
 * The buses with devices that modules.config has drivers for: a look at all of
 * them would take three times as long. tests/image compares them with modules.alias.
 */
static const struct {
	const char *name;
	enum when when;
} buses[] = {
	{ "acpi",      IN_INITRAMFS }, /* Hyper-V's bus; all disks and network cards are on that one */
	{ "pci",       ALWAYS       },
	{ "vmbus",     ALWAYS       }, /* Hyper-V's bus itself */
	{ "auxiliary", ALWAYS       }, /* parts of a network card that its driver leaves to another one */
	{ "mdio_bus",  ALWAYS       },
};

struct loader {
	struct kmod_ctx *modules;
	enum when now;
	unsigned loaded;                      /* in this pass */
	bool something_left;                  /* a device has a driver that did not come in */
	bool has_read;                        /* a module's file, whatever came of it */
	char failed[FAILED_MAX][MODULE_NAME]; /* not to be tried again */
	size_t failed_count;
	uint64_t devices; /* those that this pass started from */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash * UINT64_C(0x100000001b3); /* and the end of the text */
}

static void hash_name(void *context, const char *name)
{
	uint64_t *hash = context;

	*hash = hash_text(*hash, name);
}

static void hash_bus(uint64_t *hash, const char *bus)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/%s/devices", bus);

	int devices = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (devices < 0)
		return;
	directory_visit(devices, hash_name, hash);
	close(devices);
}

/* Changes when there is another device on a bus that the root looks at. (The kernel lists them in a fixed order.) */
static uint64_t devices_hash(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < COUNT(buses); i++)
		if (buses[i].when == ALWAYS)
			hash_bus(&hash, buses[i].name);
	return hash;
}

static bool has_failed(const struct loader *loader, const char *name)
{
	for (size_t i = 0; i < loader->failed_count; i++)
		if (strcmp(loader->failed[i], name) == 0)
			return true;
	return false;
}

/* Whether only the root has the module. */
static bool is_left_to_root(const struct loader *loader, const struct kmod_module *module)
{
	return loader->now == IN_INITRAMFS && access(kmod_module_get_path(module), F_OK) < 0;
}

static void load_module(struct loader *loader, struct kmod_module *module, const char *bus,
			const char *device)
{
	const char *name = kmod_module_get_name(module);

	/* KMOD_MODULE_BUILTIN, _LIVE, _COMING and _GOING: it is in the kernel, and did not want this device. */
	if (kmod_module_get_initstate(module) >= 0)
		return;
	if (has_failed(loader, name) || is_left_to_root(loader, module)) {
		loader->something_left = true;
		return;
	}

	loader->has_read = true;
	/* There is no modprobe.d: no blacklist, no commands to run. */
	int result =
		kmod_module_probe_insert_module(module, KMOD_PROBE_IGNORE_COMMAND, NULL, NULL, NULL, NULL);

	if (result >= 0) {
		loader->loaded++;
		log_notice("driver %s for %s %s", name, bus, device);
		return;
	}
	log_error("driver %s for %s %s: %s", name, bus, device, strerror(-result));
	if (loader->failed_count < FAILED_MAX)
		snprintf(loader->failed[loader->failed_count++], MODULE_NAME, "%s", name);
}

static void load_for_alias(struct loader *loader, const char *alias, const char *bus, const char *device)
{
	struct kmod_list *found = NULL, *item;

	if (kmod_module_new_from_lookup(loader->modules, alias, &found) < 0)
		return; /* no module knows it */
	kmod_list_foreach (item, found) {
		struct kmod_module *module = kmod_module_get_module(item);

		load_module(loader, module, bus, device);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(found);
}

/*
 * The alias of a device that has one but no driver; directory is that of its
 * bus's devices. Most have none, so that is what is asked first.
 */
static bool read_alias(int directory, const char *device, char *alias, size_t size)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/modalias", device);
	int file = openat(directory, path, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return false;

	snprintf(path, sizeof(path), "%s/driver", device);
	ssize_t length = faccessat(directory, path, F_OK, 0) == 0 ? 0 : read(file, alias, size - 1);

	close(file);
	while (length > 0 && alias[length - 1] == '\n')
		length--;
	alias[length > 0 ? length : 0] = '\0';
	return length > 0;
}

/* ACPI names what has no identity, hundreds of objects, device:00 and so on; "." and ".." are none either. */
static bool is_nameless(const char *device)
{
	static const char acpi[] = "device:";

	return device[0] == '.' || strncmp(device, acpi, sizeof(acpi) - 1) == 0;
}

static void load_for_bus(struct loader *loader, const char *bus)
{
	char path[300], alias[1024];

	snprintf(path, sizeof(path), "/sys/bus/%s/devices", bus);

	DIR *devices = opendir(path);

	if (!devices)
		return;
	for (struct dirent *entry; (entry = readdir(devices));)
		if (!is_nameless(entry->d_name) &&
		    read_alias(dirfd(devices), entry->d_name, alias, sizeof(alias)))
			load_for_alias(loader, alias, bus, entry->d_name);
	closedir(devices);
}

/* A driver may bring devices of its own: again until nothing is left to load. */
static void load_for_all(struct loader *loader)
{
	do {
		loader->loaded = 0;
		loader->something_left = false;
		loader->devices = devices_hash();
		for (size_t i = 0; i < COUNT(buses); i++)
			if (buses[i].when == ALWAYS || buses[i].when == loader->now)
				load_for_bus(loader, buses[i].name);
	} while (loader->loaded > 0);
}

int step_drivers(struct node *node)
{
	static const char *const no_configuration[] = { NULL };
	bool is_root_found = node->root_device[0] != '\0';
	struct loader loader = { .now = is_root_found ? ALWAYS : IN_INITRAMFS };
	struct utsname kernel;
	char directory[128];

	if (node->settled_devices && node->settled_devices == devices_hash())
		return 0;
	if (access("/proc/modules", F_OK) < 0)
		return 0; /* a kernel that takes no modules */
	uname(&kernel);
	snprintf(directory, sizeof(directory), "/usr/lib/modules/%s", kernel.release);
	if (access(directory, R_OK | X_OK) < 0)
		return fail(errno, "look for the modules of this kernel in %s", directory);

	loader.modules = kmod_new(directory, no_configuration);
	if (!loader.modules)
		return fail(ENOMEM, "open the index of the modules");

	/* All indexes at once: else they would be opened for each device. */
	int result = kmod_load_resources(loader.modules);

	if (result < 0)
		result = fail(-result, "read the index of the modules in %s", directory);
	else
		load_for_all(&loader);
	node->settled_devices = loader.something_left ? 0 : loader.devices;
	kmod_unref(loader.modules);
	node->has_early_drivers = loader.has_read && !is_root_found;
	return result;
}
