/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SELinux labels (rootfs/selinux): of files and of the program that a process
 * executes next. A type stands for the whole label: system_u, object_r or
 * system_r, s0. Where no policy is loaded there are none, and nothing is done:
 * in the initramfs before its step, and on a kernel without SELinux. That a
 * node has a policy is the business of the step `policy`.
 */
#pragma once

#include <stdbool.h>

/* Whether a policy is loaded. */
bool label_in_use(void);

/* Gives a file (a link itself, not what it leads to) the type. 0 or fail()s. */
int label_file(const char *path, const char *type);

/* The same for an open one. name is for the message. */
int label_descriptor(int descriptor, const char *name, const char *type);

/* The domain of the program that this process executes next. 0 or fail()s. */
int label_next_program(const char *domain);
