/*
 * A configuration in force: one routing after the other, and all the way back where one is refused.
 */
#include <string.h>

#include "configuration.h"
#include "core/port.h"
#include "words.h"

static const struct kernel_routing *find(const struct configuration *configuration,
					 const struct digest *interface)
{
	uint32_t low = 0;
	uint32_t high = configuration == NULL ? 0 : configuration->routing_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct kernel_routing *routing = &configuration->routings[middle];
		int order = memcmp(interface, &routing->interface, sizeof *interface);
		if (order == 0)
			return routing;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Whoever handled the interface before anybody spoke of it: the platform, or nobody. */
static enum status set_platform(struct kernel *kernel, const struct digest *interface,
				struct fault *fault)
{
	struct words ignored;
	static const struct kernel_stop stop = {
	    .program = {.codec = CID_RAW}, .is_kernel = true, .next = KERNEL_STOP_NONE};
	struct kernel_routing routing = {.interface = *interface, .first = KERNEL_STOP_NONE};
	if (words_of(interface, &ignored)) {
		routing.stops = &stop;
		routing.stop_count = 1;
		routing.first = 0;
	}
	enum status status = kernel_set_routing(kernel, &routing, fault);
	if (status != STATUS_INVALID || routing.stop_count == 0)
		return status;
	/* An interface of the system that this platform does not have. */
	routing.stop_count = 0;
	routing.first = KERNEL_STOP_NONE;
	return kernel_set_routing(kernel, &routing, fault);
}

static enum status set(struct kernel *kernel, const struct digest *interface,
		       const struct configuration *configuration, struct fault *fault)
{
	const struct kernel_routing *routing = find(configuration, interface);
	return routing != NULL ? kernel_set_routing(kernel, routing, fault)
			       : set_platform(kernel, interface, fault);
}

/* What was in force once is accepted once more, unless memory is short. */
static void go_back(struct kernel *kernel, const struct configuration *configuration,
		    uint32_t count, const struct configuration *before)
{
	struct fault ignored;
	for (uint32_t i = 0; i < count; i++)
		if (set(kernel, &configuration->routings[i].interface, before, &ignored) !=
		    STATUS_OK)
			port_log(PORT_LOG_ERROR, "a routing could not be put back", 31);
}

enum status configuration_apply(struct kernel *kernel, const struct configuration *configuration,
				const struct configuration *before, struct fault *fault)
{
	uint32_t done = 0;
	enum status status = STATUS_OK;
	while (done < configuration->routing_count && status == STATUS_OK)
		status = kernel_set_routing(kernel, &configuration->routings[done++], fault);
	if (status != STATUS_OK) {
		go_back(kernel, configuration, done, before);
		return status;
	}
	for (uint32_t i = 0; before != NULL && i < before->routing_count && status == STATUS_OK;
	     i++)
		if (find(configuration, &before->routings[i].interface) == NULL)
			status = set_platform(kernel, &before->routings[i].interface, fault);
	return status;
}
