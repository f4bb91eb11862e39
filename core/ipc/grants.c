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

/* ---- Grants ---- */

/* Where the bytes of all scopes lie behind the array of names. */
static enum status measure(struct kernel_scopes scopes, size_t *out)
{
	size_t bytes = 0;
	if (scopes.count > GRANT_SCOPES_MAX)
		return STATUS_LIMIT;
	for (uint32_t i = 0; i < scopes.count; i++) {
		const struct wasm_name *scope = &scopes.items[i];
		if (scope->size > GRANT_SCOPE_BYTES_MAX - bytes)
			return STATUS_LIMIT;
		if (scope->size == 0 || !wire_is_utf8(scope->data, scope->size))
			return STATUS_INVALID;
		bytes += scope->size;
	}
	*out = bytes;
	return STATUS_OK;
}

enum status grant_create(struct kernel_scopes scopes, uint32_t *next_number, struct grant **out)
{
	size_t text_bytes;
	enum status status = measure(scopes, &text_bytes);
	/* Numbers are not used again: a handler may remember what one of them meant. */
	if (status == STATUS_OK && *next_number == UINT32_MAX)
		status = STATUS_LIMIT;
	if (status != STATUS_OK)
		return status;
	size_t bytes = sizeof(struct grant) + scopes.count * sizeof(struct wasm_name) + text_bytes;
	struct grant *grant = port_allocate(bytes);
	if (grant == NULL)
		return STATUS_NO_MEMORY;
	struct wasm_name *names = (struct wasm_name *)(grant + 1);
	uint8_t *text = (uint8_t *)(names + scopes.count);
	for (uint32_t i = 0; i < scopes.count; i++) {
		names[i] = (struct wasm_name){text, scopes.items[i].size};
		memcpy(text, scopes.items[i].data, scopes.items[i].size);
		text += scopes.items[i].size;
	}
	*grant = (struct grant){.references = 1,
				.number = (*next_number)++,
				.scopes = {names, scopes.count, scopes.covers_all},
				.bytes = bytes};
	*out = grant;
	return STATUS_OK;
}

void grant_free(struct grant *grant)
{
	core_assert(grant->bytes != 0);
	port_release(grant, grant->bytes);
}

bool grant_is_of_all_programs(const struct digest *interface)
{
	static const struct digest always[] = {
	    {INTERFACE_DIGEST}, {PROCESS_DIGEST}, {LOG_DIGEST},
	    {TIME_DIGEST},      {RANDOM_DIGEST},  {THREADS_DIGEST},
	};
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		if (memcmp(&always[i], interface, sizeof *interface) == 0)
			return true;
	return false;
}

/* ---- Decisions ---- */

