/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands on /var before the first service starts. Nothing that is found
 * there is trusted: directories are opened one by one and links not followed,
 * or a link on the state partition could lead us to change what lies elsewhere.
 */
#include "furnish.h"

#include "directory.h"
#include "error.h"
#include "file.h"
#include "label.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MACHINE_ID_DIGITS = 32 };

/* Opens a directory of `parent`, making it with mode if it is missing. */
static int open_one(int parent, const char *name, mode_t mode)
{
	bool made = mkdirat(parent, name, mode) == 0;
	int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (made && directory >= 0)
		fchmod(directory, mode); /* whatever the umask says */
	return directory;
}

/* Opens a path below var one by one, making what is missing: the last part with mode. A descriptor, or -1 with errno. */
static int make_below(int var, const char *path, mode_t mode)
{
	int directory = var;
	char name[NAME_MAX + 1];

	for (const char *rest = path; *rest && directory >= 0;) {
		size_t length = strcspn(rest, "/");
		const char *next = rest + length + (rest[length] == '/');
		int parent = directory;

		snprintf(name, sizeof(name), "%.*s", (int)length, rest);
		directory = open_one(parent, name, *next ? 0755 : mode);
		int errnum = errno;
		if (parent != var)
			close(parent);
		errno = errnum;
		rest = next;
	}
	return directory;
}

/* Opens a directory below var, which is mostly there. A descriptor or fail()s. */
static int open_below(int var, const char *path, mode_t mode)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};
	int directory = (int)syscall(SYS_openat2, var, path, &how, sizeof(how));

	if (directory < 0 && errno == ENOENT)
		directory = make_below(var, path, mode);
	/* ELOOP and ENOTDIR: somebody put a link or a file there. */
	return directory < 0 ? fail(errno, "use the directory /var/%s", path) : directory;
}

/*
 * One line of state.dirs: a path below /var, its mode and the type of its
 * label, which is seen to each time: what the disk says about it counts for
 * nothing. # starts a comment.
 */
static int make_listed(int var, char *line, unsigned number)
{
	static const char blank[] = " \t";

	line[strcspn(line, "#")] = '\0';

	char *rest, *end;
	const char *path = strtok_r(line, blank, &rest);
	const char *digits = strtok_r(NULL, blank, &rest), *type = strtok_r(NULL, blank, &rest);

	if (!path)
		return 0;

	unsigned long mode = digits ? strtoul(digits, &end, 8) : 0;

	if (!type || *end || mode > 01777 || path[0] == '/' || strstr(path, ".."))
		return fail(0,
			    "/etc/holdfast/state.dirs line %u: not a path below /var, its mode and its type",
			    number);

	int directory = open_below(var, path, (mode_t)mode);

	if (directory < 0)
		return directory;

	int result = label_descriptor(directory, path, type);

	close(directory);
	return result;
}

static int make_directories(int var)
{
	char text[4096];
	ssize_t length = file_read("/etc/holdfast/state.dirs", text, sizeof(text));
	int result = length < 0 ? (int)length : 0;
	unsigned number = 1;

	for (char *line = text, *next; result == 0 && *line; line = next, number++) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		result = make_listed(var, line, number);
	}
	return result;
}

/*
 * Mounts a directory of /var on itself, with what /var forbids but for
 * noexec. By descriptors (open_tree(2)), not by a path that could lead elsewhere.
 */
