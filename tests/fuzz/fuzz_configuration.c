/*
 * Two texts of configuration, the second behind a zero byte: refused with a place in one of them,
 * or routings whose every chain ends.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "support/configuration_text.h"

static void check_chain(const struct kernel_routing *routing, uint32_t stop)
{
	for (uint32_t steps = 0; stop != KERNEL_STOP_NONE; steps++) {
		assert(stop < routing->stop_count && steps < routing->stop_count);
		stop = routing->stops[stop].next;
	}
}

static void check(const struct configuration *configuration)
{
	for (uint32_t i = 0; i < configuration->routing_count; i++) {
		const struct kernel_routing *routing = &configuration->routings[i];
		check_chain(routing, routing->first);
		for (uint32_t j = 0; j < routing->stop_count; j++)
			check_chain(routing, j);
		for (uint32_t j = 0; j < routing->override_count; j++) {
			assert(routing->overrides[j].stop < routing->stop_count);
			check_chain(routing, routing->overrides[j].stop);
		}
	}
	for (uint32_t i = 0; i < configuration->program_count; i++)
		assert(configuration->programs[i].argument_count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Each text in memory of its own size, so that a step too far shows. */
	const uint8_t *end = size == 0 ? NULL : memchr(data, 0, size);
	size_t first_size = end == NULL ? size : (size_t)(end - data);
	size_t second_size = end == NULL ? 0 : size - first_size - 1;
	char *first = malloc(first_size + 1), *second = malloc(second_size + 1);
	memcpy(first, data, first_size);
	if (second_size > 0)
		memcpy(second, end + 1, second_size);
	first = realloc(first, first_size == 0 ? 1 : first_size);
	second = realloc(second, second_size == 0 ? 1 : second_size);
	const struct configuration_text texts[] = {{"cairn.conf", first, first_size},
						   {"handlers.conf", second, second_size}};
	struct configuration *configuration;
	struct fault fault = {0};
	enum status status = configuration_read(texts, 2, &text_names, &configuration, &fault);
	if (status == STATUS_OK) {
		check(configuration);
		configuration_destroy(configuration);
	} else {
		assert(strncmp(fault.text, "cairn.conf:", 11) == 0 ||
		       strncmp(fault.text, "handlers.conf:", 14) == 0);
	}
	free(first);
	free(second);
	return 0;
}
