#include "serve.h"

#include <cairn/inspect.h>
#include <cairn/interface.h>
#include <cairn/log.h>
#include <cairn/process.h>
#include <cairn/random.h>
#include <cairn/threads.h>
#include <cairn/time.h>

#include "delivery.h"
#include "exchange.h"
#include "lock.h"
#include "process.h"

const struct serve_entry serve_table[] = {
    {{INTERFACE_DIGEST}, &serve_interface}, {{PROCESS_DIGEST}, &serve_process},
    {{THREADS_DIGEST}, &serve_threads},     {{TIME_DIGEST}, &serve_time},
    {{RANDOM_DIGEST}, &serve_random},       {{LOG_DIGEST}, &serve_log},
    {{INSPECT_DIGEST}, &serve_inspect},
};

const size_t serve_count = sizeof serve_table / sizeof serve_table[0];

/* ---- Requests: a message that a part of the kernel has (kernel.h) ---- */

struct message *serve_message(struct kernel_request *request)
{
	return (struct message *)request;
}

static const struct message *message_of(const struct kernel_request *request)
{
	return (const struct message *)request;
}

const uint8_t *kernel_request_body(const struct kernel_request *request, size_t *size)
{
	*size = message_of(request)->size;
	return message_of(request)->body;
}

uint64_t kernel_request_process(const struct kernel_request *request)
{
	return message_of(request)->process;
}

bool kernel_request_wants_answer(const struct kernel_request *request)
{
	return message_of(request)->wants_answer;
}

uint32_t kernel_request_grant(const struct kernel_request *request)
{
	return message_of(request)->grant->number;
}

struct kernel_scopes kernel_request_scopes(const struct kernel_request *request)
{
	return message_of(request)->grant->scopes;
}

void kernel_request_set_user(struct kernel_request *request, void *user)
{
	serve_message(request)->user = user;
}

void *kernel_request_user(const struct kernel_request *request)
{
	return message_of(request)->user;
}

uint8_t *kernel_request_room(const struct kernel_request *request, uint64_t size)
{
	return delivery_room(message_of(request), size);
}

void kernel_request_answer(struct kernel_request *request, uint32_t status,
			   const struct wire_part *parts, uint32_t part_count)
{
	struct message *message = serve_message(request);
	struct body body = {parts, part_count, 0};
	bool is_sum = body_size(parts, part_count, &body.size);
	core_assert(is_sum);
	struct exchange *exchange = message->handler->exchange;
	struct kernel *kernel = list_record(exchange, struct kernel, exchange);
	bool has_entered = kernel_enter(kernel);
	exchange_answer_served(exchange, message, status, &body);
	kernel_leave(kernel, has_entered);
}

/* ---- For the kernel's own services ---- */

struct process *serve_sender(struct kernel_request *request)
{
	struct party *sender = serve_message(request)->sender;
	return sender == NULL ? NULL : process_of_party(sender);
}
