/* SPDX-License-Identifier: Apache-2.0 */
#include "service_config.h"

#include "capabilities.h"
#include "conf.h"
#include "error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A configuration that is being read, with what stands in for %i and %s. */
struct reading {
	struct service_config *config;
	const char *interface, *time_server;
};

static struct service_config *config_of(void *into)
{
	return ((struct reading *)into)->config;
}

/* "containerd", "dhcp-client": also a file's and a cgroup's name, so neither dots nor slashes. */
static int check_name(const char *name, size_t size)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (name[length] != '\0' || length == 0 || name[0] == '-')
		return fail(0, "%.40s is not a name of lower-case letters, digits and hyphens", name);
	return length < size ? 0 : fail(0, "the name %.40s is longer than %zu characters", name, size - 1);
}

/* Words that grow at the end of config->text. */
static int add_character(struct service_config *config, char c)
{
	if (config->text_used == sizeof(config->text))
		return fail(0, "more than %zu characters of words and environment", sizeof(config->text));
	config->text[config->text_used++] = c;
	return 0;
}

static int add_text(struct service_config *config, const char *text)
{
	int result = 0;

	while (result == 0 && *text)
		result = add_character(config, *text++);
	return result;
}

/* Adds the character, or what stands behind "%". Moves *from past it. */
static int add_expanded(struct reading *reading, const char **from)
{
	const char *value = NULL;
	char c = *(*from)++;

	if (c != '%')
		return add_character(reading->config, c);
	c = **from;
	if (c == '%')
		value = "%";
	else if (c == 'i')
		value = reading->interface;
	else if (c == 's')
		value = reading->time_server;
	else
		return fail(0, "%% must be followed by i, s or %%");
	if (!value || *value == '\0')
		return fail(0, "this node has no %s",
			    c == 'i' ? "network interface for %i" : "time server for %s");
	(*from)++;
	return add_text(reading->config, value);
}

static bool is_end_of_word(char c)
{
	return c == '\0' || c == ' ' || c == '\t';
}

/* One word, with or without quotes. Moves *from past it. */
static int add_word(struct reading *reading, const char **from)
{
	bool quoted = **from == '"';

	for (*from += quoted; quoted ? **from && **from != '"' : !is_end_of_word(**from);) {
		if (**from == '"')
			return fail(0, "a quotation mark inside a word");
		if (add_expanded(reading, from) < 0)
			return -EINVAL;
	}
	if (quoted && *(*from)++ != '"')
		return fail(0, "no quotation mark at the end");
	if (!is_end_of_word(**from))
		return fail(0, "no blank after a quotation mark");
	return add_character(reading->config, '\0');
}

static int store_exec(void *into, const char *value)
{
	struct reading *reading = into;
	struct service_config *config = reading->config;

	for (size_t count = 0;; count++) {
		while (*value && is_end_of_word(*value))
			value++;
		if (*value == '\0')
			break;
		if (count == SERVICE_WORDS_MAX - 1)
			return fail(0, "more than %d words", SERVICE_WORDS_MAX - 1);
		config->argv[count] = config->text + config->text_used;
		if (add_word(reading, &value) < 0)
			return -EINVAL;
	}
	if (config->argv[0][0] != '/')
		return fail(0, "%.64s is not an absolute path", config->argv[0]);
	return 0;
}

/* Its variables are the launcher's to set: sd_notify(3), sd_watchdog_enabled(3). */
static bool is_reserved(const char *assignment)
{
	static const char *const reserved[] = { "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=" };

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strncmp(assignment, reserved[i], strlen(reserved[i])) == 0)
			return true;
	return false;
}

static int store_environment(void *into, const char *value)
{
	struct service_config *config = config_of(into);
	size_t count = 0,
	       length = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");

	if (length == 0 || value[length] != '=' || (*value >= '0' && *value <= '9'))
		return fail(0, "must be NAME=value, not %.40s", value);
	if (is_reserved(value))
		return fail(0, "%.*s is set by process 1", (int)length, value);
	for (; config->environment[count]; count++)
		if (strncmp(config->environment[count], value, length + 1) == 0)
			return fail(0, "a second value for %.*s", (int)length, value);
	if (count == SERVICE_WORDS_MAX - 1)
		return fail(0, "more than %d variables", SERVICE_WORDS_MAX - 1);
	config->environment[count] = config->text + config->text_used;
	return add_text(config, value) < 0 ? -EINVAL : add_character(config, '\0');
}

