/* SPDX-License-Identifier: Apache-2.0 */
// sources: service_state.c
#include "check.h"
#include "service_state.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What happens to a service, one after the other, from WAITING on. */
enum { STEPS = 6 };

static const struct story {
	const char *name;
	struct {
		enum service_event event;
		enum service_action action;
		enum service_state state;
	} steps[STEPS];
	size_t count;
} stories[] = {
	{ "it starts, becomes ready, ends, and starts again after a delay",
	  { { ORDERED, START, STARTING },
	    { BECAME_READY, ANNOUNCE, READY },
	    { ENDED, DELAY, DELAYED },
	    { DEADLINE, DO_NOTHING, WAITING },
	    { ORDERED, START, STARTING } },
	  5 },
	{ "it ends before it is ready",
	  { { ORDERED, START, STARTING }, { ENDED, DELAY, DELAYED } },
	  2 },
	{ "it does not become ready in time",
	  { { ORDERED, START, STARTING }, { DEADLINE, KILL, STARTING }, { ENDED, DELAY, DELAYED } },
	  3 },
	{ "it gives no sign of life",
	  { { ORDERED, START, STARTING },
	    { BECAME_READY, ANNOUNCE, READY },
	    { DEADLINE, KILL, READY },
	    { ENDED, DELAY, DELAYED } },
	  4 },
	{ "what should go on ends well: it starts again all the same",
	  { { ORDERED, START, STARTING }, { BECAME_READY, ANNOUNCE, READY }, { FINISHED, DELAY, DELAYED } },
	  3 },
	{ "a one-shot is done, and is asked for once more",
	  { { ORDERED, START, STARTING },
	    { FINISHED, ANNOUNCE, DONE },
	    { ASKED_TO_RESTART, DO_NOTHING, WAITING },
	    { ORDERED, START, STARTING } },
	  4 },
	{ "a restart",
	  { { ORDERED, START, STARTING },
	    { BECAME_READY, ANNOUNCE, READY },
	    { ASKED_TO_RESTART, TERMINATE, RESTARTING },
	    { ENDED, DO_NOTHING, WAITING },
	    { ORDERED, START, STARTING } },
	  5 },
	{ "a restart of what does not end when asked",
	  { { ORDERED, START, STARTING },
	    { ASKED_TO_RESTART, TERMINATE, RESTARTING },
	    { DEADLINE, KILL, RESTARTING },
	    { FINISHED, DO_NOTHING, WAITING } },
	  4 },
	{ "a restart instead of a delay",
	  { { ORDERED, START, STARTING },
	    { ENDED, DELAY, DELAYED },
	    { ASKED_TO_RESTART, DO_NOTHING, WAITING } },
	  3 },
	{ "a stop, and a start",
	  { { ORDERED, START, STARTING },
	    { BECAME_READY, ANNOUNCE, READY },
	    { ASKED_TO_STOP, TERMINATE, STOPPING },
	    { DEADLINE, KILL, STOPPING },
	    { ENDED, DO_NOTHING, STOPPED },
	    { ASKED_TO_RESTART, DO_NOTHING, WAITING } },
	  6 },
	{ "a stop wins over a restart",
	  { { ORDERED, START, STARTING },
	    { ASKED_TO_RESTART, TERMINATE, RESTARTING },
	    { ASKED_TO_STOP, TERMINATE, STOPPING },
	    { ASKED_TO_RESTART, DO_NOTHING, STOPPING },
	    { FINISHED, DO_NOTHING, STOPPED } },
	  5 },
};

static void stories_go_as_told(void)
{
	for (size_t i = 0; i < COUNT(stories); i++) {
		enum service_state state = WAITING;

		for (size_t j = 0; j < stories[i].count; j++) {
			struct service_transition transition =
				service_transition(state, stories[i].steps[j].event);

			if (transition.action != stories[i].steps[j].action ||
			    transition.next != stories[i].steps[j].state)
				CHECK_TEXT(stories[i].name, service_state_name(transition.next));
			state = transition.next;
		}
	}
}

static bool has_process(enum service_state state)
{
	return state == STARTING || state == READY || state == RESTARTING || state == STOPPING;
}

/* What holds for every state and event: one process at a time, and none that nobody knows of. */
static void check_transition(enum service_state state, enum service_event event)
{
	struct service_transition transition = service_transition(state, event);
	bool starts = state == WAITING && event == ORDERED, ends = event == FINISHED || event == ENDED;

	CHECK(transition.next > STATE_UNCHANGED && transition.next < SERVICE_STATES);
	CHECK((transition.action == START) == starts);
	if (transition.action == TERMINATE || transition.action == KILL)
		CHECK(has_process(state));
	if (!starts)
		CHECK(has_process(transition.next) == (has_process(state) && !ends));
	if (event == ASKED_TO_STOP)
		CHECK(transition.next == (has_process(state) ? STOPPING : STOPPED));
	if (event == DEADLINE && has_process(state))
		CHECK(transition.action == KILL && transition.next == state);
	if (event == ASKED_TO_RESTART)
		CHECK(transition.next == WAITING || transition.next == RESTARTING ||
		      transition.next == STOPPING);
	if (state == STOPPED && event != ASKED_TO_RESTART)
		CHECK(transition.action == DO_NOTHING && transition.next == STOPPED);
}

static void each_state_takes_each_event(void)
{
	for (enum service_state state = WAITING; state < SERVICE_STATES; state++)
		for (enum service_event event = 0; event < SERVICE_EVENTS; event++)
			check_transition(state, event);
}

static void states_have_different_names(void)
{
	for (enum service_state state = WAITING; state < SERVICE_STATES; state++)
		for (enum service_state other = WAITING; other < state; other++)
			CHECK(strcmp(service_state_name(state), service_state_name(other)) != 0);
	CHECK_TEXT(service_state_name(WAITING), "waiting");
	CHECK_TEXT(service_state_name(STARTING), "starting");
	CHECK_TEXT(service_state_name(READY), "ready");
	CHECK_TEXT(service_state_name(RESTARTING), "restarting");
	CHECK_TEXT(service_state_name(STOPPING), "stopping");
	CHECK_TEXT(service_state_name(DELAYED), "delayed");
	CHECK_TEXT(service_state_name(DONE), "done");
	CHECK_TEXT(service_state_name(STOPPED), "stopped");
}

static const struct {
	unsigned failures, delay, maximum, wait;
} waits[] = {
	{ 1, 100, 400, 100 },
	{ 2, 100, 400, 200 },
	{ 3, 100, 400, 400 },
	{ 4, 100, 400, 400 },
	{ 3, 100, 300, 300 },
	{ 2, 150, 400, 300 },
	{ 2, 200, 401, 400 },
	{ 1, 500, 400, 400 },
	{ UINT_MAX, 100, 60000, 60000 },
	/* where doubling would overflow */
	{ 3, UINT_MAX / 2 + 1, UINT_MAX, UINT_MAX },
	{ UINT_MAX, 1, UINT_MAX, UINT_MAX },
	{ UINT_MAX, 400, 400, 400 },
};

static void failures_in_a_row_wait_longer(void)
{
	for (size_t i = 0; i < COUNT(waits); i++)
		CHECK(service_backoff(waits[i].failures, waits[i].delay, waits[i].maximum) == waits[i].wait);
}

int main(void)
{
	stories_go_as_told();
	each_state_takes_each_event();
	states_have_different_names();
	failures_in_a_row_wait_longer();
	return checks_end();
}
