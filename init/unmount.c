/* SPDX-License-Identifier: Apache-2.0 */
#include "unmount.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { MOUNTS_MAX = 2048 };

static const char state[] = "/var";

/* Mounts that hold the state: below /var, and the roots of containers, which are overlays over it. */
static bool may_hold_state(const struct mntent *mount)
{
	static const char *const below[] = { "/var/", "/run/containerd/", "/run/netns/" };

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		if (strncmp(mount->mnt_dir, below[i], strlen(below[i])) == 0)
			return true;
	return strcmp(mount->mnt_type, "overlay") == 0;
}

/* Later mounts may stand on earlier ones: from the last to the first. */
static void unmount_holders(void)
{
	static char *targets[MOUNTS_MAX];
	size_t count = 0;
	FILE *mounts = setmntent("/proc/self/mounts", "re");

	if (!mounts)
		return;
	for (struct mntent *mount; count < MOUNTS_MAX && (mount = getmntent(mounts));)
		if (may_hold_state(mount))
			targets[count++] = strdup(mount->mnt_dir);
	endmntent(mounts);
	while (count--)
		if (targets[count] && umount2(targets[count], UMOUNT_NOFOLLOW) < 0)
			umount2(targets[count], MNT_DETACH | UMOUNT_NOFOLLOW);
}

/* Only the state: sync() would wait for a pod's network file system whose server is gone, too. */
static void flush_state(void)
{
	int directory = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0 || syncfs(directory) < 0)
		log_error("going down: writing the state to its disk: %s", strerror(errno));
	close(directory);
}

int unmount_state(void)
{
	flush_state();
	unmount_holders();
	if (umount2(state, UMOUNT_NOFOLLOW) == 0 || errno == EINVAL) { /* EINVAL: nothing is mounted there */
		log_notice("going down: state unmounted");
		return 0;
	}
	int error = errno;
	if (mount(NULL, state, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0) {
		log_notice("going down: state read-only (unmount: %s)", strerror(error));
		return 0;
	}
	log_error("going down: state neither unmounted (%s) nor read-only (%s)", strerror(error),
		  strerror(errno));
	return 1;
}