static int store_other(const struct service_config *config, char list[][SERVICE_NAME_SIZE], const char *value)
{
	if (check_name(value, SERVICE_NAME_SIZE) < 0)
		return -EINVAL;
	if (strcmp(value, config->name) == 0)
		return fail(0, "it names the service itself");
	for (size_t i = 0; i < SERVICE_ORDER_MAX; i++) {
		if (list[i][0] == '\0')
			return conf_string(value, list[i], SERVICE_NAME_SIZE);
		if (strcmp(list[i], value) == 0)
			return fail(0, "%s stands above", value);
	}
	return fail(0, "more than %d services", SERVICE_ORDER_MAX);
}

static int store_after(void *into, const char *value)
{
	struct service_config *config = config_of(into);

	return store_other(config, config->after, value);
}

static int store_before(void *into, const char *value)
{
	struct service_config *config = config_of(into);

	return store_other(config, config->before, value);
}

static int store_ready(void *into, const char *value)
{
	static const char *const names[] = {
		[READY_NOTIFY] = "notify",
		[READY_EXEC] = "exec",
		[READY_EXIT] = "exit",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(value, names[i]) == 0) {
			config_of(into)->ready = (enum ready)i;
			return 0;
		}
	return fail(0, "must be notify, exec or exit, not %.40s", value);
}

/* Times in milliseconds. */
static int store_start_timeout(void *into, const char *value)
{
	return conf_duration(value, &config_of(into)->start_timeout);
}

static int store_stop_timeout(void *into, const char *value)
{
	return conf_duration(value, &config_of(into)->stop_timeout);
}

static int store_watchdog(void *into, const char *value)
{
	return conf_duration(value, &config_of(into)->watchdog);
}

static int store_restart_delay(void *into, const char *value)
{
	return conf_duration(value, &config_of(into)->restart_delay);
}

static int store_restart_delay_max(void *into, const char *value)
{
	return conf_duration(value, &config_of(into)->restart_delay_max);
}

static int store_healthy_after(void *into, const char *value)
{
	return conf_duration(value, &config_of(into)->healthy_after);
}

/* In bytes; 0 would read as "none" and mean the opposite. */
static int store_size(const char *value, unsigned long long *into)
{
	int result = conf_size(value, into);

	return result == 0 && *into == 0 ? fail(0, "must not be 0") : result;
}

static int store_memory_max(void *into, const char *value)
{
	return store_size(value, &config_of(into)->memory_max);
}

static int store_memory_low(void *into, const char *value)
{
	return store_size(value, &config_of(into)->memory_low);
}

static int store_positive(const char *value, unsigned maximum, unsigned *into)
{
	unsigned long long number;

	if (conf_number(value, maximum, &number) < 0 || number == 0)
		return fail(0, "must be a number from 1 to %u, not %.40s", maximum, value);
	*into = (unsigned)number;
	return 0;
}

static int store_cpu_weight(void *into, const char *value)
{
	return store_positive(value, 10000, &config_of(into)->cpu_weight);
}

static int store_pids_max(void *into, const char *value)
{
	return store_positive(value, 4194304, &config_of(into)->pids_max); /* PID_MAX_LIMIT */
}

static int store_open_files(void *into, const char *value)
{
	return store_positive(value, 1048576, &config_of(into)->open_files); /* fs.nr_open */
}

static int store_oom_score_adjust(void *into, const char *value)
{
	bool negative = *value == '-';
	unsigned long long number;

	if (conf_number(value + negative, 1000, &number) < 0)
		return fail(0, "must be a number from -1000 to 1000, not %.40s", value);
	config_of(into)->oom_score_adjust = negative ? -(int)number : (int)number;
	return 0;
}

static int store_cgroup(void *into, const char *value)
{
	struct service_config *config = config_of(into);

	if (check_name(value, sizeof(config->cgroup)) < 0)
		return -EINVAL;
	return conf_string(value, config->cgroup, sizeof(config->cgroup));
}

static int store_early(void *into, const char *value)
{
	return conf_boolean(value, &config_of(into)->early);
}

static int store_capabilities(void *into, const char *value)
{
	return capabilities_parse(value, &config_of(into)->capabilities);
}

static int store_no_new_privileges(void *into, const char *value)
{
	return conf_boolean(value, &config_of(into)->no_new_privileges);
}

