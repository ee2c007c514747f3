/* SPDX-License-Identifier: Apache-2.0 */
#include "service_state.h"

static const struct service_transition transitions[SERVICE_STATES][SERVICE_EVENTS] = {
	[WAITING] = {
		[ORDERED]          = { START,      STARTING },
		[ASKED_TO_STOP]    = { DO_NOTHING, STOPPED },
	},
	[STARTING] = {
		[BECAME_READY]     = { ANNOUNCE,   READY },
		[FINISHED]         = { ANNOUNCE,   DONE },
		[ENDED]            = { DELAY,      DELAYED },
		[DEADLINE]         = { KILL,       STATE_UNCHANGED }, /* and then it ENDED */
		[ASKED_TO_STOP]    = { TERMINATE,  STOPPING },
		[ASKED_TO_RESTART] = { TERMINATE,  RESTARTING },
	},
	[READY] = {
		[FINISHED]         = { DELAY,      DELAYED },
		[ENDED]            = { DELAY,      DELAYED },
		[DEADLINE]         = { KILL,       STATE_UNCHANGED }, /* its watchdog; and then it ENDED */
		[ASKED_TO_STOP]    = { TERMINATE,  STOPPING },
		[ASKED_TO_RESTART] = { TERMINATE,  RESTARTING },
	},
	[RESTARTING] = {
		[FINISHED]         = { DO_NOTHING, WAITING },
		[ENDED]            = { DO_NOTHING, WAITING },
		[DEADLINE]         = { KILL,       STATE_UNCHANGED },
		[ASKED_TO_STOP]    = { TERMINATE,  STOPPING },
	},
	[STOPPING] = {
		[FINISHED]         = { DO_NOTHING, STOPPED },
		[ENDED]            = { DO_NOTHING, STOPPED },
		[DEADLINE]         = { KILL,       STATE_UNCHANGED },
	},
	[DELAYED] = {
		[DEADLINE]         = { DO_NOTHING, WAITING },
		[ASKED_TO_STOP]    = { DO_NOTHING, STOPPED },
		[ASKED_TO_RESTART] = { DO_NOTHING, WAITING },
	},
	[DONE] = {
		[ASKED_TO_STOP]    = { DO_NOTHING, STOPPED },
		[ASKED_TO_RESTART] = { DO_NOTHING, WAITING },
	},
	[STOPPED] = {
		[ASKED_TO_RESTART] = { DO_NOTHING, WAITING },
	},
};

struct service_transition service_transition(enum service_state state, enum service_event event)
{
	struct service_transition transition = transitions[state][event];

	if (transition.next == STATE_UNCHANGED)
		transition.next = state;
	return transition;
}

const char *service_state_name(enum service_state state)
{
	static const char *const names[SERVICE_STATES] = {
		[WAITING] = "waiting",   [STARTING] = "starting",
		[READY] = "ready",       [RESTARTING] = "restarting",
		[STOPPING] = "stopping", [DELAYED] = "delayed",
		[DONE] = "done",         [STOPPED] = "stopped",
	};

	return names[state];
}

unsigned service_backoff(unsigned failures, unsigned delay, unsigned maximum)
{
	for (; failures > 1 && delay < maximum; failures--)
		delay = delay > maximum / 2 ? maximum : 2 * delay;
	return delay < maximum ? delay : maximum;
}
