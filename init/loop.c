/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread, one epoll. What can block runs in children; a source is read
 * without waiting. The watchdog is fed at the end of a turn and nowhere else,
 * so a turn that does not end restarts the machine.
 */
#include "loop.h"

#include "clock.h"
#include "control.h"
#include "error.h"
#include "input.h"
#include "log.h"
#include "node.h"
#include "notify.h"
#include "power.h"
#include "service_log.h"
#include "services.h"
#include "shutdown.h"
#include "status.h"
#include "watchdog.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int epoll = -1;

int loop_add(struct source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, source->descriptor, &event) < 0)
		return fail(errno, "wait for descriptor %d", source->descriptor);
	return 0;
}

void loop_remove(struct source *source)
{
	close(source->descriptor); /* which also removes it from epoll: nobody else holds it */
	source->descriptor = -1;
}

/* At most so many in one turn, or a storm of them would keep process 1 from all else; the rest comes with the next. */
enum { SIGNALS_PER_TURN = 16, CHILDREN_PER_TURN = 256 };

/* Signals coalesce: one SIGCHLD may stand for many children. Orphans of the whole node end here too. */
static void reap(void)
{
	int status;

	for (int count = 0; count < CHILDREN_PER_TURN; count++) {
		pid_t pid = waitpid(-1, &status, WNOHANG);
		struct service *service = pid > 0 ? service_by_pid(pid) : NULL;

		if (pid <= 0)
			return;
		if (service)
			service_ended(service, status);
		else
			shutdown_child_ended(pid);
	}
	raise(SIGCHLD);
}

/* The signals of a system manager, as the kernel and reboot programs send them. */
static const struct {
	int number, command;
	const char *reason;
} endings[] = {
	{ SIGINT,  RB_AUTOBOOT,  "ctrl-alt-del"  }, /* by the kernel, see reboot(2) */
	{ SIGTERM, RB_AUTOBOOT,  "SIGTERM"       }, /* busybox reboot */
	{ SIGUSR2, RB_POWER_OFF, "SIGUSR2"       }, /* busybox poweroff */
	{ SIGPWR,  RB_POWER_OFF, "power failure" },
};

static void handle_ending(int number)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (number == endings[i].number)
			shutdown_begin(endings[i].command, endings[i].reason);
}

static void handle_signal(struct source *source)
{
	struct signalfd_siginfo some[SIGNALS_PER_TURN];
	ssize_t length = read(source->descriptor, some, sizeof(some));

	for (size_t i = 0; length > 0 && i < (size_t)length / sizeof(some[0]); i++) {
		if (some[i].ssi_signo == SIGCHLD)
			reap();
		handle_ending((int)some[i].ssi_signo);
	}
}

static struct source signals = { .handle = handle_signal };

static int open_signals(void)
{
	sigset_t all;

	/* Those that are not blocked (of faults, see fault.c) don't arrive here. */
	sigfillset(&all);
	signals.descriptor = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals.descriptor < 0)
		return fail(errno, "read signals from a descriptor");
	reboot(RB_DISABLE_CAD); /* ctrl-alt-del sends SIGINT instead of resetting the machine */
	return loop_add(&signals);
}

int loop_open(void)
{
	if (epoll >= 0)
		return 0;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return fail(errno, "make an epoll descriptor");

	int result = notify_open();

	if (result < 0) {
		close(epoll);
		epoll = -1;
	}
	return result;
}

bool loop_runs(void)
{
	return signals.descriptor > 0;
}

static void open_sources(const struct node *node)
{
	if (loop_open() < 0 || open_signals() < 0 || control_open() < 0) {
		log_error("the loop can't start: %s", failure());
		power_reboot_failed();
	}
	if (input_watch(node) < 0)
		log_error("%s", failure());
}

static void wait_and_handle(unsigned long long deadline)
{
	struct epoll_event events[8];
	unsigned long long now = now_milliseconds();
	int timeout = WATCHDOG_FEED_EVERY;

	if (deadline && deadline < now + WATCHDOG_FEED_EVERY)
		timeout = deadline > now ? (int)(deadline - now) : 0;

	int count = epoll_wait(epoll, events, sizeof(events) / sizeof(events[0]), timeout);

	for (int i = 0; i < count; i++) {
		struct source *source = events[i].data.ptr;

		source->handle(source);
	}
}

static void bound_logs(unsigned long long now)
{
	static unsigned long long last;

	if (now - last < WATCHDOG_FEED_EVERY)
		return;
	last = now;
	for (unsigned i = 0; i < services_count; i++)
		service_log_bound(services[i].config.name);
}

/* Services that a failed step needs are not started; a person may do it, once they have seen why. */
static void hold_services(const struct node *node)
{
	for (unsigned i = 0; i < services_count; i++)
		if ((node->hold == HOLD_ALL && !services[i].always) ||
		    (node->hold == HOLD_THE_AGENT && &services[i] == service_by_name("agent")))
			service_event(&services[i], ASKED_TO_STOP);
	if (node->hold != HOLD_NOTHING)
		log_error("this node is held: %s", node->held_because);
}

static unsigned long long earlier(unsigned long long a, unsigned long long b)
{
	return !a || (b && b < a) ? b : a;
}

void loop_run(struct node *node)
{
	open_sources(node);
	hold_services(node);
	status_changed();
	for (unsigned long long deadline = 1;;) {
		wait_and_handle(deadline);

		unsigned long long now = now_milliseconds();
		deadline = earlier(services_turn(now), shutdown_turn(now));
		bound_logs(now);
		status_turn(node);
		watchdog_feed();
	}
}
