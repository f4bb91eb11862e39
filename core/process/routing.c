#include "routing.h"

#include <cairn/authorizer.h>
#include <cairn/interface.h>
#include <cairn/loader.h>
#include <cairn/process.h>
#include <cairn/threads.h>

#include "handlers.h"
#include "lock.h"
#include "mem.h"
#include "text.h"

bool routing_is_fixed(const struct digest *interface)
{
	static const struct digest fixed[] = {
	    {INTERFACE_DIGEST},  {PROCESS_DIGEST}, {THREADS_DIGEST},
	    {AUTHORIZER_DIGEST}, {LOADER_DIGEST},
	};
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (memcmp(&fixed[i], interface, sizeof *interface) == 0)
			return true;
	return false;
}

enum status routing_route(struct kernel *kernel, const struct digest *interface, struct route **out)
{
	struct router *router = &kernel->exchange.router;
	*out = router_find(router, interface);
	return *out != NULL ? STATUS_OK : router_add(router, interface, out);
}

/* ---- Whether a routing makes sense ---- */

static enum status complain(struct fault *fault, const char *text)
{
	fault_set(fault, 0, text);
	return STATUS_INVALID;
}

/* The same with the program that it is about. */
static enum status complain_of(struct fault *fault, const char *what, const struct cid *program)
{
	char name[CID_TEXT_BYTES];
	cid_to_text(program, name);
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, what);
	text_string(&text, name);
	fault->offset = 0;
	return STATUS_INVALID;
}

static bool is_index(const struct kernel_routing *routing, uint32_t index)
{
	return index == KERNEL_STOP_NONE || index < routing->stop_count;
}

static bool is_same_stop(const struct kernel_stop *a, const struct kernel_stop *b)
{
	return a->is_kernel == b->is_kernel &&
	       (a->is_kernel || cid_is_equal(&a->program, &b->program));
}

/* From each stop the end of the chain is reached within as many steps as there are stops. */
static bool has_cycle(const struct kernel_routing *routing)
{
	for (uint32_t i = 0; i < routing->stop_count; i++) {
		uint32_t at = i;
		for (uint32_t steps = 0; at != KERNEL_STOP_NONE; steps++) {
			if (steps == routing->stop_count)
				return true;
			at = routing->stops[at].next;
		}
	}
	return false;
}

static enum status check_stops(const struct kernel_routing *routing, struct fault *fault)
{
	for (uint32_t i = 0; i < routing->stop_count; i++) {
		const struct kernel_stop *stop = &routing->stops[i];
		if (!is_index(routing, stop->next))
			return complain(fault, "a chain leads to a stop that there is not");
		for (uint32_t k = 0; k < i; k++) {
			if (!is_same_stop(stop, &routing->stops[k]))
				continue;
			if (stop->is_kernel)
				return complain(fault, "the kernel is named twice");
			return complain_of(fault, "one program at two stops: ", &stop->program);
		}
	}
	if (!is_index(routing, routing->first))
		return complain(fault, "the first stop is none that there is");
	return has_cycle(routing) ? complain(fault, "the chain of handlers leads back to itself")
				  : STATUS_OK;
}

static enum status check_override(const struct kernel_routing *routing,
				  const struct kernel_override *override, struct fault *fault)
{
	if (!is_index(routing, override->stop))
		return complain_of(fault, "no stop for the override of ", &override->program);
	for (uint32_t i = 0; i < routing->stop_count; i++)
		if (!routing->stops[i].is_kernel &&
		    cid_is_equal(&routing->stops[i].program, &override->program))
			return complain_of(fault,
					   "a handler sends to the next in the chain, and cannot "
					   "have an override: ",
					   &override->program);
	return STATUS_OK;
}

static enum status check_overrides(const struct kernel_routing *routing, struct fault *fault)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < routing->override_count && status == STATUS_OK; i++) {
		status = check_override(routing, &routing->overrides[i], fault);
		for (uint32_t k = 0; k < i && status == STATUS_OK; k++)
			if (cid_is_equal(&routing->overrides[i].program,
					 &routing->overrides[k].program))
				status = complain_of(fault, "two overrides for ",
						     &routing->overrides[i].program);
	}
	return status;
}

static enum status check_size(const struct kernel_routing *routing, struct fault *fault)
{
	if (routing->stop_count > ROUTING_STOPS_MAX)
		fault_set(fault, 0, "too many handlers for one interface");
	else if (routing->override_count > ROUTING_OVERRIDES_MAX)
		fault_set(fault, 0, "too many overrides for one interface");
	else
		return STATUS_OK;
	return STATUS_LIMIT;
}

static enum status check(const struct kernel_routing *routing, struct fault *fault)
{
	enum status status = check_size(routing, fault);
	if (status == STATUS_OK)
		status = check_stops(routing, fault);
	if (status == STATUS_OK)
		status = check_overrides(routing, fault);
	return status;
}

/* ---- Putting it in force ---- */

/* All that a change needs, so that nothing can fail once it has begun. */
struct change {
	struct kernel *kernel;
	const struct kernel_routing *routing;
	struct route *route;
	struct stop *stops[ROUTING_STOPS_MAX]; /* that stay, or are made */
	struct handler *made[ROUTING_STOPS_MAX];
	struct route_override *overrides;
};

static struct stop *stop_at(const struct change *change, uint32_t index)
{
	return index == KERNEL_STOP_NONE ? NULL : change->stops[index];
}

