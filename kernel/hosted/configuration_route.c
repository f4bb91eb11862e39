/*
 * From chains to routings. Each program has one place in an interface's chains, and passes on to
 * one other: a chain says for all of it but its last to whom. The last one of the default chain
 * passes on to nobody, unless another chain says more of it; the last one of an exception to the
 * beginning of the default chain, so that a filter for one program does not have to know who
 * handles the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "configuration_state.h"
#include "words.h"

/* As many as the core takes (core/ipc/kernel_limits.h). */
enum { STOPS_MAX = 64, EXCEPTIONS_MAX = 4096 };

struct routing {
	struct configuration_reading *reading;
	struct kernel_stop *stops;
	uint32_t stop_count;
	uint32_t first;
	struct kernel_override *overrides;
	uint32_t override_count;
};

static enum status refuse(struct routing *routing, const struct configuration_item *item,
			  const char *what)
{
	routing->reading->file = item->file;
	return configuration_refuse(routing->reading, item->line, what, item->word);
}

static uint32_t find_stop(const struct routing *routing, const struct configuration_item *item)
{
	for (uint32_t i = 0; i < routing->stop_count; i++) {
		const struct kernel_stop *stop = &routing->stops[i];
		if (stop->is_kernel == item->is_kernel &&
		    (item->is_kernel || cid_is_equal(&stop->program, &item->program)))
			return i;
	}
	return KERNEL_STOP_NONE;
}

/* There is room for a stop for each item, and the platform's. */
static uint32_t find_or_add_stop(struct routing *routing, const struct configuration_item *item)
{
	uint32_t found = find_stop(routing, item);
	if (found != KERNEL_STOP_NONE)
		return found;
	struct kernel_stop *stop = &routing->stops[routing->stop_count];
	*stop = (struct kernel_stop){
	    .program = item->program, .is_kernel = item->is_kernel, .next = KERNEL_STOP_NONE};
	if (item->is_kernel)
		stop->program = (struct cid){.codec = CID_RAW};
	return routing->stop_count++;
}

static bool leads_to(const struct routing *routing, uint32_t from, uint32_t to)
{
	while (from != KERNEL_STOP_NONE && from != to)
		from = routing->stops[from].next;
	return from == to;
}

/* `item` is where the chain says so. There is no cycle before, and none after. */
static enum status lead(struct routing *routing, uint32_t from, uint32_t to,
			const struct configuration_item *item)
{
	struct kernel_stop *stop = &routing->stops[from];
	if (stop->next == to)
		return STATUS_OK;
	if (stop->is_kernel)
		return refuse(routing, item, "nobody comes after the kernel in a chain");
	if (stop->next != KERNEL_STOP_NONE)
		return refuse(routing, item,
			      "the program before it passes on to another one in another chain");
	if (leads_to(routing, to, from))
		return refuse(routing, item, "a cycle: messages would come here again");
	stop->next = to;
	return STATUS_OK;
}

/* Its first stop, and its last one. */
static enum status add_chain(struct routing *routing, const struct configuration_item *chain,
			     uint32_t *first, uint32_t *last)
{
	enum status status = STATUS_OK;
	*first = *last = find_or_add_stop(routing, chain);
	if (routing->stop_count > STOPS_MAX)
		return refuse(routing, chain, "more than 64 programs handle one interface");
	for (const struct configuration_item *item = chain->next;
	     item != NULL && status == STATUS_OK; item = item->next) {
		uint32_t stop = find_or_add_stop(routing, item);
		status = lead(routing, *last, stop, item);
		*last = stop;
		if (routing->stop_count > STOPS_MAX)
			return refuse(routing, item, "more than 64 programs handle one interface");
	}
	return status;
}

static enum status add_exception(struct routing *routing,
				 const struct configuration_exception *exception)
{
	uint32_t first, last;
	enum status status = add_chain(routing, exception->chain, &first, &last);
	if (status != STATUS_OK)
		return status;
	bool is_open = routing->stops[last].next == KERNEL_STOP_NONE &&
		       !routing->stops[last].is_kernel && !leads_to(routing, routing->first, last);
	if (is_open)
		routing->stops[last].next = routing->first;
	routing->overrides[routing->override_count++] =
	    (struct kernel_override){.program = exception->whose.program, .stop = first};
	return STATUS_OK;
}

/* ---- Exceptions ---- */

static uint32_t count_exceptions(const struct configuration_handling *handling)
{
	uint32_t count = 0;
	for (const struct configuration_exception *at = handling->exceptions; at != NULL;
	     at = at->next)
		count++;
	return count;
}

static uint32_t count_items(const struct configuration_handling *handling)
{
	uint32_t count = 0;
	for (const struct configuration_item *item = handling->chain; item != NULL;
	     item = item->next)
		count++;
	for (const struct configuration_exception *at = handling->exceptions; at != NULL;
	     at = at->next)
		for (const struct configuration_item *item = at->chain; item != NULL;
		     item = item->next)
			count++;
	return count;
}

struct ordered {
	const struct configuration_exception *exception;
	bool is_later; /* it is of the file that counts */
	uint32_t order;
};

