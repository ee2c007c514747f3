/* SPDX-License-Identifier: Apache-2.0 */
// sources: service_config.c capabilities.c conf.c error.c
#include "capabilities.h"
#include "check.h"
#include "error.h"
#include "service_config.h"

#include <linux/capability.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct service_config config;

static int parse_as(const char *name, const char *file, const char *interface, const char *time_server)
{
	static char text[16 * 1024];

	snprintf(text, sizeof(text), "%s", file);
	return service_config_parse(name, text, strlen(text), interface, time_server, &config);
}

static int parse(const char *file)
{
	return parse_as("runtime", file, "eth0", "10.0.2.2");
}

static void everything_is_taken(void)
{
	CHECK(parse("[service]\n"
		    "exec = /usr/bin/containerd --config \"/etc/a file\" \"\" 100%%\n"
		    "environment = PATH=/usr/bin:/usr/sbin\nenvironment = EMPTY=\nenvironment = A=b = \"c\"\n"
		    "after = one\nafter = two\nbefore = three\nearly = no\nready = notify\n"
		    "start-timeout = 2min\nstop-timeout = 30s\nwatchdog = 60s\n"
		    "restart-delay = 100ms\nrestart-delay-max = 1h\nhealthy-after = 5s\n"
		    "[resources]\ncgroup = others\nmemory-max = 512M\nmemory-low = 64M\ncpu-weight = 10000\n"
		    "pids-max = 4096\noom-score-adjust = -999\nopen-files = 1048576\n"
		    "[confinement]\ncapabilities = cap_net_admin  cap_chown\nno-new-privileges = no\n"
		    "domain = runtime_t\n") == 0);
	CHECK_TEXT(config.name, "runtime");
	CHECK_TEXT(config.argv[0], "/usr/bin/containerd");
	CHECK_TEXT(config.argv[1], "--config");
	CHECK_TEXT(config.argv[2], "/etc/a file");
	CHECK_TEXT(config.argv[3], "");
	CHECK_TEXT(config.argv[4], "100%");
	CHECK(config.argv[5] == NULL);
	CHECK_TEXT(config.environment[0], "PATH=/usr/bin:/usr/sbin");
	CHECK_TEXT(config.environment[1], "EMPTY=");
	CHECK_TEXT(config.environment[2], "A=b = \"c\"");
	CHECK(config.environment[3] == NULL);
	CHECK_TEXT(config.after[0], "one");
	CHECK_TEXT(config.after[1], "two");
	CHECK_TEXT(config.after[2], "");
	CHECK_TEXT(config.before[0], "three");
	CHECK(config.ready == READY_NOTIFY && config.start_timeout == 120000 && config.stop_timeout == 30000);
	CHECK(config.watchdog == 60000 && config.restart_delay == 100 && config.restart_delay_max == 3600000);
	CHECK(config.healthy_after == 5000);
	CHECK_TEXT(config.cgroup, "others");
	CHECK(config.memory_max == 512ULL << 20 && config.memory_low == 64ULL << 20);
	CHECK(config.cpu_weight == 10000 && config.pids_max == 4096 && config.open_files == 1048576);
	CHECK(config.oom_score_adjust == -999);
	CHECK(config.capabilities == ((1ULL << CAP_NET_ADMIN) | (1ULL << CAP_CHOWN)));
	CHECK(!config.no_new_privileges);
	CHECK_TEXT(config.domain, "runtime_t");
}

static void the_defaults_are_those_promised(void)
{
	CHECK(parse("[service]\nexec = /bin/x\n") == 0);
	CHECK(config.ready == READY_EXEC && config.start_timeout == 90000 && config.stop_timeout == 30000);
	CHECK(config.watchdog == 0 && config.restart_delay == 1000 && config.restart_delay_max == 60000);
	CHECK(config.healthy_after == 60000);
	CHECK_TEXT(config.cgroup, "runtime");
	CHECK(config.memory_max == 0 && config.memory_low == 0 && config.cpu_weight == 100);
	CHECK(config.pids_max == 1024 && config.oom_score_adjust == 0 && config.open_files == 1024);
	CHECK(config.capabilities == 0 && config.no_new_privileges);
	CHECK_TEXT(config.domain, "");
	CHECK(config.environment[0] == NULL && config.after[0][0] == '\0' && config.before[0][0] == '\0');
}

