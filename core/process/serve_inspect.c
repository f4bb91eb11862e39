#include <cairn/inspect_serve.h>

#include "inspect.h"
#include "kernel_state.h"
#include "mem.h"
#include "serve.h"

/* ---- Who sees what ---- */

static bool has_scope(const struct kernel_request *request, const char *scope)
{
	struct kernel_scopes scopes = kernel_request_scopes(request);
	size_t size = 0;
	while (scope[size] != '\0')
		size++;
	for (uint32_t i = 0; i < scopes.count; i++)
		if (scopes.items[i].size == size && memcmp(scopes.items[i].data, scope, size) == 0)
			return true;
	return false;
}

static bool sees_all(const struct kernel_request *request)
{
	return has_scope(request, "all");
}

static struct inspect_view view_of(struct kernel *kernel, const struct kernel_request *request)
{
	return (struct inspect_view){kernel,
				     sees_all(request) ? 0 : kernel_request_process(request)};
}

/* ---- Answers, measured first: they have no greatest size ---- */

enum asked { ASKED_NOTHING, ASKED_HANDLERS, ASKED_PROCESSES, ASKED_SUMMARY };

struct question {
	struct inspect_view view;
	enum asked asked;
	uint64_t first;
};

static void put(const struct question *question, struct wire_out *out)
{
	if (question->asked == ASKED_HANDLERS)
		inspect_put_handlers(&question->view, out);
	else if (question->asked == ASKED_PROCESSES)
		inspect_put_processes(&question->view, question->first, out);
	else
		inspect_put_summary(&question->view, out);
}

/* The answer in memory of the port's; NULL where there is too little. */
static uint8_t *encode(const struct question *question, size_t *size)
{
	struct wire_out measured = wire_out_over(NULL, 0);
	put(question, &measured);
	uint8_t *bytes = port_allocate((size_t)measured.size);
	if (bytes == NULL)
		return NULL;
	struct wire_out out = wire_out_over(bytes, (size_t)measured.size);
	put(question, &out);
	core_assert(wire_is_whole(&out) && out.size == measured.size);
	*size = (size_t)out.size;
	return bytes;
}

static void answer(struct kernel_request *request, const struct question *question)
{
	size_t size;
	uint8_t *bytes = encode(question, &size);
	if (bytes == NULL) {
		request_refuse(request);
		return;
	}
	struct wire_part part = {bytes, size};
	kernel_request_answer(request, CAIRN_STATUS_OK, &part, 1);
	port_release(bytes, size);
}

static void tell_handlers(void *self, void *message)
{
	answer(message, &(struct question){view_of(self, message), ASKED_HANDLERS, 0});
}

static void tell_processes(void *self, void *message, const struct inspect_processes_call *call)
{
	answer(message, &(struct question){view_of(self, message), ASKED_PROCESSES, call->first});
}

static void tell_summary(void *self, void *message)
{
	answer(message, &(struct question){view_of(self, message), ASKED_SUMMARY, 0});
}

/* ---- Changes ---- */

/* That something has happened somewhere is for those to know who may see it. */
static void wait_change(void *self, void *message, const struct inspect_wait_change_call *call)
{
	struct kernel *kernel = self;
	uint64_t present = kernel->exchange.changes;
	if (!sees_all(message) || !kernel_request_wants_answer(message)) {
		request_refuse(message);
	} else if (call->since != present) {
		inspect_wait_change_answer(message, present);
	} else {
		struct inspect_watch *watch = &kernel->inspect;
		watch->told = present;
		kernel_request_set_user(message, watch->waiting);
		watch->waiting = message;
	}
}

void inspect_tell(struct kernel *kernel)
{
	struct inspect_watch *watch = &kernel->inspect;
	if (!inspect_is_due(kernel))
		return;
	struct kernel_request *waiting = watch->waiting;
	watch->waiting = NULL;
	watch->told = kernel->exchange.changes;
	while (waiting != NULL) {
		struct kernel_request *request = waiting;
		waiting = kernel_request_user(request);
		inspect_wait_change_answer(request, watch->told);
	}
}

static void cancel(void *self, struct kernel_request *request)
{
	struct kernel *kernel = self;
	struct kernel_request *previous = NULL;
	struct kernel_request *at = kernel->inspect.waiting;
	while (at != request) {
		previous = at;
		at = kernel_request_user(at);
	}
	if (previous == NULL)
		kernel->inspect.waiting = kernel_request_user(request);
	else
		kernel_request_set_user(previous, kernel_request_user(request));
	request_refuse(request);
}

static void receive(void *self, struct kernel_request *request)
{
	static const struct inspect_handler handler = {
	    .handlers = tell_handlers,
	    .processes = tell_processes,
	    .summary = tell_summary,
	    .wait_change = wait_change,
	};
	inspect_serve(&handler, self, request);
}

const struct kernel_service serve_inspect = {.receive = receive, .cancel = cancel};

/* ---- For the port, which sees everything ---- */

static void ask_handlers(void *self, void *message)
{
	((struct question *)self)->asked = ASKED_HANDLERS;
}

static void ask_processes(void *self, void *message, const struct inspect_processes_call *call)
{
	struct question *question = self;
	question->asked = ASKED_PROCESSES;
	question->first = call->first;
}

static void ask_summary(void *self, void *message)
{
	((struct question *)self)->asked = ASKED_SUMMARY;
}

static void ask_change(void *self, void *message, const struct inspect_wait_change_call *call)
{
	((struct question *)self)->asked = ASKED_NOTHING;
}

enum status kernel_inspect(struct kernel *kernel, const struct wire_part *request,
			   void (*answered)(void *context, const uint8_t *body, size_t size),
			   void *context)
{
	static const struct inspect_handler handler = {
	    .handlers = ask_handlers,
	    .processes = ask_processes,
	    .summary = ask_summary,
	    .wait_change = ask_change,
	};
	struct question question = {.view = {kernel, 0}};
	if (inspect_dispatch(&handler, &question, NULL, request->data, request->size) != WIRE_OK ||
	    question.asked == ASKED_NOTHING)
		return STATUS_INVALID;
	size_t size;
	uint8_t *bytes = encode(&question, &size);
	if (bytes == NULL)
		return STATUS_NO_MEMORY;
	answered(context, bytes, size);
	port_release(bytes, size);
	return STATUS_OK;
}

uint64_t kernel_change(const struct kernel *kernel)
{
	return kernel->exchange.changes;
}