static int compare(const void *a, const void *b)
{
	const struct ordered *one = a, *other = b;
	const struct cid *left = &one->exception->whose.program;
	const struct cid *right = &other->exception->whose.program;
	int order = memcmp(left->hash, right->hash, sizeof left->hash);
	if (order == 0)
		order = (int)left->codec - (int)right->codec;
	return order != 0 ? order : one->order < other->order ? -1 : 1;
}

static uint32_t gather(const struct configuration_handling *handling, bool is_later,
		       struct ordered *out, uint32_t count)
{
	for (const struct configuration_exception *at = handling->exceptions; at != NULL;
	     at = at->next, count++)
		out[count] = (struct ordered){at, is_later, count};
	return count;
}

static enum status add_exceptions(struct routing *routing, const struct ordered *ordered,
				  uint32_t count)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
		const struct configuration_item *whose = &ordered[i].exception->whose;
		bool is_followed =
		    i + 1 < count &&
		    cid_is_equal(&whose->program, &ordered[i + 1].exception->whose.program);
		if (is_followed && ordered[i].is_later == ordered[i + 1].is_later)
			return refuse(routing, &ordered[i + 1].exception->whose,
				      "a program that stands twice");
		if (!is_followed)
			status = add_exception(routing, ordered[i].exception);
	}
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++)
		if (find_stop(routing, &ordered[i].exception->whose) != KERNEL_STOP_NONE)
			return refuse(routing, &ordered[i].exception->whose,
				      "its messages go on in the chain that it is part of");
	return status;
}

/* ---- One interface ---- */

/* Where nothing is said of others than those of the exceptions, the platform goes on handling them.
 */
static void add_platform(struct routing *routing, const struct digest *interface)
{
	struct words ignored;
	const struct configuration_item kernel = {.is_kernel = true};
	if (words_of(interface, &ignored))
		routing->first = find_or_add_stop(routing, &kernel);
}

static enum status fill(struct routing *routing, const struct configuration_handling *first,
			const struct configuration_handling *second)
{
	uint32_t last;
	const struct configuration_item *chain = first->chain;
	if (second != NULL && second->chain != NULL)
		chain = second->chain;
	enum status status = STATUS_OK;
	if (chain != NULL)
		status = add_chain(routing, chain, &routing->first, &last);
	else
		add_platform(routing, &first->interface);
	uint32_t count = count_exceptions(first) + (second == NULL ? 0 : count_exceptions(second));
	struct ordered *ordered = calloc(count + 1, sizeof *ordered);
	if (ordered == NULL)
		return STATUS_NO_MEMORY;
	uint32_t done = gather(first, false, ordered, 0);
	if (second != NULL)
		done = gather(second, true, ordered, done);
	qsort(ordered, count, sizeof *ordered, compare);
	if (status == STATUS_OK)
		status = add_exceptions(routing, ordered, count);
	free(ordered);
	return status;
}

static enum status route(struct configuration_reading *reading,
			 const struct configuration_handling *first,
			 const struct configuration_handling *second, struct kernel_routing *out)
{
	uint32_t stops = count_items(first) + (second == NULL ? 0 : count_items(second));
	uint32_t overrides =
	    count_exceptions(first) + (second == NULL ? 0 : count_exceptions(second));
	struct routing routing = {.reading = reading, .first = KERNEL_STOP_NONE};
	if (overrides > EXCEPTIONS_MAX) {
		reading->file = first->file;
		return configuration_refuse(reading, first->line,
					    "more than 4096 exceptions for one interface", NULL);
	}
	routing.stops =
	    configuration_allocate(reading->configuration, (stops + 2) * sizeof *routing.stops);
	routing.overrides = configuration_allocate(reading->configuration,
						   (overrides + 1) * sizeof *routing.overrides);
	if (routing.stops == NULL || routing.overrides == NULL)
		return STATUS_NO_MEMORY;
	bool is_left_out = first->is_left_out || (second != NULL && second->is_left_out);
	enum status status = is_left_out ? STATUS_OK : fill(&routing, first, second);
	if (status != STATUS_OK)
		return status;
	*out = (struct kernel_routing){.interface = first->interface,
				       .stops = routing.stops,
				       .stop_count = routing.stop_count,
				       .first = routing.first,
				       .overrides = routing.overrides,
				       .override_count = routing.override_count};
	return STATUS_OK;
}

enum status configuration_route(struct configuration_reading *reading)
{
	const struct configuration_handlings *handlings = &reading->handlings;
	enum status status = configuration_sort(reading);
	if (status != STATUS_OK)
		return status;
	struct kernel_routing *routings = configuration_allocate(
	    reading->configuration, (handlings->count + 1) * sizeof *routings);
	if (routings == NULL)
		return STATUS_NO_MEMORY;
	uint32_t count = 0;
	for (uint32_t i = 0; i < handlings->count && status == STATUS_OK; i++) {
		const struct configuration_handling *first = &handlings->items[i];
		const struct configuration_handling *second =
		    i + 1 < handlings->count ? first + 1 : NULL;
		if (second != NULL &&
		    memcmp(&first->interface, &second->interface, sizeof first->interface) != 0)
			second = NULL;
		i += second != NULL;
		status = route(reading, first, second, &routings[count++]);
	}
	reading->configuration->routings = routings;
	reading->configuration->routing_count = count;
	return status;
}
