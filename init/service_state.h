/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a service as a table of states and events. Pure: no system call. */
#pragma once

enum service_state {
	STATE_UNCHANGED, /* only in the table */
	WAITING,         /* for the services it comes after */
	STARTING,        /* runs, not ready yet */
	READY,
	RESTARTING, /* was asked to end, and starts again at once */
	STOPPING,   /* was asked to end, and stays so */
	DELAYED,    /* ended unasked; starts again at its deadline */
	DONE,       /* a one-shot that ended well */
	STOPPED,    /* does not run and will not */
	SERVICE_STATES,
};

enum service_event {
	ORDERED, /* everything that it comes after is ready */
	BECAME_READY,
	FINISHED, /* a one-shot ended with status 0 */
	ENDED,    /* the main process ended otherwise, or could not be started */
	DEADLINE, /* the deadline of its state passed */
	ASKED_TO_STOP,
	ASKED_TO_RESTART,
	SERVICE_EVENTS,
};

enum service_action {
	DO_NOTHING,
	START,     /* run it; deadline: its start-timeout */
	ANNOUNCE,  /* it is ready; deadline: its watchdog */
	TERMINATE, /* SIGTERM to the main process; deadline: its stop-timeout */
	KILL,      /* SIGKILL to the main process; no deadline, its end is an event */
	DELAY,     /* deadline: the back-off */
};

struct service_transition {
	enum service_action action;
	enum service_state next;
};

/* What to do about an event. An event that means nothing in a state changes nothing. */
struct service_transition service_transition(enum service_state state, enum service_event event);

/* The word for a state in the status and on the console. */
const char *service_state_name(enum service_state state);

/*
 * Milliseconds to wait before the next start: delay, doubled for each failure
 * in a row after the first, at most maximum. failures is at least 1.
 */
unsigned service_backoff(unsigned failures, unsigned delay, unsigned maximum);