/* A type of the policy that is a domain; whether it is one that process 1 may enter, the policy says. */
static int store_domain(void *into, const char *value)
{
	struct service_config *config = config_of(into);
	size_t length = strspn(value, "abcdefghijklmnopqrstuvwxyz_");

	if (value[length] != '\0' || length < strlen("x_t") || strcmp(value + length - 2, "_t") != 0)
		return fail(0, "must be a domain such as runtime_t, not %.40s", value);
	if (length >= sizeof(config->domain))
		return fail(0, "%.40s is longer than %zu characters", value, sizeof(config->domain) - 1);
	return conf_string(value, config->domain, sizeof(config->domain));
}

static const struct conf_key keys[] = {
	{ .section = "service", .name = "exec", .store = store_exec, .required = true },
	{ .section = "service", .name = "environment", .store = store_environment, .repeatable = true },
	{ .section = "service", .name = "after", .store = store_after, .repeatable = true },
	{ .section = "service", .name = "before", .store = store_before, .repeatable = true },
	{ .section = "service", .name = "early", .store = store_early },
	{ .section = "service", .name = "ready", .store = store_ready },
	{ .section = "service", .name = "start-timeout", .store = store_start_timeout },
	{ .section = "service", .name = "stop-timeout", .store = store_stop_timeout },
	{ .section = "service", .name = "watchdog", .store = store_watchdog },
	{ .section = "service", .name = "restart-delay", .store = store_restart_delay },
	{ .section = "service", .name = "restart-delay-max", .store = store_restart_delay_max },
	{ .section = "service", .name = "healthy-after", .store = store_healthy_after },
	{ .section = "resources", .name = "cgroup", .store = store_cgroup },
	{ .section = "resources", .name = "memory-max", .store = store_memory_max },
	{ .section = "resources", .name = "memory-low", .store = store_memory_low },
	{ .section = "resources", .name = "cpu-weight", .store = store_cpu_weight },
	{ .section = "resources", .name = "pids-max", .store = store_pids_max },
	{ .section = "resources", .name = "oom-score-adjust", .store = store_oom_score_adjust },
	{ .section = "resources", .name = "open-files", .store = store_open_files },
	{ .section = "confinement", .name = "capabilities", .store = store_capabilities },
	{ .section = "confinement", .name = "no-new-privileges", .store = store_no_new_privileges },
	{ .section = "confinement", .name = "domain", .store = store_domain },
	{ .name = NULL },
};

/* The defaults that service_config.h promises. */
static void set_defaults(const char *name, struct service_config *config)
{
	*config = (struct service_config){
		.ready = READY_EXEC,
		.start_timeout = 90 * 1000,
		.stop_timeout = 30 * 1000,
		.restart_delay = 1000,
		.restart_delay_max = 60 * 1000,
		.healthy_after = 60 * 1000,
		.cpu_weight = 100,
		.pids_max = 1024,
		.open_files = 1024,
		.no_new_privileges = true,
	};
	memcpy(config->name, name, strlen(name) + 1);
	memcpy(config->cgroup, name, strlen(name) + 1);
}

/* What no single line shows. */
static int check_together(const struct service_config *config)
{
	if (config->watchdog && config->ready != READY_NOTIFY)
		return fail(0, "watchdog needs ready = notify");
	if (config->early && config->after[0][0])
		return fail(0, "an early service comes after none");
	if (config->restart_delay > config->restart_delay_max)
		return fail(0, "restart-delay is over restart-delay-max");
	if (config->memory_max && config->memory_low > config->memory_max)
		return fail(0, "memory-low is over memory-max");
	for (size_t i = 0; i < SERVICE_ORDER_MAX; i++)
		for (size_t j = 0; j < SERVICE_ORDER_MAX; j++)
			if (config->after[i][0] && strcmp(config->after[i], config->before[j]) == 0)
				return fail(0, "both after and before %s", config->after[i]);
	return 0;
}

int service_config_parse(const char *name, char *text, size_t length, const char *interface,
			 const char *time_server, struct service_config *config)
{
	struct reading reading = { config, interface, time_server };
	char file[SERVICE_NAME_SIZE + sizeof(".conf")];

	if (check_name(name, sizeof(config->name)) < 0)
		return -EINVAL;
	snprintf(file, sizeof(file), "%s.conf", name);
	set_defaults(name, config);
	if (conf_parse(file, text, length, keys, &reading) < 0)
		return -EINVAL;
	return check_together(config) < 0 ? fail(0, "%s: %s", file, failure()) : 0;
}
