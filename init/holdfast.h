/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The command `holdfast`. Returns the exit status: 0, 1 when it was refused or failed, 2 for a wrong use. */
int holdfast_main(int argc, char **argv);
