/* SPDX-License-Identifier: Apache-2.0 */
/* Records for the kernel's audit (include/uapi/linux/audit.h). */
#pragma once

#include <stdbool.h>

enum audit_kind { AUDIT_KIND_ENTER, AUDIT_KIND_COMMAND, AUDIT_KIND_LEAVE };

/*
 * Switches audit on, and has the kernel record each program that a session
 * executes; or off again: on a node without a session its records would only fill the console. 0 or fail()s.
 */
int audit_switch(bool on);

/* In the session's process: what it starts is the session's, for the rule above. 0 or fail()s. */
int audit_join(void);

/* Gives audit a record. 0 or fail()s. */
int audit_record(enum audit_kind kind, const char *text);