static int allow_programs(int var, const char *path)
{
	struct mount_attr attributes = { .attr_clr = MOUNT_ATTR_NOEXEC };
	int directory = open_below(var, path, 0755), result = 0;

	if (directory < 0)
		return directory;

	int tree = (int)syscall(SYS_open_tree, directory, "",
				OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (tree < 0 ||
	    syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) < 0 ||
	    syscall(SYS_move_mount, tree, "", directory, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		result = fail(errno, "mount /var/%s without noexec", path);
	if (tree >= 0)
		close(tree);
	close(directory);
	return result;
}

/* Two open directories, and what became of the files so far. */
struct copy {
	int from, into, result;
};

static void copy_file(void *context, const char *name)
{
	struct copy *copy = context;
	char text[16384];

	if (copy->result < 0)
		return;

	ssize_t length = file_read_at(copy->from, name, text, sizeof(text));

	copy->result =
		length < 0 ? (int)length : file_replace_at(copy->into, name, text, (size_t)length, 0644);
}

static int copy_all(const char *from, int into)
{
	struct copy copy = { .from = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .into = into };

	if (copy.from < 0)
		return errno == ENOENT ? 0 : fail(errno, "open %s", from);

	int result = directory_visit(copy.from, copy_file, &copy);

	close(copy.from);
	if (result < 0)
		return fail(-result, "list %s", from);
	return copy.result < 0 ? fail(0, "copy from %s to /var: %s", from, failure()) : 0;
}

/* Whether there is a file: what a power cut leaves of file_replace() is none yet. */
static void look_for_file(void *context, const char *name)
{
	const char *dot = strrchr(name, '.');

	if (!dot || strcmp(dot, ".new") != 0)
		*(bool *)context = true;
}

/* The network of pods on a node of its own; the plugin of a cluster brings another and is left alone. */
static int copy_network_configuration(int var)
{
	int directory = open_below(var, "lib/cni/net.d", 0755);

	if (directory < 0)
		return directory;

	bool is_configured = false;
	int result = directory_visit(directory, look_for_file, &is_configured);

	if (result < 0)
		result = fail(-result, "list /var/lib/cni/net.d");
	else if (!is_configured)
		result = copy_all("/etc/holdfast/cni", directory);
	close(directory);
	return result;
}

static bool is_machine_id(const char *text)
{
	return strlen(text) == MACHINE_ID_DIGITS && strspn(text, "0123456789abcdef") == MACHINE_ID_DIGITS;
}

/* A UUID of version 4, written as machine-id(5) has it. */
static int make_machine_id(char id[MACHINE_ID_DIGITS + 1])
{
	uint8_t bytes[MACHINE_ID_DIGITS / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return fail(errno, "get random numbers");
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* The machine keeps the id of its first boot. */
static int read_machine_id(int directory, char id[MACHINE_ID_DIGITS + 2])
{
	static const char name[] = "machine-id";

	if (file_read_line_at(directory, name, id, MACHINE_ID_DIGITS + 2) >= 0 && is_machine_id(id))
		return 0;

	int result = make_machine_id(id);

	if (result < 0)
		return result;
	log_notice("machine id %s, new", id);
	result = file_replace_at(directory, name, id, MACHINE_ID_DIGITS, 0444);
	if (result == 0 && fsync(directory) < 0) /* or a power cut now would give it another one */
		result = -errno;
	return result < 0 ? fail(-result, "write /var/lib/holdfast/machine-id") : 0;
}

static int give_machine_id(int var)
{
	char id[MACHINE_ID_DIGITS + 2] = "";
	int directory = open_below(var, "lib/holdfast", 0700);

	if (directory < 0)
		return directory;

	int result = read_machine_id(directory, id);

	close(directory);
	if (result < 0)
		return result;
	id[MACHINE_ID_DIGITS] = '\n';
	return file_replace("/run/holdfast/machine-id", id, MACHINE_ID_DIGITS + 1, 0444);
}

static int furnish(int var)
{
	static const char *const with_programs[] = {
		"lib/kubelet", /* volumes of pods are in it, and init containers put programs there */
		"opt/cni",     /* a cluster's network plugin installs itself here */
	};
	int result = label_descriptor(var, "/var", "var_t");

	if (result == 0)
		result = make_directories(var);
	for (size_t i = 0; result == 0 && i < sizeof(with_programs) / sizeof(with_programs[0]); i++)
		result = allow_programs(var, with_programs[i]);
	if (result == 0)
		result = copy_network_configuration(var);
	return result < 0 ? result : give_machine_id(var);
}

int furnish_var(void)
{
	int var = open("/var", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (var < 0)
		return fail(errno, "open /var");

	int result = furnish(var);

	close(var);
	return result;
}
