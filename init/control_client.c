/* SPDX-License-Identifier: Apache-2.0 */
/* The other side of control.c: the command `holdfast` and the console. */
#include "control.h"

#include "error.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = CONTROL_SOCKET };

int control_request(const char *request, char *answer, size_t size)
{
	struct timeval patience = { .tv_sec = 10 };
	int descriptor = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), result = 0;
	ssize_t length = -1;

	if (descriptor < 0 ||
	    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
	    connect(descriptor, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    send(descriptor, request, strlen(request), MSG_NOSIGNAL) < 0 ||
	    (length = recv(descriptor, answer, size - 1, 0)) < 0)
		result = fail(errno, "ask process 1 over " CONTROL_SOCKET);
	else if (length == 0) /* its place was given to another client */
		result = fail(0, "process 1 ended the connection without an answer: ask again");
	answer[length > 0 ? length : 0] = '\0';
	if (descriptor >= 0)
		close(descriptor);
	return result;
}