static void words_of_the_node_are_filled_in(void)
{
	CHECK(parse("[service]\nexec = /bin/x -i %i \"-s %s\" %%i%%\n") == 0);
	CHECK_TEXT(config.argv[2], "eth0");
	CHECK_TEXT(config.argv[3], "-s 10.0.2.2");
	CHECK_TEXT(config.argv[4], "%i%");
	/* What the node doesn't have isn't missed by those who don't ask for it. */
	CHECK(parse_as("x", "[service]\nexec = /bin/x %i\n", "eth0", NULL) == 0);
	CHECK(parse_as("x", "[service]\nexec = /bin/x %i\n", NULL, "10.0.2.2") < 0);
	CHECK_CONTAINS(failure(), "x.conf line 2: exec: this node has no network interface for %i");
	CHECK(parse_as("x", "[service]\nexec = /bin/x %s\n", "eth0", "") < 0);
	CHECK_CONTAINS(failure(), "no time server for %s");
}

/* What a time server's name holds stays one word. */
static void a_filled_in_word_is_not_split(void)
{
	CHECK(parse_as("x", "[service]\nexec = /bin/x %s\n", "eth0", "a \"b") == 0);
	CHECK_TEXT(config.argv[1], "a \"b");
	CHECK(config.argv[2] == NULL);
}

static void capabilities(void)
{
	CHECK(parse("[service]\nexec = /bin/x\n[confinement]\ncapabilities = all\n") == 0);
	CHECK(config.capabilities == capabilities_all && config.capabilities >> CAP_LAST_CAP == 1);
	CHECK(parse("[service]\nexec = /bin/x\n[confinement]\ncapabilities = none\n") == 0);
	CHECK(config.capabilities == 0);
	CHECK(parse("[service]\nexec = /bin/x\n[confinement]\ncapabilities = cap_checkpoint_restore\n") == 0);
	CHECK(config.capabilities == 1ULL << CAP_CHECKPOINT_RESTORE);
}

#define EXEC "[service]\nexec = /bin/x\n"
#define RESOURCES EXEC "[resources]\n"
#define CONFINEMENT EXEC "[confinement]\n"

