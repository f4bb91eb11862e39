#include "traced.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cairn/control.h>

#include "control_frame.h"
#include "core/kernel.h"
#include "report.h"
#include "trace.h"

enum { PIECE_BYTES = 256 * 1024, FRAME_BYTES_MAX = 64 * 1024 * 1024 };

struct traced {
	struct trace *trace;
	int ends[2]; /* near, far */
	uint8_t *data;
	size_t used;
	size_t capacity;
};

struct traced *traced_create(struct trace *trace)
{
	struct traced *traced = calloc(1, sizeof *traced);
	if (traced == NULL ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, traced->ends) != 0) {
		report_error("the trace cannot be read (%s)", strerror(errno));
		free(traced);
		return NULL;
	}
	int size = PIECE_BYTES;
	setsockopt(traced->ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	traced->trace = trace;
	return traced;
}

static void close_end(int *end)
{
	if (*end >= 0)
		close(*end);
	*end = -1;
}

void traced_destroy(struct traced *traced)
{
	if (traced == NULL)
		return;
	close_end(&traced->ends[0]);
	close_end(&traced->ends[1]);
	free(traced->data);
	free(traced);
}

int traced_far_end(const struct traced *traced)
{
	return traced->ends[1];
}

void traced_close_far_end(struct traced *traced)
{
	close_end(&traced->ends[1]);
}

int traced_near_end(const struct traced *traced)
{
	return traced->ends[0];
}

/* ---- Events ---- */

static bool take_program(struct wire_bytes name, struct cid *out)
{
	struct fault fault;
	return cid_from_binary(name.data, name.size, out, &fault) == STATUS_OK;
}

static void tell(struct traced *traced, const struct control_trace_event *in)
{
	static const enum kernel_trace_kind kinds[] = {
	    [CONTROL_TRACE_KIND_STARTED] = KERNEL_TRACE_STARTED,
	    [CONTROL_TRACE_KIND_ENDED] = KERNEL_TRACE_ENDED,
	    [CONTROL_TRACE_KIND_SENT] = KERNEL_TRACE_SENT,
	    [CONTROL_TRACE_KIND_REFUSED] = KERNEL_TRACE_REFUSED,
	    [CONTROL_TRACE_KIND_RECEIVED] = KERNEL_TRACE_RECEIVED,
	    [CONTROL_TRACE_KIND_CANCELLED] = KERNEL_TRACE_CANCELLED,
	    [CONTROL_TRACE_KIND_ANSWERED] = KERNEL_TRACE_ANSWERED,
	    [CONTROL_TRACE_KIND_OVER] = KERNEL_TRACE_OVER,
	};
	const struct wire_part body = {.data = in->body.data, .size = in->body.size};
	struct digest interface;
	struct cid program;
	struct kernel_end end;
	if (in->kind == CONTROL_TRACE_KIND_LOST) {
		trace_tell_lost(traced->trace, (uint64_t)in->number, in->at);
		return;
	}
	struct kernel_trace_event event = {
	    .kind = kinds[in->kind],
	    .wants_answer = in->wants_answer,
	    .message = (const void *)(uintptr_t)in->message,
	    .process = in->process,
	    .handler = in->handler,
	    .parts = &body,
	    .part_count = in->body.size > 0,
	    .size = in->body.size,
	    .status = in->status,
	    .error = (int32_t)in->number,
	};
	if (in->name.size == sizeof interface.bytes) {
		memcpy(interface.bytes, in->name.data, sizeof interface.bytes);
		event.interface = &interface;
	}
	if (event.kind == KERNEL_TRACE_STARTED) {
		if (!take_program(in->name, &program))
			return;
		event.program = &program;
	}
	if (event.kind == KERNEL_TRACE_ENDED) {
		if (in->status > KERNEL_END_NOT_STARTED)
			return;
		end = (struct kernel_end){.cause = (enum kernel_end_cause)in->status,
					  .code = (uint32_t)in->number};
		size_t size =
		    in->body.size < FAULT_TEXT_BYTES ? in->body.size : FAULT_TEXT_BYTES - 1;
		memcpy(end.fault.text, in->body.data, size);
		event.end = &end;
	}
	trace_tell(traced->trace, &event, in->at);
}

/* False where no whole frame is there. */
static bool take_frame(struct traced *traced, size_t *at)
{
	struct control_frame frame;
	struct control_traced_call call;
	size_t left = traced->used - *at;
	if (left < sizeof frame)
		return false;
	memcpy(&frame, traced->data + *at, sizeof frame);
	if (left - sizeof frame < frame.size)
		return false;
	if (control_traced_decode(traced->data + *at + sizeof frame, frame.size, &call) == WIRE_OK)
		tell(traced, &call.event);
	*at += sizeof frame + frame.size;
	return true;
}

bool traced_read(struct traced *traced)
{
	if (traced->ends[0] < 0)
		return false;
	if (traced->capacity - traced->used < PIECE_BYTES) {
		size_t capacity = traced->capacity * 2 + PIECE_BYTES;
		uint8_t *larger =
		    capacity > FRAME_BYTES_MAX ? NULL : realloc(traced->data, capacity);
		if (larger == NULL) {
			report_error("the trace ends here: %s", status_text(STATUS_NO_MEMORY));
			close_end(&traced->ends[0]);
			return false;
		}
		traced->data = larger;
		traced->capacity = capacity;
	}
	ssize_t size = recv(traced->ends[0], traced->data + traced->used, PIECE_BYTES, 0);
	if (size < 0 && errno == EINTR)
		return true;
	if (size <= 0) {
		close_end(&traced->ends[0]);
		return false;
	}
	traced->used += (size_t)size;
	size_t at = 0;
	while (take_frame(traced, &at))
		continue;
	traced->used -= at;
	memmove(traced->data, traced->data + at, traced->used);
	return true;
}
