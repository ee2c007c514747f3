/* SPDX-License-Identifier: Apache-2.0 */
#include "services.h"

#include "broken_glass.h"
#include "cgroup.h"
#include "clock.h"
#include "error.h"
#include "file.h"
#include "launch.h"
#include "log.h"
#include "loop.h"
#include "network.h"
#include "node.h"
#include "service_log.h"
#include "shutdown.h"
#include "status.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct service services[SERVICES_MAX];
unsigned services_count;

static const char services_directory[] = "/etc/holdfast/services";

/* ---- loading ---- */

static bool wants_dhcp(const struct node *node)
{
	return node->config.dhcp && node->interface_name[0];
}

static bool wants_time(const struct node *node)
{
	return node->config.time_server[0];
}

/* Helpers that run only where the configuration asks for them; others always do. */
static const struct {
	const char *name;
	bool (*wanted)(const struct node *node);
} optional[] = {
	{ "dhcp", wants_dhcp },
	{ "time", wants_time },
};

static bool is_wanted(const struct node *node, const char *name)
{
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		if (strcmp(optional[i].name, name) == 0)
			return optional[i].wanted(node);
	return true;
}

/* Whether the file was loaded before the others. */
static bool is_early(const char *name, const char *directory)
{
	const struct service *service = service_by_name(name);

	return service && service->config.early && directory == services_directory;
}

static int load_file(const struct node *node, const char *directory, const char *file, bool always)
{
	char path[PATH_LENGTH], name[SERVICE_NAME_SIZE], text[4096];
	size_t length = strlen(file) - strlen(".conf");
	struct service *service = &services[services_count];

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	if (length >= sizeof(name))
		return fail(0, "%s: a service's name has at most %zu letters", path, sizeof(name) - 1);
	memcpy(name, file, length);
	name[length] = '\0';
	if (!is_wanted(node, name) || is_early(name, directory))
		return 0;
	if (service_by_name(name))
		return fail(0, "%s: there is a service of this name", path);
	if (services_count == (always ? SERVICES_MAX : SERVICES_MAX - 1))
		return fail(0, "%s: there are more than %d services", path, SERVICES_MAX - 1);

	ssize_t size = file_read(path, text, sizeof(text));
	if (size < 0)
		return (int)size;

	int result = service_config_parse(name, text, (size_t)size, node->interface_name,
					  node->config.time_server, &service->config);
	if (result < 0)
		return result;
	service->state = WAITING;
	service->pidfd = -1;
	service->always = always;
	services_count++;
	return 0;
}

static int is_service_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > strlen(".conf") && strcmp(entry->d_name + length - strlen(".conf"), ".conf") == 0;
}

/* Loads a directory in the order of names. One that doesn't exist holds none. */
static int load_directory(const struct node *node, const char *directory)
{
	struct dirent **files;
	int count = scandir(directory, &files, is_service_file, alphasort), result = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : fail(errno, "read %s", directory);
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = load_file(node, directory, files[i]->d_name, false);
		free(files[i]);
	}
	free(files);
	return result;
}

/* ---- the order ---- */

static bool names(const char order[SERVICE_ORDER_MAX][SERVICE_NAME_SIZE], const char *name)
{
	for (int i = 0; i < SERVICE_ORDER_MAX && order[i][0]; i++)
		if (strcmp(order[i], name) == 0)
			return true;
	return false;
}

/* By its own word or by the other's. */
static bool comes_after(const struct service *service, const struct service *other)
{
	return names(service->config.after, other->config.name) ||
	       names(other->config.before, service->config.name);
}

/* A name in after or before that no service has would make one wait for ever. */
static int check_order(const struct service *service, const char order[SERVICE_ORDER_MAX][SERVICE_NAME_SIZE])
{
	for (int i = 0; i < SERVICE_ORDER_MAX && order[i][0]; i++)
		if (!service_by_name(order[i]))
			return fail(0, "service %s is ordered by '%s', which is no service",
				    service->config.name, order[i]);
	return 0;
}

/* Services that come after each other would wait for ever: each must find its place after all that it comes after. */
static int check_circles(void)
{
	bool placed[SERVICES_MAX] = { false };

	for (unsigned round = 0; round < services_count; round++)
		for (unsigned i = 0; i < services_count; i++) {
			placed[i] = true;
			for (unsigned j = 0; j < services_count; j++)
				if (comes_after(&services[i], &services[j]) && !placed[j])
					placed[i] = false;
		}
	for (unsigned i = 0; i < services_count; i++)
		if (!placed[i])
			return fail(0, "service %s comes, by after and before, after itself",
				    services[i].config.name);
	return 0;
}

