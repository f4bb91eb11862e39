/*
 * tell: the exchange's side of trace.h. Where nobody watches, each of these is one branch that is
 * never taken.
 */
#ifndef IPC_TELL_H
#define IPC_TELL_H

#include "core/trace.h"
#include "exchange.h"

void tell_sent_to(const struct kernel_trace *trace, const struct message *message,
		  const struct body *body);
void tell_refused_to(const struct kernel_trace *trace, const struct outgoing *out, int32_t error);
void tell_answered_to(const struct kernel_trace *trace, const struct message *message,
		      const struct body *body);
void tell_message_to(const struct kernel_trace *trace, enum kernel_trace_kind kind,
		     const struct message *message);

static inline bool tell_is_watched(const struct exchange *exchange)
{
	return __builtin_expect(exchange->trace != NULL, false);
}

static inline void tell_sent(const struct exchange *exchange, const struct message *message,
			     const struct body *body)
{
	if (tell_is_watched(exchange))
		tell_sent_to(exchange->trace, message, body);
}

static inline void tell_refused(const struct exchange *exchange, const struct outgoing *out,
				int64_t result)
{
	if (tell_is_watched(exchange) && result < 0)
		tell_refused_to(exchange->trace, out, (int32_t)result);
}

/* Before the answer is taken. */
static inline void tell_answered(const struct exchange *exchange, const struct message *message,
				 const struct body *body)
{
	if (tell_is_watched(exchange))
		tell_answered_to(exchange->trace, message, body);
}

/* RECEIVED, CANCELLED, OVER. */
static inline void tell_message(const struct exchange *exchange, enum kernel_trace_kind kind,
				const struct message *message)
{
	if (tell_is_watched(exchange))
		tell_message_to(exchange->trace, kind, message);
}

#endif
