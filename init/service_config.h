/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that describes one service (DESIGN.md, section 5): what to run and
 * within which limits. Pure: no system call, no allocation.
 *
 *   [service]
 *   exec = /usr/bin/containerd --config "/etc/a file"   words split at blanks; "…" keeps blanks
 *   environment = NAME=value                            repeatable; the value goes to the end of the line
 *   after = NAME          before = NAME                 repeatable
 *   ready = notify | exec | exit
 *   start-timeout = 120s  stop-timeout = 30s  watchdog = 60s
 *   restart-delay = 1s    restart-delay-max = 60s       healthy-after = 60s
 *   [resources]
 *   cgroup = NAME         under /sys/fs/cgroup/system/
 *   memory-max = 512M     memory-low = 64M    cpu-weight = 100   pids-max = 4096
 *   oom-score-adjust = -999                   open-files = 1048576
 *   [confinement]
 *   capabilities = all | none | cap_net_admin cap_net_raw …
 *   no-new-privileges = yes | no
 *   domain = NAME_t               of the SELinux policy (rootfs/selinux)
 *
 * Only exec is required. In its words %i is the node's network interface, %s
 * its time server and %% a percent sign.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SERVICE_WORDS_MAX = 32,  /* of exec and of the environment, with the NULL at the end */
	SERVICE_ORDER_MAX = 4,   /* services in after and in before */
	SERVICE_NAME_SIZE = 16,  /* with the NUL; the kernel shows no more of a process's name */
	SERVICE_TEXT_SIZE = 2048 /* all words of exec and of the environment */
};

/* When a service counts as ready. */
enum ready {
	READY_NOTIFY, /* it sent READY=1, see sd_notify(3) */
	READY_EXEC,   /* as soon as it runs */
	READY_EXIT,   /* it does one thing: when it ended with status 0 */
};

struct service_config {
	char name[SERVICE_NAME_SIZE];                      /* the file's name without .conf */
	char *argv[SERVICE_WORDS_MAX];                     /* both point into text */
	char *environment[SERVICE_WORDS_MAX];              /* and are ended by NULL */
	char after[SERVICE_ORDER_MAX][SERVICE_NAME_SIZE];  /* started once these are ready */
	char before[SERVICE_ORDER_MAX][SERVICE_NAME_SIZE]; /* "" after the last one */
	bool early;                                        /* no: it starts once the node has its network */
	enum ready ready;                                  /* READY_EXEC */
	unsigned start_timeout;                            /* ms from exec to readiness: 90 s */
	unsigned stop_timeout;                             /* ms from SIGTERM to SIGKILL: 30 s */
	unsigned watchdog;          /* ms between two WATCHDOG=1; 0, the default: not watched */
	unsigned restart_delay;     /* ms before the first restart, doubled each time: 1 s */
	unsigned restart_delay_max; /* ms, where doubling ends: 60 s */
	unsigned healthy_after;     /* ms of readiness after which the delay starts anew: 60 s */

	char cgroup[32];               /* the service's name */
	unsigned long long memory_max; /* bytes; 0, the default: no limit */
	unsigned long long memory_low; /* bytes; 0, the default: no protection */
	unsigned cpu_weight;           /* 100, as the kernel's own default */
	unsigned pids_max;             /* 1024 */
	int oom_score_adjust;          /* 0; inherited by nobody: the launcher sets it for each service */
	unsigned open_files;           /* hard limit: 1024; the soft one is at most 1024 */

	uint64_t capabilities;  /* bit N: capability N of linux/capability.h; 0, none, is the default */
	bool no_new_privileges; /* yes */
	char domain[32];        /* "", the default: that of process 1, which may execute no service */

	char text[SERVICE_TEXT_SIZE]; /* use text_used of it */
	size_t text_used;
};

/*
 * Parses a service file (changed in place; text[length] is overwritten).
 * name is the service's: lower-case letters, digits and "-". interface and
 * time_server stand in for %i and %s: NULL or "" where the node has none, and
 * then a file that asks for one is an error. The struct holds pointers into
 * itself: don't copy it. 0 or fail()s with "NAME line N: why".
 */
int service_config_parse(const char *name, char *text, size_t length, const char *interface,
			 const char *time_server, struct service_config *config);