/* What is early has started by now. */
static int check_early(const struct service *service)
{
	for (const struct service *other = services; other < services + services_count; other++)
		if (service->config.early && comes_after(service, other))
			return fail(0, "service %s starts early: it can't come after %s",
				    service->config.name, other->config.name);
	return 0;
}

int step_services(struct node *node)
{
	int result;

	broken_glass_load();
	if ((result = make_directory("/run/holdfast/log", 0700)) < 0 ||
	    (result = load_directory(node, services_directory)) < 0 ||
	    (result = load_directory(node, "/etc/holdfast/helpers")) < 0)
		return result;
	for (unsigned i = 0; i < services_count; i++)
		if ((result = check_order(&services[i], services[i].config.after)) < 0 ||
		    (result = check_order(&services[i], services[i].config.before)) < 0 ||
		    (result = check_early(&services[i])) < 0)
			return result;
	return check_circles();
}

/* Which terminal the console owns: node.conf was checked by process 1, so the console needn't read it. */
static int tell_console(const struct node *node)
{
	char text[64];
	int length = snprintf(text, sizeof(text), "[console]\ndevice = %s\n", node->config.console_device);

	return file_replace(CONSOLE_FILE, text, (size_t)length, 0600);
}

/* Needs no other service, so it is no part of their step: whatever is wrong there, it starts. */
int step_console(struct node *node)
{
	static const char directory[] = "/etc/holdfast", file[] = "console.conf";

	if (access("/etc/holdfast/console.conf", F_OK) < 0)
		return 0; /* an image without a console */

	int result = make_directory("/run/holdfast/log", 0700);

	if (result == 0)
		result = tell_console(node);
	return result < 0 ? result : load_file(node, directory, file, true);
}

/* ---- finding ---- */

struct service *service_by_name(const char *name)
{
	for (unsigned i = 0; i < services_count; i++)
		if (strcmp(services[i].config.name, name) == 0)
			return &services[i];
	return NULL;
}

struct service *service_by_pid(pid_t pid)
{
	for (unsigned i = 0; i < services_count; i++)
		if (services[i].pid == pid && pid)
			return &services[i];
	return NULL;
}

static bool is_ready(const struct service *service)
{
	return service->state == READY || service->state == DONE;
}

/* Whether all that it comes after is ready. */
static bool is_ordered(const struct service *service)
{
	for (const struct service *other = services; other < services + services_count; other++)
		if (comes_after(service, other) && !is_ready(other))
			return false;
	return true;
}

bool services_settled(void)
{
	for (unsigned i = 0; i < services_count; i++)
		if (!services[i].first_ready && services[i].state != STOPPED && !services[i].always)
			return false;
	return true;
}

bool services_all_ready(void)
{
	unsigned ready = 0;

	for (unsigned i = 0; i < services_count; i++) {
		if (services[i].always)
			continue;
		if (!services[i].first_ready)
			return false;
		ready++;
	}
	return ready > 0;
}

/* ---- the actions of the table ---- */

static void do_nothing(struct service *service)
{
	service->deadline = 0;
}

static void start(struct service *service)
{
	int result = launch(&service->config, service->config.early && !loop_runs(), &service->pid,
			    &service->pidfd);

	service->started_at = now_milliseconds();
	service->ready_at = 0;
	service->deadline = service->started_at + service->config.start_timeout;
	if (result < 0) {
		log_error("service %s: %s", service->config.name, failure());
		service_event(service, ENDED);
		return;
	}
	log_notice("service %s: started, pid %d", service->config.name, service->pid);
	if (service->config.ready == READY_EXEC)
		service_event(service, BECAME_READY);
}

static void announce(struct service *service)
{
	unsigned long long now = now_milliseconds(), took = now - service->started_at;

	service->ready_at = now;
	service->deadline = service->config.watchdog ? now + service->config.watchdog : 0;
	if (!service->first_ready)
		service->first_ready = (unsigned)now;
	log_notice("service %s: ready after %llu.%02llu s", service->config.name, took / 1000,
		   took % 1000 / 10);
}

/* Only the main process gets it: what it started (the shims of running pods) lives on. */
static void send_signal(struct service *service, int number)
{
	if (service->pid && syscall(SYS_pidfd_send_signal, service->pidfd, number, NULL, 0) < 0 &&
	    errno != ESRCH)
		log_error("service %s: signal %d: %s", service->config.name, number, strerror(errno));
}

