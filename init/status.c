/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include "boot.h"
#include "broken_glass.h"
#include "clock.h"
#include "error.h"
#include "file.h"
#include "log.h"
#include "network.h"
#include "node.h"
#include "services.h"
#include "shutdown.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct node *subject;
static bool changed;

void status_changed(void)
{
	changed = true;
}

void status_address_changed(void)
{
	char address[64];

	changed = true;
	if (network_address(subject->interface_name, address, sizeof(address)))
		log_notice("address %s on %s", address, subject->interface_name);
	else
		log_notice("no address on %s", subject->interface_name);
}

/* ---- what there is to say ---- */

static const char *node_state(void)
{
	if (shutdown_has_begun())
		return "stopping";
	if (subject->hold != HOLD_NOTHING)
		return "held";
	for (unsigned i = 0; i < services_count; i++)
		if (services[i].first_ready && services[i].state != READY && services[i].state != DONE)
			return "degraded";
	return services_all_ready() ? "running" : "starting";
}

static const char *node_name(char *into, size_t size)
{
	if (gethostname(into, size) < 0)
		into[0] = '\0';
	into[size - 1] = '\0';
	make_printable(into); /* a privileged pod on the host's network may set it */
	return into;
}

/* What an auditor must know of this node. */
static const char *const marks[] = { "unsigned-configuration", "broken-glass" };

static bool has_mark(size_t i)
{
	return i == 0 ? subject->config_unsigned : broken_glass();
}

/* ---- as JSON ---- */

static void add_steps(struct text *json)
{
	text_add(json, "\"steps\":[");
	for (size_t i = 0; i < subject->step_count; i++) {
		const struct step_result *step = &subject->steps[i];

		text_add(json, "%s\n{\"stage\":\"%s\",\"name\":\"%s\",\"result\":\"%s\",\"ms\":%u}",
			 i ? "," : "", step->stage, step->name, step->failed ? "failed" : "ok",
			 step->milliseconds);
	}
	text_add(json, "],\n");
}

static void add_services(struct text *json)
{
	text_add(json, "\"services\":[");
	for (unsigned i = 0; i < services_count; i++) {
		const struct service *service = &services[i];

		text_add(json,
			 "%s\n{\"name\":\"%s\",\"state\":\"%s\",\"pid\":%d,\"restarts\":%u,\"ready_ms\":%u}",
			 i ? "," : "", service->config.name, service_state_name(service->state), service->pid,
			 service->restarts, service->first_ready);
	}
	text_add(json, "],\n");
}

static void add_marks(struct text *json)
{
	const char *comma = "";

	text_add(json, "\"marks\":[");
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (has_mark(i)) {
			text_add(json, "%s\"%s\"", comma, marks[i]);
			comma = ",";
		}
	text_add(json, "]\n");
}

/*
 * Where /run is full no file can take its place, but the one that is there has its pages. Who reads it in this moment may see
 * half of each. 0 or -errno.
 */
static int overwrite_json(const char *json, size_t length)
{
	int file = open(STATUS_FILE, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (file < 0)
		return -errno;
	bool done = fallocate(file, 0, 0, (off_t)length) == 0 &&
		    pwrite(file, json, length, 0) == (ssize_t)length && ftruncate(file, (off_t)length) == 0;
	int result = done ? 0 : -errno;

	close(file);
	return result;
}

static void write_json(void)
{
	static char buffer[8192];
	struct text json = text_in(buffer, sizeof(buffer));
	char name[NAME_LENGTH], address[64];

	if (!network_address(subject->interface_name, address, sizeof(address)))
		address[0] = '\0';
	text_add(&json, "{\"version\":\"%s\",\"slot\":\"%c\",\"root_hash\":\"%s\",\"boot_id\":\"%s\",\n",
		 HOLDFAST_VERSION, subject->slot, subject->root.hash, subject->boot_id);
	text_add(&json, "\"node\":");
	text_add_json(&json, node_name(name, sizeof(name)));
	text_add(&json, ",\"addresses\":[%s%s%s],\"interface\":\"%s\",\"state\":\"%s\",\n",
		 address[0] ? "\"" : "", address, address[0] ? "\"" : "", subject->interface_name,
		 node_state());
	text_add(&json, "\"held_because\":");
	text_add_json(&json, subject->held_because);
	text_add(&json, ",\n");
	add_steps(&json);
	add_services(&json);
	text_add(&json, "\"problem\":");
	text_add_json(&json, log_last_error());
	text_add(&json, ",\n");
	add_marks(&json);
	text_add(&json, "}\n");
	if (file_replace(STATUS_FILE, buffer, text_length(&json), 0644) < 0 &&
	    overwrite_json(buffer, text_length(&json)) < 0)
		log_error("%s", failure());
}

/* ---- for a person ---- */

void status_text(char *into, size_t size)
{
	struct text text = text_in(into, size);
	unsigned long long now = now_milliseconds();
	char name[NAME_LENGTH], address[64];

	text_add(&text, "%-10s%s, up %llu s\n", "node", node_name(name, sizeof(name)), now / 1000);
	text_add(&text, "%-10s%s, slot %c, root %.16s\n", "version", HOLDFAST_VERSION, subject->slot,
		 subject->root.hash);
	text_add(&text, "%-10s%s\n", "state", node_state());
	if (subject->hold != HOLD_NOTHING)
		text_add(&text, "%-10s%s\n", "held", subject->held_because);
	if (network_address(subject->interface_name, address, sizeof(address)))
		text_add(&text, "%-10s%s on %s\n", "address", address, subject->interface_name);
	else
		text_add(&text, "%-10snone\n", "address");
	for (unsigned i = 0; i < services_count; i++) {
		const struct service *service = &services[i];

		text_add(&text, "%-10s%s, pid %d, restarts %u\n", service->config.name,
			 service_state_name(service->state), service->pid, service->restarts);
	}
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (has_mark(i))
			text_add(&text, "%-10s%s\n", "mark", marks[i]);
}

/* ---- once, when all is ready ---- */

static double seconds_until_ready(const char *name)
{
	const struct service *service = service_by_name(name);

	return service ? service->first_ready / 1000.0 : 0;
}

static void announce_node(void)
{
	char name[NAME_LENGTH], address[64];

	if (!network_address(subject->interface_name, address, sizeof(address)))
		snprintf(address, sizeof(address), "none");
	log_stage("ready");
	log_notice("version %s, slot %c, root %s", HOLDFAST_VERSION, subject->slot, subject->root.hash);
	log_notice("node %s, address %s on %s", node_name(name, sizeof(name)), address,
		   subject->interface_name);
	log_notice("runtime after %.1f s, agent after %.1f s", seconds_until_ready("runtime"),
		   seconds_until_ready("agent"));
	log_stage(NULL);
}

void status_turn(const struct node *node)
{
	static bool boot_is_over;

	subject = node;
	if (!changed)
		return;
	changed = false;
	write_json();
	if (!boot_is_over && services_settled()) {
		boot_is_over = true;
		boot_finished();
		if (services_all_ready())
			announce_node();
	}
}
