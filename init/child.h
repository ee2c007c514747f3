/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that may block, done by a child with a deadline, before the loop.
 * While it runs the watchdog is fed, until the deadline.
 */
#pragma once

/*
 * Runs argv (ended by NULL, argv[0] an absolute path) with an empty
 * environment but PATH, its output to the kernel log. Returns its exit status
 * (0 to 255), or fail()s: -ETIMEDOUT when it was killed at the deadline,
 * -EINTR when a signal killed it, else why it couldn't be started.
 */
int child_run(const char *const argv[], unsigned deadline_milliseconds);

/*
 * Calls work(argument) in a child; its value is the exit status.
 * Returns as child_run does.
 */
int child_call(int (*work)(void *argument), void *argument, unsigned deadline_milliseconds);

/* In a child: the empty signal mask and the defaults back, which process 1 does not have. */
void child_reset_signals(void);

/* The mask alone: for a child that was started with CLONE_CLEAR_SIGHAND. */
void child_unblock_signals(void);

/* In a child: its standard output and error to /dev/kmsg. */
void child_print_to_kernel_log(void);
