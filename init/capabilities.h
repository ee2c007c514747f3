/* SPDX-License-Identifier: Apache-2.0 */
/* The names of capabilities(7). Pure: no system call. */
#pragma once

#include <stdint.h>

/* All capabilities that the kernel's headers know: bit N is capability N of linux/capability.h. */
extern const uint64_t capabilities_all;

/* Reads "all", "none", or names with blanks between them ("cap_net_admin cap_net_raw"). 0 or fail()s. */
int capabilities_parse(const char *value, uint64_t *into);
