#include "control_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Arrays, in one piece of memory each. Counts are bounded by the message, whose every item takes
 * bytes. */
struct control_run_order {
	struct wasm_name *names; /* arguments, then environment */
	struct digest *digests;  /* granted, then each handler's interfaces and grants */
	struct kernel_handler *handlers;
	uint32_t name_count;
	uint32_t digest_count;
};

static enum status invalid(struct fault *fault, const char *what)
{
	snprintf(fault->text, sizeof fault->text, "%s", what);
	return STATUS_INVALID;
}

/* ---- How much there is ---- */

static uint32_t count_digests(const struct control_start *start)
{
	uint32_t count = start->grants.count;
	struct control_handler__list rest = start->handlers;
	struct control_handler_ handler;
	while (control_handler__list_next(&rest, &handler))
		count += handler.interfaces.count + handler.grants.count;
	return count;
}

static bool allocate(const struct control_start *start, struct control_run_order *memory)
{
	uint32_t names = start->arguments.count + start->environment.count;
	memory->names = calloc(names + 1u, sizeof *memory->names);
	memory->digests = calloc(count_digests(start) + 1u, sizeof *memory->digests);
	memory->handlers = calloc(start->handlers.count + 1u, sizeof *memory->handlers);
	return memory->names != NULL && memory->digests != NULL && memory->handlers != NULL;
}

/* ---- Lists ---- */

static const struct wasm_name *take_names(struct control_run_order *memory,
					  struct wire_bytes_list list)
{
	const struct wasm_name *first = memory->names + memory->name_count;
	struct wire_bytes item;
	while (wire_bytes_list_next(&list, &item))
		memory->names[memory->name_count++] =
		    (struct wasm_name){.data = item.data, .size = item.size};
	return first;
}

static bool take_digest(struct control_run_order *memory, struct wire_bytes bytes)
{
	if (bytes.size != sizeof memory->digests->bytes)
		return false;
	memcpy(memory->digests[memory->digest_count++].bytes, bytes.data, bytes.size);
	return true;
}

static bool take_interfaces(struct control_run_order *memory, struct wire_bytes_list list)
{
	struct wire_bytes item;
	while (wire_bytes_list_next(&list, &item))
		if (!take_digest(memory, item))
			return false;
	return true;
}

/* What is not allowed is not granted. */
static bool take_grants(struct control_run_order *memory, struct control_grant_list list,
			struct kernel_grants *out)
{
	struct control_grant item;
	uint32_t first = memory->digest_count;
	while (control_grant_list_next(&list, &item))
		if (item.verdict == CONTROL_VERDICT_ALLOWED && !take_digest(memory, item.interface))
			return false;
	out->interfaces = memory->digests + first;
	out->count = memory->digest_count - first;
	return true;
}

static enum status take_handlers(const struct control_start *start, struct launch_order *order,
				 struct control_run_order *memory, struct fault *fault)
{
	struct control_handler__list rest = start->handlers;
	struct control_handler_ item;
	while (control_handler__list_next(&rest, &item)) {
		struct kernel_handler *handler = &memory->handlers[order->handler_count++];
		if (cid_from_binary(item.program.data, item.program.size, &handler->program,
				    fault) != STATUS_OK)
			return STATUS_INVALID;
		handler->interfaces = memory->digests + memory->digest_count;
		handler->interface_count = item.interfaces.count;
		if (!take_interfaces(memory, item.interfaces) ||
		    !take_grants(memory, item.grants, &handler->grants))
			return invalid(fault, "what a handler is to handle is no interface");
	}
	order->handlers = memory->handlers;
	return STATUS_OK;
}

enum status control_run_decode_order(const struct control_start *start, struct launch_order *order,
				     struct control_run_order **out, struct fault *fault)
{
	struct control_run_order *memory = calloc(1, sizeof *memory);
	*out = memory;
	if (memory == NULL || !allocate(start, memory))
		return STATUS_NO_MEMORY;
	order->start = (struct kernel_start){0};
	order->handler_count = 0;
	order->is_quiet = (start->options & CONTROL_RUN_OPTIONS_QUIET) != 0;
	order->is_in_background = (start->options & CONTROL_RUN_OPTIONS_HELD) != 0;
	struct kernel_start *kernel = &order->start;
	enum status status =
	    cid_from_binary(start->program.data, start->program.size, &kernel->program, fault);
	if (status != STATUS_OK)
		return STATUS_INVALID;
	kernel->arguments = take_names(memory, start->arguments);
	kernel->argument_count = start->arguments.count;
	kernel->environment = take_names(memory, start->environment);
	kernel->environment_count = start->environment.count;
	if (!take_grants(memory, start->grants, &kernel->grants))
		return invalid(fault, "what is granted is no interface");
	kernel->grants.allow_all = (start->options & CONTROL_RUN_OPTIONS_ALLOW_ALL) != 0;
	return take_handlers(start, order, memory, fault);
}

void control_run_release_order(struct control_run_order *memory)
{
	if (memory == NULL)
		return;
	free(memory->names);
	free(memory->digests);
	free(memory->handlers);
	free(memory);
}

void control_run_drop_descriptors(const struct launch_order *order)
{
	for (int i = 0; i < SESSION_STREAMS; i++)
		if (order->streams[i] >= 0)
			close(order->streams[i]);
	if (order->trace >= 0)
		close(order->trace);
}
