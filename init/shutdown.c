/* SPDX-License-Identifier: Apache-2.0 */
#include "shutdown.h"

#include "cgroup.h"
#include "child.h"
#include "clock.h"
#include "log.h"
#include "power.h"
#include "services.h"
#include "status.h"
#include "unmount.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

static int command;
static pid_t unmounter; /* the child that syncs and unmounts, 0 without one */

static void stop_service(const char *name)
{
	struct service *service = service_by_name(name);

	if (service)
		service_event(service, ASKED_TO_STOP);
}

static bool has_stopped(const char *name)
{
	struct service *service = service_by_name(name);

	return !service || !service->pid;
}

static void stop_agent(void)
{
	stop_service("agent");
}

static bool agent_has_stopped(void)
{
	return has_stopped("agent");
}

static void terminate_pods(void)
{
	cgroup_signal(CGROUP_PODS, SIGTERM);
}

static void kill_pods(void)
{
	cgroup_signal(CGROUP_PODS, SIGKILL);
}

static bool pods_are_gone(void)
{
	return !cgroup_is_populated(CGROUP_PODS);
}

static void stop_others(void)
{
	for (unsigned i = 0; i < services_count; i++)
		service_event(&services[i], ASKED_TO_STOP);
}

static bool others_have_stopped(void)
{
	for (unsigned i = 0; i < services_count; i++)
		if (services[i].pid)
			return false;
	return true;
}

static void kill_system(void)
{
	cgroup_signal(CGROUP_SYSTEM, SIGKILL);
}

static bool system_is_gone(void)
{
	return !cgroup_is_populated(CGROUP_SYSTEM);
}

static void start_unmounting(void)
{
	unmounter = fork();
	if (unmounter == 0) {
		child_reset_signals();
		child_print_to_kernel_log();
		_exit(unmount_state());
	}
	if (unmounter < 0)
		log_error("going down: no process to unmount the state: %s", strerror(errno));
}

static bool unmounting_has_ended(void)
{
	return unmounter <= 0;
}

static void end(void)
{
	power_now(command);
}

static bool never(void)
{
	return false;
}

/* From above to below: what uses something goes before what it uses. */
static const struct phase {
	const char *name;
	void (*begin)(void);
	bool (*is_done)(void);
	unsigned seconds; /* after which the next phase begins all the same */
} phases[] = {
	{ "agent",    stop_agent,       agent_has_stopped,    15 }, /* first: it would start pods again */
	{ "pods",     terminate_pods,   pods_are_gone,        10 },
	{ "pods",     kill_pods,        pods_are_gone,        5  },
	{ "services", stop_others,      others_have_stopped,  15 },
	{ "services", kill_system,      system_is_gone,       5  }, /* shims too */
	{ "state",    start_unmounting, unmounting_has_ended, 30 },
	{ "power",    end,              never,                0  },
};

static const struct phase *phase; /* NULL until something begins */
static unsigned long long deadline;

static void enter(const struct phase *next)
{
	phase = next;
	phase->begin();
	deadline = now_milliseconds() + 1000ULL * phase->seconds;
}

bool shutdown_has_begun(void)
{
	return phase;
}

void shutdown_begin(int with_command, const char *reason)
{
	if (phase)
		return;
	command = with_command;
	log_notice("going down: %s; then %s", reason, command == RB_POWER_OFF ? "power off" : "reboot");
	status_changed();
	enter(phases);
}

unsigned long long shutdown_turn(unsigned long long now)
{
	enum { LOOK_AGAIN = 100 }; /* milliseconds: nobody tells when a cgroup has become empty */

	if (!phase)
		return 0;
	while (phase->is_done() || now >= deadline) {
		if (!phase->is_done())
			log_notice("going down: %s not done after %u s; going on", phase->name,
				   phase->seconds);
		enter(phase + 1);
	}
	return now + LOOK_AGAIN;
}

void shutdown_child_ended(pid_t pid)
{
	if (pid == unmounter)
		unmounter = 0;
}