/* The index of the first decision that is not about a smaller digest. */
static uint32_t place_of(const struct decisions *decisions, const struct digest *interface)
{
	uint32_t low = 0;
	uint32_t high = decisions->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (memcmp(&decisions->items[middle].interface, interface, sizeof *interface) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_about(const struct decisions *decisions, uint32_t place,
		     const struct digest *interface)
{
	return place < decisions->count &&
	       memcmp(&decisions->items[place].interface, interface, sizeof *interface) == 0;
}

const struct decision *decisions_find(const struct decisions *decisions,
				      const struct digest *interface)
{
	uint32_t place = place_of(decisions, interface);
	return is_about(decisions, place, interface) ? &decisions->items[place] : NULL;
}

static enum status reserve(struct decisions *decisions)
{
	enum { CAPACITY_FIRST = 8 };
	if (decisions->count < decisions->capacity)
		return STATUS_OK;
	if (decisions->count >= GRANTS_MAX)
		return STATUS_LIMIT;
	uint32_t capacity = decisions->capacity == 0 ? CAPACITY_FIRST : 2 * decisions->capacity;
	struct decision *items = port_allocate(capacity * sizeof *items);
	if (items == NULL)
		return STATUS_NO_MEMORY;
	if (decisions->count > 0)
		memcpy(items, decisions->items, decisions->count * sizeof *items);
	port_release(decisions->items, decisions->capacity * sizeof *items);
	decisions->items = items;
	decisions->capacity = capacity;
	return STATUS_OK;
}

enum status decisions_put(struct decisions *decisions, const struct decision *decision)
{
	uint32_t place = place_of(decisions, &decision->interface);
	bool is_new = !is_about(decisions, place, &decision->interface);
	enum status status = is_new ? reserve(decisions) : STATUS_OK;
	if (status != STATUS_OK)
		return status;
	struct decision *item = &decisions->items[place];
	if (is_new) {
		memmove(item + 1, item, (decisions->count - place) * sizeof *item);
		decisions->count++;
	}
	struct grant *replaced = is_new ? NULL : item->grant;
	*item = *decision;
	if (item->grant != NULL)
		grant_share(item->grant);
	if (replaced != NULL)
		grant_release(replaced);
	return STATUS_OK;
}

enum status decisions_add(struct decisions *decisions, const struct kernel_grant *item,
			  uint32_t *next_number)
{
	struct decision decision = {.interface = item->interface, .verdict = item->verdict};
	enum status status = STATUS_OK;
	if (item->verdict == KERNEL_ALLOWED)
		status =
		    grant_create((struct kernel_scopes){item->scopes, item->scope_count, false},
				 next_number, &decision.grant);
	if (status != STATUS_OK)
		return status;
	status = decisions_put(decisions, &decision);
	if (decision.grant != NULL)
		grant_release(decision.grant);
	return status;
}

void decisions_reset(struct decisions *decisions)
{
	for (uint32_t i = 0; i < decisions->count; i++)
		if (decisions->items[i].grant != NULL)
			grant_release(decisions->items[i].grant);
	port_release(decisions->items, decisions->capacity * sizeof *decisions->items);
	*decisions = (struct decisions){0};
}

size_t decisions_bytes(const struct decisions *decisions)
{
	size_t bytes = decisions->capacity * sizeof *decisions->items;
	for (uint32_t i = 0; i < decisions->count; i++)
		if (decisions->items[i].grant != NULL)
			bytes += decisions->items[i].grant->bytes;
	return bytes;
}

/* ---- Sets ---- */

static enum status fill(struct grant_set *set, const struct kernel_grants *grants,
			uint32_t *next_number)
{
	enum status status = STATUS_OK;
	if (grants->allow_all)
		status = grant_create((struct kernel_scopes){.covers_all = true}, next_number,
				      &set->all);
	for (uint32_t i = 0; i < grants->count && status == STATUS_OK; i++) {
		if (decisions_find(&set->decisions, &grants->items[i].interface) != NULL)
			return STATUS_INVALID;
		status = decisions_add(&set->decisions, &grants->items[i], next_number);
	}
	return status;
}

enum status grant_set_create(const struct kernel_grants *grants, uint32_t *next_number,
			     struct grant_set **out)
{
	if (grants->count > GRANTS_MAX)
		return STATUS_LIMIT;
	struct grant_set *set = port_allocate(sizeof *set);
	if (set == NULL)
		return STATUS_NO_MEMORY;
	*set = (struct grant_set){.references = 1};
	enum status status = fill(set, grants, next_number);
	if (status != STATUS_OK) {
		grant_set_release(set);
		return status;
	}
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
	if (--set->references > 0)
		return;
	if (set->all != NULL)
		grant_release(set->all);
	decisions_reset(&set->decisions);
	port_release(set, sizeof *set);
}

size_t grant_set_bytes(const struct grant_set *set)
{
	size_t all_bytes = set->all == NULL ? 0 : set->all->bytes;
	return sizeof *set + all_bytes + decisions_bytes(&set->decisions);
}

struct grant *grant_set_grants(const struct grant_set *set, const struct digest *interface)
{
	const struct decision *decision = decisions_find(&set->decisions, interface);
	if (decision == NULL || decision->verdict == KERNEL_UNDECIDED)
		return set->all;
	return decision->grant;
}
