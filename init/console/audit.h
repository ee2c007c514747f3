/* SPDX-License-Identifier: Apache-2.0 */
/* Records for the kernel's audit (include/uapi/linux/audit.h). */
#pragma once

enum audit_kind { AUDIT_KIND_ENTER, AUDIT_KIND_COMMAND, AUDIT_KIND_LEAVE };

/* Switches audit on, and has the kernel record each program that a session executes. 0 or fail()s. */
int audit_prepare(void);

/* In the session's process: what it starts is the session's, for the rule above. 0 or fail()s. */
int audit_join(void);

/* Gives audit a record. 0 or fail()s. */
int audit_record(enum audit_kind kind, const char *text);
