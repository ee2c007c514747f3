/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of a boot. None of them returns. */
#pragma once

/* A step failed that the boot needs: says so, leaves a person some seconds to read it, reboots. */
[[noreturn]] void power_reboot_failed(void);

/* reboot(2) at once, with command RB_AUTOBOOT or RB_POWER_OFF. */
[[noreturn]] void power_now(int command);
