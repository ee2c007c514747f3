/* SPDX-License-Identifier: Apache-2.0 */
/* The boot sequence. Each function runs its table of steps; what a failed step means stands in the table. */
#pragma once

struct node;

/* From /init to the exec of /sbin/init on the root. Returns only if that can't be done: it then reboots. */
[[noreturn]] void boot_initramfs(struct node *node);

/* From the exec of /sbin/init to the loop. */
void boot_root(struct node *node);

/* All that should run does: the kernel may take its time again. */
void boot_finished(void);
