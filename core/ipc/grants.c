#include "grants.h"

#include <cairn/interface.h>
#include <cairn/log.h>
#include <cairn/process.h>
#include <cairn/random.h>
#include <cairn/threads.h>
#include <cairn/time.h>

#include "core/port.h"
#include "kernel_limits.h"
#include "mem.h"

static size_t set_bytes(uint32_t count)
{
	return sizeof(struct grant_set) + count * sizeof(struct grant);
}

enum status grant_set_create(const struct kernel_grants *grants, uint32_t *next_number,
			     struct grant_set **out)
{
	if (grants->count > GRANTS_MAX)
		return STATUS_LIMIT;
	struct grant_set *set = port_allocate(set_bytes(grants->count));
	if (set == NULL)
		return STATUS_NO_MEMORY;
	*set = (struct grant_set){
	    .references = 1, .allow_all = grants->allow_all, .count = grants->count};
	set->allow_all_number = (*next_number)++;
	for (uint32_t i = 0; i < grants->count; i++)
		set->grants[i] = (struct grant){grants->interfaces[i], (*next_number)++};
	*out = set;
	return STATUS_OK;
}

struct grant_set *grant_set_share(struct grant_set *set)
{
	set->references++;
	return set;
}

void grant_set_release(struct grant_set *set)
{
	core_assert(set->references > 0);
	if (--set->references == 0)
		port_release(set, set_bytes(set->count));
}

size_t grant_set_bytes(const struct grant_set *set)
{
	return set_bytes(set->count);
}

bool grant_set_grants(const struct grant_set *set, const struct digest *interface, uint32_t *number)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if (memcmp(&set->grants[i].interface, interface, sizeof *interface) != 0)
			continue;
		*number = set->grants[i].number;
		return true;
	}
	if (set->allow_all)
		*number = set->allow_all_number;
	return set->allow_all;
}

/* Always allowed. `process` is among them for one's own arguments and end; the rest of its
 * functions ask for a grant themselves. */
static bool is_for_all_programs(const struct digest *interface)
{
	static const struct digest always[] = {
	    {INTERFACE_DIGEST}, {PROCESS_DIGEST}, {THREADS_DIGEST},
	    {LOG_DIGEST},       {TIME_DIGEST},    {RANDOM_DIGEST},
	};
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		if (memcmp(&always[i], interface, sizeof *interface) == 0)
			return true;
	return false;
}

bool grant_set_allows(const struct grant_set *set, const struct digest *interface, uint32_t *number)
{
	if (grant_set_grants(set, interface, number))
		return true;
	*number = GRANT_OF_ALL_PROGRAMS;
	return is_for_all_programs(interface);
}
