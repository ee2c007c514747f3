/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

struct node;

/* On the root: looks at what the initramfs opened. */
void input_take_over(struct node *node);

/* Adds them to the loop, which then also hears what was pressed before. 0 or fail()s. */
int input_watch(const struct node *node);
