/* SPDX-License-Identifier: Apache-2.0 */
#include "control.h"

#include "broken_glass.h"
#include "error.h"
#include "loop.h"
#include "services.h"
#include "shutdown.h"
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = CONTROL_SOCKET };

/* ---- what can be asked: each writes the answer ---- */

static void answer_status(const char *argument, char *answer)
{
	(void)argument;
	status_text(answer, CONTROL_ANSWER_MAX);
}

static void answer_restart(const char *argument, char *answer)
{
	struct service *service = service_by_name(argument);

	if (!service) {
		snprintf(answer, CONTROL_ANSWER_MAX, "error: there is no service '%.32s'\n", argument);
		return;
	}
	if (shutdown_has_begun()) {
		snprintf(answer, CONTROL_ANSWER_MAX, "error: this node is going down\n");
		return;
	}
	service_event(service, ASKED_TO_RESTART);
	snprintf(answer, CONTROL_ANSWER_MAX, "%s: %s\n", argument, service_state_name(service->state));
}

static void answer_power(const char *argument, char *answer)
{
	if (strcmp(argument, "off") == 0) {
		shutdown_begin(RB_POWER_OFF, "request");
	} else if (strcmp(argument, "reboot") == 0) {
		shutdown_begin(RB_AUTOBOOT, "request");
	} else {
		snprintf(answer, CONTROL_ANSWER_MAX, "error: 'power' takes 'off' or 'reboot'\n");
		return;
	}
	snprintf(answer, CONTROL_ANSWER_MAX, "going down\n");
}

/* The DHCP helper has set or removed the address. */
static void answer_network(const char *argument, char *answer)
{
	(void)argument;
	status_address_changed();
	snprintf(answer, CONTROL_ANSWER_MAX, "noted\n");
}

/* The console has let somebody in. Who else asks for it (root, in a session) only marks the node. */
static void answer_broken_glass(const char *argument, char *answer)
{
	(void)argument;
	broken_glass_happened();
	status_changed();
	snprintf(answer, CONTROL_ANSWER_MAX, "noted\n");
}

#ifdef TEST_HOOKS
/* Only in init.test, whose version ends in "+test": no other way to break process 1 from outside. */
static void answer_test(const char *argument, char *answer)
{
	int *volatile nowhere = NULL;

	if (strcmp(argument, "fault") == 0)
		*nowhere = 1;
	if (strcmp(argument, "stall") == 0)
		for (;;)
			pause();
	snprintf(answer, CONTROL_ANSWER_MAX, "error: 'test' takes 'fault' or 'stall'\n");
}
#endif

static const struct {
	const char *word;
	void (*answer)(const char *argument, char *answer);
} requests[] = {
	{ "status",       answer_status       },
	{ "restart",      answer_restart      },
	{ "power",        answer_power        },
	{ "network",      answer_network      },
	{ "broken-glass", answer_broken_glass },
#ifdef TEST_HOOKS
	{ "test",         answer_test         },
#endif
};

static void answer_request(char *request, char *answer)
{
	char *space = strchr(request, ' ');
	const char *argument = space ? space + 1 : "";

	if (space)
		*space = '\0';
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (strcmp(requests[i].word, request) == 0) {
			requests[i].answer(argument, answer);
			return;
		}
	snprintf(answer, CONTROL_ANSWER_MAX, "error: no request '%.32s'\n", request);
}

/* ---- the socket, in process 1 ---- */

enum { CLIENTS_MAX = 4 };

static struct source clients[CLIENTS_MAX];

static void handle_client(struct source *client)
{
	static char answer[CONTROL_ANSWER_MAX];
	char request[128];
	/* With MSG_TRUNC: the length of the packet, even where it is longer than its place. */
	ssize_t length = recv(client->descriptor, request, sizeof(request) - 1, MSG_DONTWAIT | MSG_TRUNC);

	if (length < 0 && errno == EAGAIN)
		return; /* the event was for the client that had this place before, in the same turn */
	if (length >= (ssize_t)sizeof(request)) {
		snprintf(answer, sizeof(answer), "error: a request has at most %zu bytes\n",
			 sizeof(request) - 1);
	} else if (length > 0) {
		request[length] = '\0';
		answer_request(request, answer);
	}
	if (length > 0)
		send(client->descriptor, answer, strlen(answer), MSG_DONTWAIT | MSG_NOSIGNAL);
	loop_remove(client);
}

/* A free place, or that of the client in turn: one that connects and says nothing can't keep others out. */
static struct source *place_for_client(void)
{
	static unsigned turn;

	for (int i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].descriptor <= 0)
			return &clients[i];

	struct source *oldest = &clients[turn++ % CLIENTS_MAX];
	loop_remove(oldest);
	return oldest;
}

static void handle_connection(struct source *listener)
{
	int descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(peer);

	if (descriptor < 0)
		return;
	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 || peer.uid != 0) {
		close(descriptor);
		return;
	}

	struct source *client = place_for_client();
	*client = (struct source){ descriptor, handle_client };
	if (loop_add(client) < 0)
		loop_remove(client);
}

static struct source connections = { .handle = handle_connection };

int control_open(void)
{
	int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	unlink(CONTROL_SOCKET);
	if (descriptor < 0 || bind(descriptor, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(CONTROL_SOCKET, 0600) < 0 || listen(descriptor, CLIENTS_MAX) < 0)
		return fail(errno, "open the socket " CONTROL_SOCKET);
	connections.descriptor = descriptor;
	return loop_add(&connections);
}
