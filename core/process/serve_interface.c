#include <cairn/abi.h>
#include <cairn/messages.h>

#include "kernel_state.h"
#include "mem.h"
#include "serve.h"

enum { OPTION_WATCH_SENDERS = 1, OPTION_KEEPS_STATE = 2 };

/* register-error, in the order of interface.wit */
enum { ERROR_NOT_A_DIGEST, ERROR_NOT_CONFIGURED, ERROR_TAKEN, ERROR_LIMIT };

static void answer_bool(struct kernel_request *request, bool value)
{
	uint8_t byte = value;
	serve_answer(request, &byte, sizeof byte);
}

/* result<bool, register-error> */
static void answer_result(struct kernel_request *request, bool is_error, uint8_t value)
{
	const uint8_t body[2] = {is_error, value};
	serve_answer(request, body, sizeof body);
}

/* A digest as a list<u8>; false where it has another length. */
static bool read_digest(struct bytes *in, struct digest *out)
{
	uint32_t size = bytes_u32(in);
	const uint8_t *data = bytes_take(in, size);
	if (data == NULL || size != sizeof out->bytes)
		return false;
	memcpy(out->bytes, data, sizeof out->bytes);
	return true;
}

static void cancel_message(struct kernel_request *request, struct bytes *in)
{
	uint64_t id = bytes_u64(in);
	struct process *sender = serve_sender(request);
	if (!serve_is_whole(in))
		serve_refuse(request);
	else
		answer_bool(request,
			    exchange_cancel(&sender->kernel->exchange, &sender->party, id));
}

static void register_handler(struct kernel_request *request, struct bytes *in)
{
	struct digest interface;
	bool is_digest = read_digest(in, &interface);
	uint8_t options = bytes_u8(in);
	if (!serve_is_whole(in) || (options & ~(OPTION_WATCH_SENDERS | OPTION_KEEPS_STATE)) != 0) {
		serve_refuse(request);
		return;
	}
	struct route_options wanted = {.watches_senders = (options & OPTION_WATCH_SENDERS) != 0,
				       .keeps_state = (options & OPTION_KEEPS_STATE) != 0};
	struct process *sender = serve_sender(request);
	struct exchange *exchange = &sender->kernel->exchange;
	struct route *route = is_digest ? router_find(&exchange->router, &interface) : NULL;
	if (!is_digest) {
		answer_result(request, true, ERROR_NOT_A_DIGEST);
	} else if (route == NULL || route->program == NULL ||
		   !cid_is_equal(route->program, &sender->cid)) {
		answer_result(request, true, ERROR_NOT_CONFIGURED);
	} else if (exchange_register(exchange, route, &sender->party, wanted) != STATUS_OK) {
		answer_result(request, true, ERROR_TAKEN);
	} else {
		answer_result(request, false, true);
	}
}

/* No grant has scopes yet: list<string> of none. */
static void tell_scopes(struct kernel_request *request, struct bytes *in)
{
	static const uint32_t none = 0;
	uint32_t grant = bytes_u32(in);
	struct process *sender = serve_sender(request);
	if (!serve_is_whole(in) || !exchange_knows_grant(&sender->party, grant))
		serve_refuse(request);
	else
		serve_answer(request, &none, sizeof none);
}

static void unregister_handler(struct kernel_request *request, struct bytes *in)
{
	struct digest interface;
	bool is_digest = read_digest(in, &interface);
	if (!serve_is_whole(in)) {
		serve_refuse(request);
		return;
	}
	struct process *sender = serve_sender(request);
	struct route *route =
	    is_digest ? router_find(&sender->kernel->exchange.router, &interface) : NULL;
	bool is_handler = route != NULL && route->handler == &sender->party;
	if (is_handler)
		exchange_unregister(route);
	answer_bool(request, is_handler);
}

static void receive(void *self, struct kernel_request *request)
{
	struct bytes in = serve_body(request);
	switch (bytes_u32(&in)) {
	case INTERFACE_CANCEL:
		cancel_message(request, &in);
		break;
	case INTERFACE_REGISTER:
		register_handler(request, &in);
		break;
	case INTERFACE_SCOPES:
		tell_scopes(request, &in);
		break;
	case INTERFACE_UNREGISTER:
		unregister_handler(request, &in);
		break;
	default:
		serve_refuse(request);
	}
}

const struct kernel_service serve_interface = {.receive = receive};
