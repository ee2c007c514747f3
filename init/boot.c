/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot sequence, as two tables. Read them from top to bottom: the console
 * shows the same names in the same order.
 */
#include "boot.h"

#include "child.h"
#include "clock.h"
#include "error.h"
#include "file.h"
#include "log.h"
#include "node.h"
#include "power.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a failed step means. Never a shell, and never a change to what was not understood. */
enum consequence {
	REBOOT,        /* nothing can go on: the boot loader may take the other slot */
	HOLD_SERVICES, /* the node stays up, for a person to look at, but starts nothing */
	HOLD_AGENT,    /* the runtime starts; the node does not join its cluster */
	REPORT,        /* the node is whole without it; the console and the status say it */
};

struct step {
	const char *name;
	int (*run)(struct node *node);
	enum consequence if_it_fails;
};

static const struct step initramfs_steps[] = {
	{ "mounts",     step_mounts_early,  REBOOT },
	{ "watchdog",   step_watchdog,      REPORT },
	{ "buttons",    step_buttons,       REPORT }, /* what is pressed from here on is heard */
	{ "drivers",    step_drivers,       REPORT }, /* what matters of it shows in the next step */
	{ "partitions", step_partitions,    REBOOT },
	{ "verity",     step_verity,        REBOOT },
	{ "loadpin",    step_loadpin_early, REPORT },
	{ "root",       step_root,          REBOOT },
	{ "verified",   step_verified,      REBOOT }, /* from here on a damaged block of the root restarts the machine */
	{ "policy",     step_policy,        REBOOT }, /* from here on SELinux enforces */
	{ "switch",     step_switch,        REBOOT }, /* does not return: it becomes /sbin/init of the root */
};

static const struct step root_steps[] = {
	{ "handover",      step_handover,      REBOOT        }, /* from the initramfs */
	{ "mounts",        step_mounts,        REBOOT        },
	{ "cgroups",       step_cgroups,       REBOOT        },
	{ "clock",         step_clock,         REPORT        },
	{ "loadpin",       step_loadpin,       REPORT        }, /* from here on kernel files of the root only */
	{ "drivers",       step_drivers,       REPORT        },
	{ "sysctls",       step_sysctls,       HOLD_AGENT    }, /* but those of the network */
	{ "state",         step_state,         HOLD_SERVICES },
	{ "seal",          step_seal,          HOLD_SERVICES }, /* from here on no module, no new kernel */
	{ "runtime",       step_runtime,       HOLD_SERVICES }, /* gets ready while the rest is prepared */
	{ "configuration", step_configuration, HOLD_AGENT    },
	{ "netsysctls",    step_netsysctls,    HOLD_AGENT    },
	{ "firewall",      step_firewall,      HOLD_SERVICES }, /* before there is a network to filter */
	{ "network",       step_network,       REPORT        }, /* never without the filter */
	{ "services",      step_services,      HOLD_SERVICES }, /* the loop starts them */
	{ "console",       step_console,       REPORT        }, /* starts with them, and even where they are held */
};

static const char *const meaning[] = {
	[REBOOT] = "",
	[HOLD_SERVICES] = "; no service will start",
	[HOLD_AGENT] = "; the agent will not start",
	[REPORT] = "",
};

static void remember(struct node *node, const char *stage, const char *name, bool failed,
		     unsigned milliseconds)
{
	if (node->step_count == STEPS_MAX)
		return;

	struct step_result *result = &node->steps[node->step_count++];

	strlcpy(result->stage, stage, sizeof(result->stage));
	strlcpy(result->name, name, sizeof(result->name));
	result->failed = failed;
	result->milliseconds = milliseconds;
}

static void hold(struct node *node, enum hold what, const char *step)
{
	if (what <= node->hold)
		return;
	node->hold = what;
	snprintf(node->held_because, sizeof(node->held_because), "step %s: %s", step, failure());
}

/*
 * Before the reboot that may take the other slot: an image with break-glass
 * keys has the console in its initramfs, too. It needs a terminal of its own
 * and a cgroup for its session, and ends by itself, after RESCUE_TIME of
 * console/main.c if nobody gets in.
 */
static void offer_rescue(struct node *node)
{
	enum { DEADLINE = 70 * 60 * 1000 }; /* ms: above all limits of the console's own */
	char reason[384];
	const char *const console[] = { "/usr/sbin/console", "--rescue", reason, NULL };

	if (access(console[0], X_OK) < 0)
		return;
	snprintf(reason, sizeof(reason), "%s", failure());
	if (step_rescue_mounts(node) < 0 || step_cgroups(node) < 0 || child_run(console, DEADLINE) < 0)
		log_error("no early rescue: %s", failure());
}

static void run_steps(struct node *node, const char *stage, const struct step *steps, size_t count)
{
	log_stage(stage);
	for (const struct step *step = steps; step < steps + count; step++) {
		unsigned long long start = now_milliseconds();
		int result = step->run(node);
		unsigned took = (unsigned)(now_milliseconds() - start);

		remember(node, stage, step->name, result < 0, took);
		if (result >= 0) {
			log_notice("step %s ok, %u ms", step->name, took);
			continue;
		}
		log_error("step %s failed after %u ms: %s%s", step->name, took, failure(),
			  meaning[step->if_it_fails]);
		if (step->if_it_fails == REBOOT) {
			if (steps == initramfs_steps)
				offer_rescue(node);
			power_reboot_failed();
		}
		if (step->if_it_fails == HOLD_SERVICES)
			hold(node, HOLD_ALL, step->name);
		if (step->if_it_fails == HOLD_AGENT)
			hold(node, HOLD_THE_AGENT, step->name);
	}
	log_stage(NULL);
}

/*
 * Much of a boot is waiting for RCU grace periods: a dozen milliseconds for
 * each cgroup, module or packet filter. Until the node is ready they are
 * ended at once (rcu_expedited of kernel/ksysfs.c).
 */
static void hurry(bool yes)
{
	if (file_write("/sys/kernel/rcu_expedited", yes ? "1" : "0") < 0)
		log_error("%s", failure());
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void boot_initramfs(struct node *node)
{
	run_steps(node, "initramfs", initramfs_steps, COUNT(initramfs_steps));
	power_reboot_failed();
}

void boot_root(struct node *node)
{
	hurry(true);
	run_steps(node, "root", root_steps, COUNT(root_steps));
}

void boot_finished(void)
{
	hurry(false);
}
