/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Process 1 of a machine that does nothing but load modules (tests/attack/kernel.bats): those that fw_cfg
 * opt/holdfast/modules names, one a line: a file beside /init and its parameters. It says in the kernel's log
 * what came of each, and switches the machine off:
 *
 *   modules: FILE: loaded | why not
 *   modules: done
 *
 * A module whose initialisation crashes the kernel ends the machine before that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char wanted_modules[] = "/sys/firmware/qemu_fw_cfg/by_name/opt/holdfast/modules/raw";

enum { SYSLOG_ACTION_CONSOLE_LEVEL = 8, ALL_MESSAGES = 8 };

[[gnu::format(printf, 1, 2)]] static void say(const char *format, ...)
{
	va_list arguments;
	int log = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	va_start(arguments, format);
	vdprintf(log, format, arguments);
	va_end(arguments);
	close(log);
}

static void load_module(const char *file, const char *parameters)
{
	int module = open(file, O_RDONLY | O_CLOEXEC);

	if (module < 0 || syscall(SYS_finit_module, module, parameters, 0) < 0)
		say("<5>modules: %s: %s", file, strerror(errno));
	else
		say("<5>modules: %s: loaded", file);
	close(module);
}

int main(void)
{
	mkdir("/dev", 0755);
	mkdir("/sys", 0755);
	mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, NULL);
	mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL);
	klogctl(SYSLOG_ACTION_CONSOLE_LEVEL, NULL, ALL_MESSAGES);

	FILE *lines = fopen(wanted_modules, "re");
	char line[256];

	if (!lines)
		say("<3>modules: %s: %s", wanted_modules, strerror(errno));
	while (lines && fgets(line, sizeof(line), lines)) {
		char *parameters = line + strcspn(line, " \n");

		line[strcspn(line, "\n")] = '\0';
		if (*parameters)
			*parameters++ = '\0';
		load_module(line, parameters);
	}
	say("<5>modules: done");
	reboot(RB_POWER_OFF);
	return 1;
}
