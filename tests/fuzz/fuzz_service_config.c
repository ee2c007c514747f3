/* SPDX-License-Identifier: Apache-2.0 */
// sources: service_config.c capabilities.c conf.c error.c
#include "service_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Whether all words lie in the struct's own text, and the list ends. */
static bool is_whole(const struct service_config *config, char *const *words)
{
	for (size_t i = 0; i < SERVICE_WORDS_MAX; i++) {
		if (!words[i])
			return true;
		if (words[i] < config->text || words[i] + strlen(words[i]) >= config->text + config->text_used)
			return false;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct service_config config;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	if (service_config_parse("fuzz", text, size, "eth0", "time.example", &config) == 0 &&
	    (!is_whole(&config, config.argv) || !is_whole(&config, config.environment) || config.argv[0][0] != '/' ||
	     strpbrk(config.domain, ":/ \n")))
		abort();
	free(text);
	return 0;
}
