#include "control_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "size.h"

/* Arrays, in one piece of memory each. Counts are bounded by the message, whose every item takes
 * bytes. */
struct control_run_order {
	struct wasm_name *names;     /* arguments, environment, scopes */
	struct digest *digests;      /* each handler's interfaces */
	struct kernel_grant *grants; /* the program's, then each handler's */
	struct kernel_handler *handlers;
	uint32_t name_count;
	uint32_t digest_count;
	uint32_t grant_count;
};

static enum status invalid(struct fault *fault, const char *what)
{
	snprintf(fault->text, sizeof fault->text, "%s", what);
	return STATUS_INVALID;
}

/* ---- How much there is ---- */

static uint32_t count_scopes(struct control_grant_list rest)
{
	uint32_t count = 0;
	struct control_grant grant;
	while (control_grant_list_next(&rest, &grant))
		count += grant.scopes.count;
	return count;
}

static bool allocate(const struct control_start *start, struct control_run_order *memory)
{
	uint32_t names =
	    start->arguments.count + start->environment.count + count_scopes(start->grants);
	uint32_t digests = 0;
	uint32_t grants = start->grants.count;
	struct control_handler__list rest = start->handlers;
	struct control_handler_ handler;
	while (control_handler__list_next(&rest, &handler)) {
		digests += handler.interfaces.count;
		grants += handler.grants.count;
		names += count_scopes(handler.grants);
	}
	memory->names = calloc(names + 1u, sizeof *memory->names);
	memory->digests = calloc(digests + 1u, sizeof *memory->digests);
	memory->grants = calloc(grants + 1u, sizeof *memory->grants);
	memory->handlers = calloc(start->handlers.count + 1u, sizeof *memory->handlers);
	return memory->names != NULL && memory->digests != NULL && memory->grants != NULL &&
	       memory->handlers != NULL;
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

static bool read_digest(struct wire_bytes bytes, struct digest *out)
{
	if (bytes.size != sizeof out->bytes)
		return false;
	memcpy(out->bytes, bytes.data, bytes.size);
	return true;
}

static bool take_interfaces(struct control_run_order *memory, struct wire_bytes_list list)
{
	struct wire_bytes item;
	while (wire_bytes_list_next(&list, &item))
		if (!read_digest(item, &memory->digests[memory->digest_count++]))
			return false;
	return true;
}

static const struct wasm_name *take_scopes(struct control_run_order *memory,
					   struct wire_string_list list)
{
	const struct wasm_name *first = memory->names + memory->name_count;
	struct wire_string item;
	while (wire_string_list_next(&list, &item))
		memory->names[memory->name_count++] =
		    (struct wasm_name){.data = (const uint8_t *)item.data, .size = item.size};
	return first;
}

static bool take_grants(struct control_run_order *memory, struct control_grant_list list,
			struct kernel_grants *out)
{
	static const enum kernel_verdict verdicts[] = {
	    [CONTROL_VERDICT_UNDECIDED] = KERNEL_UNDECIDED,
	    [CONTROL_VERDICT_ALLOWED] = KERNEL_ALLOWED,
	    [CONTROL_VERDICT_DENIED] = KERNEL_DENIED,
	};
	struct control_grant item;
	out->items = memory->grants + memory->grant_count;
	out->count = list.count;
	while (control_grant_list_next(&list, &item)) {
		struct kernel_grant *grant = &memory->grants[memory->grant_count++];
		grant->verdict = verdicts[item.verdict];
		grant->scopes = take_scopes(memory, item.scopes);
		grant->scope_count = item.scopes.count;
		if (!read_digest(item.interface, &grant->interface))
			return false;
	}
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
	if (start->memory != 0 && !size_is_of_memory(start->memory))
		return invalid(fault, "a program may have " SIZE_OF_MEMORY_WORDS " of memory");
	kernel->memory_bytes = start->memory;
	kernel->asks = (start->options & CONTROL_RUN_OPTIONS_ASKS) != 0;
	kernel->grants.allow_all = (start->options & CONTROL_RUN_OPTIONS_ALLOW_ALL) != 0;
	return take_handlers(start, order, memory, fault);
}

void control_run_release_order(struct control_run_order *memory)
{
	if (memory == NULL)
		return;
	free(memory->names);
	free(memory->digests);
	free(memory->grants);
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
