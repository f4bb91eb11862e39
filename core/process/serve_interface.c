#include <cairn/interface_serve.h>

#include "kernel_state.h"
#include "mem.h"
#include "serve.h"

/* The route of the interface with that digest; NULL where there is none. */
static struct route *find_route(const struct process *process, struct wire_bytes digest)
{
	struct digest interface;
	if (digest.size != sizeof interface.bytes)
		return NULL;
	memcpy(interface.bytes, digest.data, sizeof interface.bytes);
	return router_find(&process->kernel->exchange.router, &interface);
}

static void cancel_message(void *self, void *message, const struct interface_cancel_call *call)
{
	struct process *sender = serve_sender(message);
	interface_cancel_answer(
	    message, exchange_cancel(&sender->kernel->exchange, &sender->party, call->message));
}

static void refuse_handler(struct kernel_request *request, enum interface_register_error error)
{
	const struct interface_bool_or_register_error result = {.is_error = true, .error = error};
	interface_register_answer(request, &result);
}

static void register_handler(void *self, void *message, const struct interface_register_call *call)
{
	static const struct interface_bool_or_register_error done = {.value = true};
	const struct stop_options options = {
	    .watches_senders = (call->options & INTERFACE_OPTIONS_WATCH_SENDERS) != 0,
	    .keeps_state = (call->options & INTERFACE_OPTIONS_KEEPS_STATE) != 0};
	struct process *sender = serve_sender(message);
	struct exchange *exchange = &sender->kernel->exchange;
	const struct route *route = find_route(sender, call->digest);
	struct stop *stop = route == NULL ? NULL : stop_for_program(&sender->party, route);
	if (call->digest.size != sizeof(struct digest)) {
		refuse_handler(message, INTERFACE_REGISTER_ERROR_NOT_A_DIGEST);
	} else if (stop == NULL) {
		refuse_handler(message, INTERFACE_REGISTER_ERROR_NOT_CONFIGURED);
	} else if (stop_register(exchange, stop, &sender->party, options) != STATUS_OK) {
		refuse_handler(message, INTERFACE_REGISTER_ERROR_TAKEN);
	} else {
		interface_register_answer(message, &done);
	}
}

/* The strings are copied: there is no telling how short and many they are. */
static void answer_scopes(struct kernel_request *request, struct kernel_scopes scopes)
{
	struct wire_string strings[GRANT_SCOPES_MAX];
	core_assert(scopes.count <= GRANT_SCOPES_MAX);
	for (uint32_t i = 0; i < scopes.count; i++)
		strings[i] = (struct wire_string){(const char *)scopes.items[i].data,
						  (uint32_t)scopes.items[i].size};
	const struct wire_string_list list = {.items = strings, .count = scopes.count};
	struct wire_out out = wire_out_over(NULL, 0);
	interface_scopes_answer_encode(&out, list);
	size_t size = (size_t)out.size;
	void *buffer = port_allocate(size);
	struct wire_part part;
	out = wire_out_parts(buffer, buffer == NULL ? 0 : size, &part, 1);
	interface_scopes_answer(request, &out, list);
	port_release(buffer, size);
}

static void tell_scopes(void *self, void *message, const struct interface_scopes_call *call)
{
	const struct party *sender = &serve_sender(message)->party;
	const struct grant *grant = exchange_known_grant(sender, call->grant);
	if (grant == NULL)
		request_refuse(message);
	else
		answer_scopes(message, grant->scopes);
}

static void unregister_handler(void *self, void *message,
			       const struct interface_unregister_call *call)
{
	struct process *sender = serve_sender(message);
	const struct route *route = find_route(sender, call->digest);
	struct stop *stop = route == NULL ? NULL : stop_of_party(&sender->party, route);
	bool is_handler = stop != NULL && stop->handler != NULL;
	if (is_handler)
		stop_unregister(stop);
	interface_unregister_answer(message, is_handler);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct interface_handler handler = {
	    .cancel = cancel_message,
	    .register_ = register_handler,
	    .scopes = tell_scopes,
	    .unregister = unregister_handler,
	};
	interface_serve(&handler, self, request);
}

const struct kernel_service serve_interface = {.receive = receive};