static enum status prepare_stop(struct change *change, uint32_t index)
{
	const struct kernel_stop *wanted = &change->routing->stops[index];
	struct route *route = change->route;
	struct stop **stop = &change->stops[index];
	*stop = wanted->is_kernel ? route->kernel : route_stop_of(route, &wanted->program);
	if (*stop != NULL)
		return STATUS_OK;
	if (wanted->is_kernel)
		return STATUS_INVALID;
	struct handler *handler;
	enum status status = handlers_make(change->kernel, &wanted->program, &handler);
	if (status != STATUS_OK)
		return status;
	change->made[index] = handler;
	status = stop_create(route, &handler->cid, stop);
	if (status == STATUS_OK)
		list_append(&handler->stops, &(*stop)->of_program);
	return status;
}

static enum status prepare_overrides(struct change *change)
{
	const struct kernel_routing *routing = change->routing;
	if (routing->override_count == 0)
		return STATUS_OK;
	change->overrides = port_allocate(routing->override_count * sizeof *change->overrides);
	if (change->overrides == NULL)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; i < routing->override_count; i++) {
		const struct kernel_override *override = &routing->overrides[i];
		change->overrides[i] =
		    (struct route_override){override->program, stop_at(change, override->stop)};
	}
	return STATUS_OK;
}

static void undo(struct change *change)
{
	for (uint32_t i = 0; i < change->routing->stop_count; i++) {
		if (change->made[i] == NULL)
			continue;
		if (change->stops[i] != NULL)
			stop_destroy(change->stops[i]);
		handlers_release(change->made[i]);
	}
}

static enum status prepare(struct change *change, struct fault *fault)
{
	enum status status =
	    routing_route(change->kernel, &change->routing->interface, &change->route);
	for (uint32_t i = 0; i < change->routing->stop_count && status == STATUS_OK; i++)
		status = prepare_stop(change, i);
	if (status == STATUS_OK)
		status = prepare_overrides(change);
	if (status == STATUS_OK)
		return STATUS_OK;
	undo(change);
	fault_set(fault, 0,
		  status == STATUS_INVALID ? "the kernel does not handle this interface"
					   : status_text(status));
	return status;
}

/* Whether the stop is part of what is wanted; the kernel's own stays in any case. */
static bool is_kept(const struct change *change, const struct stop *stop)
{
	if (stop->program == NULL)
		return true;
	for (uint32_t i = 0; i < change->routing->stop_count; i++)
		if (change->stops[i] == stop)
			return true;
	return false;
}

/* Takes the stops out that are not wanted any more. */
static void take_gone(const struct change *change, struct list *gone)
{
	struct list *stops = &change->route->stops;
	struct list_link *next;
	for (struct list_link *link = stops->head.next; link != &stops->head; link = next) {
		next = link->next;
		if (is_kept(change, list_record(link, struct stop, of_route)))
			continue;
		list_remove(link);
		list_append(gone, link);
	}
}

static void put_in_force(const struct change *change)
{
	const struct kernel_routing *routing = change->routing;
	struct route *route = change->route;
	for (uint32_t i = 0; i < routing->stop_count; i++) {
		change->stops[i]->next = stop_at(change, routing->stops[i].next);
		if (change->made[i] == NULL)
			continue;
		handlers_forgive(change->made[i]);
		list_append(&route->stops, &change->stops[i]->of_route);
	}
	route->first = stop_at(change, routing->first);
	port_release(route->overrides, route->override_count * sizeof *route->overrides);
	route->overrides = change->overrides;
	route->override_count = routing->override_count;
	change->kernel->exchange.epoch++;
	change->kernel->exchange.changes++;
}

static void retire(struct kernel *kernel, struct stop *stop)
{
	struct handler *handler = handler_of_stop(stop);
	stop_retire(&kernel->exchange, stop);
	handlers_release(handler);
}

static enum status apply(struct kernel *kernel, const struct kernel_routing *routing,
			 struct fault *fault)
{
	struct change change = {.kernel = kernel, .routing = routing};
	struct list gone;
	enum status status = prepare(&change, fault);
	if (status != STATUS_OK)
		return status;
	list_init(&gone);
	take_gone(&change, &gone);
	put_in_force(&change);
	while (!list_is_empty(&gone))
		retire(kernel, list_record(list_first(&gone), struct stop, of_route));
	return STATUS_OK;
}

enum status kernel_set_routing(struct kernel *kernel, const struct kernel_routing *routing,
			       struct fault *fault)
{
	*fault = (struct fault){0};
	if (routing_is_fixed(&routing->interface))
		return complain(fault, "who handles this interface cannot be changed");
	enum status status = check(routing, fault);
	if (status != STATUS_OK)
		return status;
	bool has_entered = kernel_enter(kernel);
	status = apply(kernel, routing, fault);
	kernel_leave(kernel, has_entered);
	return status;
}

enum status routing_set_only(struct kernel *kernel, const struct digest *interface,
			     const struct cid *program)
{
	const struct kernel_stop stop = {.program = *program, .next = KERNEL_STOP_NONE};
	const struct kernel_routing routing = {
	    .interface = *interface, .stops = &stop, .stop_count = 1};
	const struct route *route = router_find(&kernel->exchange.router, interface);
	struct fault fault;
	if (route != NULL && (route->kernel != NULL || !list_is_empty(&route->stops)))
		return STATUS_INVALID;
	return apply(kernel, &routing, &fault);
}
