/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The face `dhcp-event` of the binary: busybox's udhcpc runs it with what
 * happened as its argument and the server's answer in the environment. It sets
 * or removes address, route and name servers and tells process 1. Exit status.
 */
int dhcp_event_main(int argc, char **argv);
