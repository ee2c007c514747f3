/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Unmounts everything on the state partition, or makes it read-only where
 * something still holds it. May block: for a child. 0 if the state is clean.
 */
int unmount_state(void);
