/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether somebody has been in this node through the break-glass console since
 * it was installed. The console writes the mark to the state partition, where it stays; process 1 shows it.
 */
#pragma once

#include <stdbool.h>

/* The time of the last entry, in seconds since 1970; and, in the image, one before which entries no longer count. */
#define BROKEN_GLASS_FILE  "/var/lib/holdfast/broken-glass"
#define FORGET_BEFORE_FILE "/etc/holdfast/breakglass/forget-before"

/* After the state is mounted. */
void broken_glass_load(void);

/* It has happened now. */
void broken_glass_happened(void);

bool broken_glass(void);
