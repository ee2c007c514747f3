/* SPDX-License-Identifier: Apache-2.0 */
/* The init that ours is measured against: does the two things without which it would be none. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	static char path[] = "/usr/bin/program";
	static char *const arguments[] = { path, NULL }, *const environment[] = { NULL };
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	if (fork() == 0) {
		sigemptyset(&set);
		sigprocmask(SIG_SETMASK, &set, NULL);
		setsid();
		execve(path, arguments, environment);
		_exit(127);
	}
	for (;;)
		wait(NULL);
}
