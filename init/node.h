/* SPDX-License-Identifier: Apache-2.0 */
/* What process 1 knows about its node, and the steps that find it out. */
#pragma once

#include "disk.h"
#include "node_config.h"
#include "root_identity.h"

#include <stdbool.h>
#include <stddef.h>

/* What process 1 tells the console of node.conf. */
#define CONSOLE_FILE "/run/holdfast/console"

/* The name that process 1 gave the node: the kernel's may be another by now, for containers that share it may set it. */
#define HOSTNAME_FILE "/run/holdfast/hostname"

enum { STEPS_MAX = 32, INPUTS_MAX = 8 };

struct step_result {
	char stage[12], name[16];
	bool failed;
	unsigned milliseconds;
};

enum hold { HOLD_NOTHING, HOLD_THE_AGENT, HOLD_ALL };

struct node {
	struct root_identity root; /* what we trust: from the initramfs, later what it found out */
	char slot;                 /* 'A' or 'B': the first or the second root of the disk */
	char root_device[PATH_LENGTH], verity_device[PATH_LENGTH]; /* /dev/vda2, /dev/vda3 */
	char disk[PATH_LENGTH];                                    /* /dev/vda */
	char esp_device[PATH_LENGTH];                              /* on it; "" if there is none */
	struct partition state;        /* on it: device, number, start and size of the partition for /var */
	unsigned states;               /* how many it has of these: one */
	char mapped_root[PATH_LENGTH]; /* /dev/dm-0, known in the initramfs */
	bool has_early_drivers;        /* the initramfs has loaded modules of its own */
	char boot_id[40];

	unsigned long long
		settled_devices; /* a hash of those that need no driver any more; 0 for none (drivers.c) */

	/* Descriptors that go from the initramfs to the root. 0, which is /dev/null, stands for none. */
	int watchdog, inputs[INPUTS_MAX];
	size_t input_count;

	struct node_config config;
	char interface_name[NAME_LENGTH]; /* of the interface in use; "" if there is none */
	bool is_filtered;                 /* the packet filter is loaded */
	bool config_unsigned;             /* the configuration had no signature that was checked */

	enum hold hold;         /* a step failed that services need: they don't start */
	char held_because[256]; /* its sentence */

	struct step_result steps[STEPS_MAX];
	size_t step_count;
};

/* The steps of the initramfs and of the root, each 0 or fail()ed. boot.c holds their order. */
int step_mounts_early(struct node *node);
int step_watchdog(struct node *node);
int step_buttons(struct node *node);
int step_drivers(struct node *node);
int step_partitions(struct node *node);
int step_verity(struct node *node);
int step_loadpin_early(struct node *node);
int step_root(struct node *node);
int step_verified(struct node *node);
int step_policy(struct node *node);
int step_switch(struct node *node);

int step_rescue_mounts(struct node *node);

int step_handover(struct node *node);
int step_mounts(struct node *node);
int step_cgroups(struct node *node);
int step_clock(struct node *node);
int step_configuration(struct node *node);
int step_loadpin(struct node *node);
int step_sysctls(struct node *node);
int step_netsysctls(struct node *node);
int step_state(struct node *node);
int step_network(struct node *node);
int step_firewall(struct node *node);
int step_seal(struct node *node);
int step_runtime(struct node *node);
int step_services(struct node *node);
int step_console(struct node *node);

/*
 * Hands the node from the initramfs to the root: in /run/holdfast/boot, and its descriptors through
 * the exec that follows. 0 or fail()s.
 */
int node_save(const struct node *node);
int node_load(struct node *node);
