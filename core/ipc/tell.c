#include "tell.h"

void tell_sent_to(const struct kernel_trace *trace, const struct message *message,
		  const struct body *body)
{
	const struct party *handler = message->handler;
	struct kernel_trace_event event = {
	    .kind = KERNEL_TRACE_SENT,
	    .wants_answer = message->wants_answer,
	    .message = message,
	    .process = message->process,
	    .handler = handler->service != NULL ? 0 : handler->serial,
	    .interface = &message->route->interface,
	    .parts = body->parts,
	    .part_count = body->part_count,
	    .size = body->size,
	};
	trace->tell(trace->self, &event);
}

void tell_refused_to(const struct kernel_trace *trace, const struct outgoing *out, int32_t error)
{
	struct kernel_trace_event event = {
	    .kind = KERNEL_TRACE_REFUSED,
	    .wants_answer = out->wants_answer,
	    .process = out->is_kernel ? 0 : out->sender->serial,
	    .interface = out->interface,
	    .parts = out->body.parts,
	    .part_count = out->body.part_count,
	    .size = out->body.size,
	    .error = error,
	};
	trace->tell(trace->self, &event);
}

void tell_answered_to(const struct kernel_trace *trace, const struct message *message,
		      const struct body *body)
{
	struct kernel_trace_event event = {
	    .kind = KERNEL_TRACE_ANSWERED,
	    .message = message,
	    .status = message->status,
	    .parts = body->parts,
	    .part_count = body->part_count,
	    .size = body->size,
	};
	trace->tell(trace->self, &event);
}

void tell_message_to(const struct kernel_trace *trace, enum kernel_trace_kind kind,
		     const struct message *message)
{
	struct kernel_trace_event event = {.kind = kind, .message = message};
	trace->tell(trace->self, &event);
}
