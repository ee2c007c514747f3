/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>

/* What a challenge names, and where the console is. */
struct identity {
	char node[65], version[65], root[65], boot[40];
	char device[32]; /* path of the terminal */
};

/* On the root: from what process 1 wrote. In the initramfs (rescue): from what it holds. What can't be read is "unknown". */
void identity_read(struct identity *identity, bool rescue);
