/* SPDX-License-Identifier: Apache-2.0 */
#include "notify.h"

#include "error.h"
#include "loop.h"
#include "services.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Who sent a message: the kernel says it, not the sender. 0 if it does not. */
static pid_t sender(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	struct ucred credentials;

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS)
		return 0;
	memcpy(&credentials, CMSG_DATA(header), sizeof(credentials));
	return credentials.pid;
}

/* At most so many in one turn, or one service could keep process 1 from all else; the rest comes with the next. */
enum { MESSAGES_PER_TURN = 64 };

static void handle_notification(struct source *source)
{
	char text[1024];
	alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];

	for (int count = 0; count < MESSAGES_PER_TURN; count++) {
		struct iovec data = { text, sizeof(text) - 1 };
		struct msghdr message = {
			.msg_iov = &data,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		/* Descriptors that somebody sends along don't fit in control: the kernel closes them. */
		ssize_t length = recvmsg(source->descriptor, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

		if (length < 0)
			return;
		text[length] = '\0';

		struct service *service = service_by_pid(sender(&message));
		if (!service) /* only the main process speaks for its service */
			continue;

		struct notification said = notification_parse(text);
		if (said.ready && service->config.ready == READY_NOTIFY)
			service_event(service, BECAME_READY);
		if (said.alive)
			service_alive(service);
	}
}

static struct source notifications = { .handle = handle_notification };

/* Nobody but root may send, at no moment. */
static int bind_for_root(int descriptor, const struct sockaddr_un *address)
{
	mode_t mask = umask(0177);
	int result = bind(descriptor, (const struct sockaddr *)address, sizeof(*address));

	umask(mask);
	return result;
}

int notify_open(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = NOTIFY_SOCKET };
	int yes = 1, descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	unlink(NOTIFY_SOCKET);
	if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) < 0 ||
	    bind_for_root(descriptor, &address) < 0)
		return fail(errno, "open the socket " NOTIFY_SOCKET);
	notifications.descriptor = descriptor;
	return loop_add(&notifications);
}