static const struct {
	const char *file, *says;
} wrong[] = {
	{ "", "runtime.conf: exec is missing in section [service]" },
	{ "[service]\nexec = x\n", "runtime.conf line 2: exec: x is not an absolute path" },
	{ "[service]\nexec = ./x\n", "not an absolute path" },
	{ "[service]\nexec = \"\"\n", "not an absolute path" },
	{ "[service]\nexec = /bin/x \"a\n", "no quotation mark at the end" },
	{ "[service]\nexec = /bin/x \"\n", "no quotation mark at the end" },
	{ "[service]\nexec = /bin/x a\"b\"\n", "a quotation mark inside a word" },
	{ "[service]\nexec = /bin/x \"a\"b\n", "no blank after a quotation mark" },
	{ "[service]\nexec = /bin/x %\n", "% must be followed by" },
	{ "[service]\nexec = /bin/x %n\n", "% must be followed by" },
	{ EXEC "exec = /bin/y\n", "line 3: a second value for exec" },
	{ "[service]\nexec = /x 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32\n",
	  "more than 31 words" },
	{ EXEC "environment = A\n", "line 3: environment: must be NAME=value" },
	{ EXEC "environment = =b\n", "must be NAME=value" },
	{ EXEC "environment = 1A=b\n", "must be NAME=value" },
	{ EXEC "environment = A B=c\n", "must be NAME=value" },
	{ EXEC "environment = A=b\nenvironment = A=c\n", "line 4: environment: a second value for A" },
	{ EXEC "environment = NOTIFY_SOCKET=/x\n", "NOTIFY_SOCKET is set by process 1" },
	{ EXEC "environment = WATCHDOG_USEC=1\n", "WATCHDOG_USEC is set by process 1" },
	{ EXEC "after = runtime\n", "names the service itself" },
	{ EXEC "after = Agent\n", "is not a name" },
	{ EXEC "after = a b\n", "is not a name" },
	{ EXEC "after = ../a\n", "is not a name" },
	{ EXEC "after = abcdefghijklmnop\n", "is longer than 15" },
	{ EXEC "after = a\nafter = a\n", "line 4: after: a stands above" },
	{ EXEC "after = a\nafter = b\nafter = c\nafter = d\nafter = e\n", "more than 4 services" },
	{ EXEC "after = a\nbefore = a\n", "runtime.conf: both after and before a" },
	{ EXEC "ready = soon\n", "must be notify, exec or exit" },
	{ EXEC "early = yes\nafter = a\n", "runtime.conf: an early service comes after none" },
	{ EXEC "ready = exit\nwatchdog = 1s\n", "watchdog needs ready = notify" },
	{ EXEC "watchdog = 1s\n", "watchdog needs ready = notify" },
	{ EXEC "start-timeout = 0s\n", "line 3: start-timeout: must be a time" },
	{ EXEC "stop-timeout = 30\n", "must be a time" },
	{ EXEC "restart-delay = 2min\n", "restart-delay is over restart-delay-max" },
	{ EXEC "restart-delay = forever\n", "must be a time" },
	{ EXEC "user = root\n", "unknown key user" },
	{ RESOURCES "cgroup = ../x\n", "is not a name" },
	{ RESOURCES "cgroup = cgroup.procs\n", "is not a name" },
	{ RESOURCES "cgroup = abcdefghijabcdefghijabcdefghijab\n", "is longer than 31" },
	{ RESOURCES "memory-max = 0\n", "memory-max: must not be 0" },
	{ RESOURCES "memory-max = 1T\n", "must be a size" },
	{ RESOURCES "memory-max = 64M\nmemory-low = 65M\n", "memory-low is over memory-max" },
	{ RESOURCES "cpu-weight = 0\n", "from 1 to 10000" },
	{ RESOURCES "cpu-weight = 10001\n", "from 1 to 10000" },
	{ RESOURCES "pids-max = max\n", "must be a number" },
	{ RESOURCES "pids-max = 4194305\n", "must be a number" },
	{ RESOURCES "oom-score-adjust = -1001\n", "from -1000 to 1000" },
	{ RESOURCES "oom-score-adjust = --1\n", "from -1000 to 1000" },
	{ RESOURCES "open-files = 0\n", "must be a number" },
	{ CONFINEMENT "capabilities = ALL\n", "unknown capability ALL" },
	{ CONFINEMENT "capabilities = all none\n", "unknown capability all" },
	{ CONFINEMENT "capabilities = cap_net\n", "unknown capability cap_net" },
	{ CONFINEMENT "capabilities = cap_chown,cap_kill\n", "unknown capability" },
	{ CONFINEMENT "capabilities = cap_chown cap_chown\n", "cap_chown stands there twice" },
	{ CONFINEMENT "no-new-privileges = 1\n", "must be yes or no" },
	{ CONFINEMENT "domain = runtime\n", "must be a domain such as runtime_t, not runtime" },
	{ CONFINEMENT "domain = _t\n", "must be a domain" },
	{ CONFINEMENT "domain = Runtime_t\n", "must be a domain" },
	{ CONFINEMENT "domain = runtime_t:s0\n", "must be a domain" },
	{ CONFINEMENT "domain = system_u:system_r:runtime_t:s0\n", "must be a domain" },
	{ CONFINEMENT "domain = runtime_t agent_t\n", "must be a domain" },
	{ CONFINEMENT "domain = abcdefghijabcdefghijabcdefghij_t\n", "is longer than 31" },
	{ CONFINEMENT "domain = agent_t\ndomain = agent_t\n", "a second value for domain" },
};

static void the_longest_domain_is_taken(void)
{
	CHECK(parse(CONFINEMENT "domain = abcdefghijabcdefghijabcdefghi_t\n") == 0);
	CHECK_TEXT(config.domain, "abcdefghijabcdefghijabcdefghi_t");
}

static void wrong_files_are_refused(void)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		CHECK(parse(wrong[i].file) < 0);
		CHECK_CONTAINS(failure(), wrong[i].says);
	}
}

static void wrong_names_are_refused(void)
{
	static const char *const names[] = { "", "a.b", "../a", "Agent", "-a", "abcdefghijklmnop" };

	for (size_t i = 0; i < COUNT(names); i++)
		CHECK(parse_as(names[i], EXEC, "eth0", NULL) < 0);
	CHECK(parse_as("abcdefghijklmno", EXEC, "eth0", NULL) == 0);
	CHECK(parse_as("dhcp-6", EXEC, "eth0", NULL) == 0);
}

/* The text of all words just fits, or is refused. */
static void long_words(void)
{
	for (size_t length = SERVICE_TEXT_SIZE - 10; length < SERVICE_TEXT_SIZE + 10; length++) {
		char file[2 * SERVICE_TEXT_SIZE] = "[service]\nexec = /";
		size_t used = strlen(file);

		memset(file + used, 'x', length - 1);
		CHECK((parse(file) == 0) == (length < SERVICE_TEXT_SIZE));
	}
}

int main(void)
{
	everything_is_taken();
	the_defaults_are_those_promised();
	words_of_the_node_are_filled_in();
	a_filled_in_word_is_not_split();
	capabilities();
	the_longest_domain_is_taken();
	wrong_files_are_refused();
	wrong_names_are_refused();
	long_words();
	return checks_end();
}
