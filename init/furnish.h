/* SPDX-License-Identifier: Apache-2.0 */
/* What must be there on /var, be it the state partition or what stands in for it. */
#pragma once

/*
 * Makes the directories of /etc/holdfast/state.dirs and the network
 * configuration of pods if there is none, lets programs of pods' volumes and of
 * network plugins be executed, and gives the machine its id. Links that
 * somebody put in the way are refused, not followed. 0 or fail()s.
 */
int furnish_var(void);