static void terminate(struct service *service)
{
	send_signal(service, SIGTERM);
	service->deadline = now_milliseconds() + service->config.stop_timeout;
}

static void kill_main(struct service *service)
{
	log_error("service %s: %s; killing it", service->config.name,
		  service->state == STARTING ? "is not ready in time"
		  : service->state == READY  ? "gives no sign of life"
					     : "does not end when asked");
	send_signal(service, SIGKILL);
	service->deadline = 0;
}

static void delay(struct service *service)
{
	const struct service_config *config = &service->config;
	unsigned long long now = now_milliseconds();

	if (service->ready_at && now - service->ready_at >= config->healthy_after)
		service->failures = 0;
	service->failures++;
	service->restarts++;

	unsigned wait = service_backoff(service->failures, config->restart_delay, config->restart_delay_max);
	service->deadline = now + wait;
	log_notice("service %s: again in %u.%u s", config->name, wait / 1000, wait % 1000 / 100);
}

static void (*const actions[])(struct service *service) = {
	[DO_NOTHING] = do_nothing, [START] = start,    [ANNOUNCE] = announce,
	[TERMINATE] = terminate,   [KILL] = kill_main, [DELAY] = delay,
};

void service_event(struct service *service, enum service_event event)
{
	struct service_transition transition = service_transition(service->state, event);

	if (transition.action == DO_NOTHING && transition.next == service->state)
		return;
	service->state = transition.next;
	actions[transition.action](service);
	status_changed();
}

void service_alive(struct service *service)
{
	if (service->state == READY && service->config.watchdog)
		service->deadline = now_milliseconds() + service->config.watchdog;
}

static void log_end(const struct service *service, int status)
{
	unsigned long long lived = now_milliseconds() - service->started_at;
	char how[32], last[200];

	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "ended by signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "ended with status %d", WEXITSTATUS(status));

	service_log_last_line(service->config.name, last, sizeof(last));
	bool unasked = service->state == STARTING || service->state == READY;
	if (unasked && last[0])
		log_error("service %s: %s after %llu.%llu s: %s", service->config.name, how, lived / 1000,
			  lived % 1000 / 100, last);
	else
		log_notice("service %s: %s after %llu.%llu s", service->config.name, how, lived / 1000,
			   lived % 1000 / 100);
}

void service_ended(struct service *service, int status)
{
	bool well = service->config.ready == READY_EXIT && WIFEXITED(status) && WEXITSTATUS(status) == 0;

	if (!well)
		log_end(service, status);
	close(service->pidfd);
	service->pidfd = -1;
	service->pid = 0;
	service_event(service, well ? FINISHED : ENDED);
}

/*
 * The runtime takes seconds to be ready, and needs neither the machine's configuration nor its network for that: if
 * its file says so, it starts while process 1 goes on with those. Whatever holds services later stops it again.
 */
int step_runtime(struct node *node)
{
	int result;

	if (node->hold == HOLD_ALL)
		return 0;
	result = load_file(node, services_directory, "runtime.conf", false);
	if (result == -ENOENT)
		return 0;
	if (result < 0 || (result = make_directory("/run/holdfast/log", 0700)) < 0)
		return result;
	if (!services[0].config.early) {
		services_count = 0; /* in its turn, with the others */
		return 0;
	}
	if ((result = network_loopback_up()) < 0 || (result = loop_open()) < 0)
		return result;

	const char *stage = log_stage(NULL); /* what services do is told alike, whenever it is */

	service_event(&services[0], ORDERED);
	log_stage(stage);
	return 0;
}

/* Whether one was started: then another, that comes after it, may have become able to. */
static bool start_ordered(void)
{
	bool started = false;

	if (shutdown_has_begun()) /* a button may be pressed before the first start */
		return false;
	for (struct service *service = services; service < services + services_count; service++)
		if (service->state == WAITING && is_ordered(service)) {
			service_event(service, ORDERED);
			started = true;
		}
	return started;
}

unsigned long long services_turn(unsigned long long now)
{
	unsigned long long next = 0;

	for (struct service *service = services; service < services + services_count; service++)
		if (service->deadline && now >= service->deadline)
			service_event(service, DEADLINE);
	while (start_ordered())
		;
	for (struct service *service = services; service < services + services_count; service++)
		if (service->deadline && (!next || service->deadline < next))
			next = service->deadline;
	return next;
}
