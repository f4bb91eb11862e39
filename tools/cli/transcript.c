#include "transcript.h"

#include <stdlib.h>
#include <string.h>

#include <cairn/transcript.h>

#include "core/kernel.h"
#include "report.h"

enum {
	SIZE_BYTES = sizeof(uint32_t),
	/* The largest body of the kernel's default limits, and what stands before it. */
	CALL_BYTES_MAX = (64 << 20) + 1024
};

struct transcript {
	struct trace *trace;
	uint8_t *data; /* the size of a call, and as much of it as there is */
	size_t used;
	size_t capacity;
	bool is_broken;
};

struct transcript *transcript_create(struct trace *trace)
{
	struct transcript *transcript = calloc(1, sizeof *transcript);
	if (transcript == NULL)
		report_error("%s", status_text(STATUS_NO_MEMORY));
	else
		transcript->trace = trace;
	return transcript;
}

static void fail(struct transcript *transcript, const char *why)
{
	if (!transcript->is_broken)
		report_error("the kernel's transcript cannot be read any further: %s", why);
	transcript->is_broken = true;
}

/* ---- Calls ---- */

static void tell(struct transcript *transcript, uint64_t now, struct kernel_trace_event event)
{
	trace_tell(transcript->trace, &event, now);
}

/* Of an event with an interface and a body. */
static void tell_body(struct transcript *transcript, uint64_t now, struct kernel_trace_event event,
		      struct wire_bytes interface, struct wire_bytes body)
{
	struct digest digest;
	if (interface.size != sizeof digest.bytes) {
		fail(transcript, "no digest");
		return;
	}
	memcpy(digest.bytes, interface.data, sizeof digest.bytes);
	struct wire_part part = {body.data, body.size};
	event.interface = &digest;
	event.parts = &part;
	event.part_count = 1;
	event.size = body.size;
	trace_tell(transcript->trace, &event, now);
}

static const void *key_of(uint64_t message)
{
	return (const void *)(uintptr_t)message;
}

static void on_started(void *self, void *message, const struct transcript_started_call *call)
{
	struct cid cid;
	struct fault fault;
	if (cid_from_binary(call->program.data, call->program.size, &cid, &fault) == STATUS_OK)
		tell(self, call->now,
		     (struct kernel_trace_event){
			 .kind = KERNEL_TRACE_STARTED, .process = call->process, .program = &cid});
	else
		fail(self, "no CID");
}

static void on_ended(void *self, void *message, const struct transcript_ended_call *call)
{
	static const enum kernel_end_cause causes[] = {
	    [TRANSCRIPT_CAUSE_EXITED] = KERNEL_END_EXIT,
	    [TRANSCRIPT_CAUSE_TRAPPED] = KERNEL_END_TRAP,
	    [TRANSCRIPT_CAUSE_KILLED] = KERNEL_END_KILLED,
	    [TRANSCRIPT_CAUSE_NOT_STARTED] = KERNEL_END_NOT_STARTED,
	};
	struct kernel_end end = {
	    .process = call->process, .cause = causes[call->cause], .code = call->code};
	size_t size = call->fault.size;
	if (size > sizeof end.fault.text - 1)
		size = sizeof end.fault.text - 1;
	memcpy(end.fault.text, call->fault.data, size);
	tell(self, call->now,
	     (struct kernel_trace_event){
		 .kind = KERNEL_TRACE_ENDED, .process = call->process, .end = &end});
}

static void on_sent(void *self, void *message, const struct transcript_sent_call *call)
{
	tell_body(self, call->now,
		  (struct kernel_trace_event){.kind = KERNEL_TRACE_SENT,
					      .message = key_of(call->message),
					      .process = call->process,
					      .handler = call->handler,
					      .wants_answer = call->wants_answer},
		  call->digest, call->body);
}

static void on_refused(void *self, void *message, const struct transcript_refused_call *call)
{
	tell_body(self, call->now,
		  (struct kernel_trace_event){
		      .kind = KERNEL_TRACE_REFUSED, .process = call->process, .error = call->error},
		  call->digest, call->body);
}

static void on_received(void *self, void *message, const struct transcript_received_call *call)
{
	tell(self, call->now,
	     (struct kernel_trace_event){.kind = KERNEL_TRACE_RECEIVED,
					 .message = key_of(call->message)});
}

static void on_cancelled(void *self, void *message, const struct transcript_cancelled_call *call)
{
	tell(self, call->now,
	     (struct kernel_trace_event){.kind = KERNEL_TRACE_CANCELLED,
					 .message = key_of(call->message)});
}

static void on_answered(void *self, void *message, const struct transcript_answered_call *call)
{
	struct wire_part part = {call->body.data, call->body.size};
	tell(self, call->now,
	     (struct kernel_trace_event){.kind = KERNEL_TRACE_ANSWERED,
					 .message = key_of(call->message),
					 .status = call->status,
					 .parts = &part,
					 .part_count = 1,
					 .size = part.size});
}

static void on_over(void *self, void *message, const struct transcript_over_call *call)
{
	tell(self, call->now,
	     (struct kernel_trace_event){.kind = KERNEL_TRACE_OVER,
					 .message = key_of(call->message)});
}

static void read_call(struct transcript *transcript, const uint8_t *body, size_t size)
{
	static const struct transcript_handler handler = {
	    .started = on_started,
	    .ended = on_ended,
	    .sent = on_sent,
	    .refused = on_refused,
	    .received = on_received,
	    .cancelled = on_cancelled,
	    .answered = on_answered,
	    .over = on_over,
	};
	enum wire_status status = transcript_dispatch(&handler, transcript, NULL, body, size);
	if (status != WIRE_OK)
		fail(transcript, wire_status_text(status));
}

/* ---- Pieces ---- */

/* How many bytes the data wants to have next: a size, or a size and its call. */
static size_t wanted(const struct transcript *transcript)
{
	if (transcript->used < SIZE_BYTES)
		return SIZE_BYTES;
	struct wire_in in = wire_in_over(transcript->data, SIZE_BYTES);
	return SIZE_BYTES + (size_t)wire_get_u32(&in);
}

static bool make_room(struct transcript *transcript, size_t size)
{
	if (size <= transcript->capacity)
		return true;
	uint8_t *larger = size > CALL_BYTES_MAX ? NULL : realloc(transcript->data, size);
	if (larger == NULL) {
		fail(transcript, "a call is too large");
		return false;
	}
	transcript->data = larger;
	transcript->capacity = size;
	return true;
}

void transcript_take(struct transcript *transcript, const uint8_t *data, size_t size)
{
	while (size > 0 && !transcript->is_broken) {
		size_t whole = wanted(transcript);
		if (whole == transcript->used)
			fail(transcript, "an empty call");
		if (transcript->is_broken || !make_room(transcript, whole))
			return;
		size_t piece = whole - transcript->used;
		if (piece > size)
			piece = size;
		memcpy(transcript->data + transcript->used, data, piece);
		transcript->used += piece;
		data += piece;
		size -= piece;
		if (transcript->used < whole || whole == SIZE_BYTES)
			continue;
		read_call(transcript, transcript->data + SIZE_BYTES, whole - SIZE_BYTES);
		transcript->used = 0;
	}
}

void transcript_destroy(struct transcript *transcript)
{
	if (transcript == NULL)
		return;
	if (transcript->used > 0)
		fail(transcript, "it ends too early");
	free(transcript->data);
	free(transcript);
}
