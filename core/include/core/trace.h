/*
 * trace: what a kernel tells somebody who watches its messages (kernel_settings.trace). Nothing is
 * asked, nothing changes by it, and what is passed is valid during the call only.
 *
 * A message is told of as SENT, then RECEIVED when its handler takes it, ANSWERED once at most, and
 * OVER. Its address tells it from others until it is over, and means nothing else. A message that
 * `send` refuses was never SENT, unless memory ran out while it was brought to its handler.
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cairn/wire.h>

#include "core/cid.h"

struct kernel_end;

enum kernel_trace_kind {
	KERNEL_TRACE_STARTED,   /* process, program: its blocks are being asked for */
	KERNEL_TRACE_ENDED,     /* process, end */
	KERNEL_TRACE_SENT,      /* message, process, handler, interface, body */
	KERNEL_TRACE_REFUSED,   /* process, interface, body, error: send() returned an error */
	KERNEL_TRACE_RECEIVED,  /* message */
	KERNEL_TRACE_CANCELLED, /* message: its sender gave it up, or has ended */
	KERNEL_TRACE_ANSWERED,  /* message, status, body: the answer waits for the sender */
	KERNEL_TRACE_OVER       /* message: answered and taken, or nobody gets an answer */
};

/* Beside `kind`, only what stands there is set. A pid of 0 is the kernel, or the port. */
struct kernel_trace_event {
	enum kernel_trace_kind kind;
	bool wants_answer;
	const void *message;
	uint64_t process;
	uint64_t handler;
	const struct digest *interface;
	const struct wire_part *parts; /* of the body */
	uint32_t part_count;
	uint64_t size;   /* of the body */
	uint32_t status; /* CAIRN_STATUS_*, of an answer */
	int32_t error;   /* CAIRN_DENIED and the like */
	const struct cid *program;
	const struct kernel_end *end;
};

struct kernel_trace {
	void (*tell)(void *self, const struct kernel_trace_event *event);
	void *self;
};

#endif
