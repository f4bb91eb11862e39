#include "launch.h"

#include "kernel_state.h"
#include "routing.h"

/* The last stop of the route, or NULL. */
static struct stop *last_stop(const struct launch *launch, const struct route *route)
{
	struct stop *last = NULL;
	list_for_each(link, &launch->stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		if (stop->route == route)
			last = stop;
	}
	return last;
}

static bool is_named_twice(const struct launch *launch, const struct handler *handler,
			   const struct route *route)
{
	list_for_each(link, &launch->stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		if (stop->route == route && cid_is_equal(stop->program, &handler->cid))
			return true;
	}
	return false;
}

/* Those that are named for one interface form a chain, in that order. */
static enum status add_stop(struct launch *launch, struct handler *handler,
			    const struct digest *interface)
{
	struct route *route;
	struct stop *stop;
	if (routing_is_fixed(interface))
		return STATUS_INVALID;
	enum status status = routing_route(handler->kernel, interface, &route);
	if (status != STATUS_OK)
		return status;
	if (is_named_twice(launch, handler, route))
		return STATUS_INVALID;
	status = stop_create(route, &handler->cid, &stop);
	if (status != STATUS_OK)
		return status;
	struct stop *last = last_stop(launch, route);
	if (last != NULL)
		last->next = stop;
	list_append(&launch->stops, &stop->of_route);
	list_append(&handler->stops, &stop->of_program);
	return STATUS_OK;
}

static struct handler *find_handler(const struct launch *launch, const struct cid *program)
{
	list_for_each(link, &launch->handlers)
	{
		struct handler *handler = list_record(link, struct handler, of_bucket);
		if (cid_is_equal(&handler->cid, program))
			return handler;
	}
	return NULL;
}

static enum status make_handler(struct launch *launch, struct kernel *kernel,
				const struct kernel_handler *named, struct handler **out)
{
	*out = find_handler(launch, &named->program);
	if (*out != NULL)
		return STATUS_OK;
	enum status status = handler_create(kernel, &named->program, out);
	if (status != STATUS_OK)
		return status;
	(*out)->launch = launch;
	(*out)->terminal = named->terminal;
	list_append(&launch->handlers, &(*out)->of_bucket);
	return grant_set_create(&named->grants, &kernel->exchange.next_grant, &(*out)->grants);
}

static enum status add_handler(struct launch *launch, struct kernel *kernel,
			       const struct kernel_handler *named)
{
	struct handler *handler;
	if (named->interface_count > BOOT_HANDLES_MAX)
		return STATUS_LIMIT;
	enum status status = make_handler(launch, kernel, named, &handler);
	for (uint32_t i = 0; i < named->interface_count && status == STATUS_OK; i++)
		status = add_stop(launch, handler, &named->interfaces[i]);
	return status;
}

enum status launch_create(struct kernel *kernel, const struct kernel_start *start,
			  struct launch **out)
{
	if (start->handler_count > BOOT_PROGRAMS_MAX)
		return STATUS_LIMIT;
	struct launch *launch = port_allocate(sizeof *launch);
	if (launch == NULL)
		return STATUS_NO_MEMORY;
	*launch = (struct launch){0};
	list_init(&launch->stops);
	list_init(&launch->handlers);
	list_init(&launch->members);
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < start->handler_count && status == STATUS_OK; i++)
		status = add_handler(launch, kernel, &start->handlers[i]);
	if (status != STATUS_OK) {
		launch_destroy(launch);
		return status;
	}
	*out = launch;
	return STATUS_OK;
}

void launch_destroy(struct launch *launch)
{
	core_assert(list_is_empty(&launch->members));
	while (!list_is_empty(&launch->stops))
		stop_destroy(list_record(list_first(&launch->stops), struct stop, of_route));
	while (!list_is_empty(&launch->handlers)) {
		struct handler *handler =
		    list_record(list_first(&launch->handlers), struct handler, of_bucket);
		list_remove(&handler->of_bucket);
		handler_destroy(handler);
	}
	port_release(launch, sizeof *launch);
}

void launch_join(struct launch *launch, struct process *process, bool keeps)
{
	core_assert(process->launch == NULL);
	process->launch = launch;
	process->keeps_launch = keeps;
	process->party.launch_stops = &launch->stops;
	list_append(&launch->members, &process->of_launch);
	launch->keepers += keeps;
}

void launch_leave(struct process *process)
{
	struct launch *launch = process->launch;
	if (launch == NULL)
		return;
	process->launch = NULL;
	process->party.launch_stops = NULL;
	list_remove(&process->of_launch);
	launch->keepers -= process->keeps_launch;
	if (list_is_empty(&launch->members))
		launch_destroy(launch);
	else if (launch->keepers == 0)
		list_for_each(link, &launch->members)
		    process_kill(list_record(link, struct process, of_launch));
}
