/* SPDX-License-Identifier: Apache-2.0 */
/* SELinux itself: another policy, no enforcing, another context. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>

/* In the container, in the host's root, or, where the runtime shows it read-only or not at all, in a mount of one's own. */
static int on_selinuxfs(const char *file, int (*attempt)(const char *path))
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/fs/selinux/%s", file);
	int result = attempt(path);

	if (result == -ENOENT)
		result = attempt(host_path(path));
	if (result != -ENOENT && result != -EROFS)
		return result;
	if (mount("none", MOUNT_POINT, "selinuxfs", 0, NULL) < 0)
		return result;
	snprintf(path, sizeof(path), MOUNT_POINT "/%s", file);
	result = attempt(path);
	umount2(MOUNT_POINT, MNT_DETACH);
	return result;
}

static int nonsense(const char *file)
{
	return on_selinuxfs(file, try_nonsense);
}

static int back(const char *file)
{
	return on_selinuxfs(file, try_write_back);
}

static int read_it(const char *file)
{
	return on_selinuxfs(file, try_read);
}

/* Arguments are "FILE CONTEXT": the file of /proc/self/attr. */
static int become(const char *argument)
{
	char path[64];
	const char *context = strchr(argument, ' ');

	snprintf(path, sizeof(path), "/proc/self/attr/%.*s", (int)(context - argument), argument);
	return try_write(path, context + 1);
}

/* Sets the context of the next program, and starts one. */
static int become_by_program(const char *context)
{
	int result = try_write("/proc/self/attr/exec", context);
	char *const words[] = { (char *)"attack", NULL };

	if (result < 0)
		return result;
	/* Without its argument the program only says so; the descriptor of what it says is closed. */
	close(STDERR_FILENO);
	int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	result = result_of(program);
	if (program >= 0)
		result = result_of(fexecve(program, words, words));
	return result;
}

/* The context alone is only a wish: it counts when something is made with it. */
static int make_file_as(const char *context)
{
	int result = try_write("/proc/self/attr/fscreate", context);

	return result < 0 ? result : try_make_file(VOLUME);
}

static int make_socket_as(const char *context)
{
	int result = try_write("/proc/self/attr/sockcreate", context);

	return result < 0 ? result : result_of(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int relabel(const char *context)
{
	int fd = open(VOLUME "/label", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	int result = result_of(fsetxattr(fd, "security.selinux", context, strlen(context) + 1, 0));

	close(fd);
	unlink(VOLUME "/label");
	return result;
}

#define CONTEXT(type)      "system_u:system_r:" type ":s0"
#define FILE_CONTEXT(type) "system_u:object_r:" type ":s0"

const struct attempt selinux[] = {
	{ "se-load", nonsense, "load", "another policy" },
	{ "se-enforce", back, "enforce", "no enforcing" },
	{ "se-disable", nonsense, "disable", "" },
	{ "se-booleans", nonsense, "commit_pending_bools", "" },
	{ "se-checkreqprot", back, "checkreqprot", "" },
	{ "se-policy-read", read_it, "policy", "the policy: not secret, but of no use to a pod" },
	{ "se-access", nonsense, "access", "asking for decisions" },
	{ "se-context", nonsense, "context", "" },
	{ "se-be-init", become, "current " CONTEXT("init_t"), "process 1's domain" },
	{ "se-be-runtime", become, "current " CONTEXT("runtime_t"), "" },
	{ "se-be-kernel", become, "current " CONTEXT("kernel_t"), "" },
	{ "se-exec-init", become_by_program, CONTEXT("init_t"), "... by a program" },
	{ "se-exec-runtime", become_by_program, CONTEXT("runtime_t"), "" },
	{ "se-exec-agent", become_by_program, CONTEXT("agent_t"), "" },
	{ "se-exec-priv", become_by_program, CONTEXT("container_privileged_t"), "a privileged pod's domain" },
	{ "se-fscreate", make_file_as, FILE_CONTEXT("root_t"), "files with the host's label" },
	{ "se-sockcreate", make_socket_as, CONTEXT("runtime_t"), "" },
	{ "se-keycreate", become, "keycreate " CONTEXT("runtime_t"), "" },
	{ "se-relabel", relabel, FILE_CONTEXT("root_t"), "a file of one's own" },
	{ 0 },
};
