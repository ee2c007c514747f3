/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for mke2fs in the machines of the tests: copies the file system
 * /etc/state.image to the device that it is given before the size.
 *
 * With /run/mke2fs.cut it gets only a part of it done, without the superblock,
 * says so by /run/mke2fs.is-cut, and waits to be killed.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BEHIND_SUPERBLOCK = 4096 };

int main(int argc, char **argv)
{
	int image = open("/etc/state.image", O_RDONLY), device = open(argv[argc - 2], O_WRONLY);
	int cut = access("/run/mke2fs.cut", F_OK) == 0;
	off_t start = cut ? BEHIND_SUPERBLOCK : 0;
	char piece[65536];
	ssize_t length;

	if (argc < 3 || image < 0 || device < 0)
		return 1;
	lseek(image, start, SEEK_SET);
	lseek(device, start, SEEK_SET);
	while ((length = read(image, piece, sizeof(piece))) > 0)
		if (write(device, piece, (size_t)length) != length)
			return 1;
	if (fsync(device) < 0)
		return 1;
	if (cut && open("/run/mke2fs.is-cut", O_WRONLY | O_CREAT, 0600) >= 0)
		for (;;)
			pause();
	return 0;
}
