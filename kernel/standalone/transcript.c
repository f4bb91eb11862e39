#include "transcript.h"

#include <cairn/transcript.h>

#include "core/kernel.h"
#include "core/port.h"
#include "devices/serial.h"

static uint64_t start_ns;
static uint64_t spent_ns; /* by telling */

static const uint8_t causes[] = {
    [KERNEL_END_EXIT] = TRANSCRIPT_CAUSE_EXITED,
    [KERNEL_END_TRAP] = TRANSCRIPT_CAUSE_TRAPPED,
    [KERNEL_END_KILLED] = TRANSCRIPT_CAUSE_KILLED,
    [KERNEL_END_NOT_STARTED] = TRANSCRIPT_CAUSE_NOT_STARTED,
};

static struct wire_bytes digest_of(const struct kernel_trace_event *event)
{
	return (struct wire_bytes){event->interface->bytes, sizeof event->interface->bytes};
}

static void encode_process(struct wire_out *out, const struct kernel_trace_event *event,
			   uint64_t now)
{
	if (event->kind == KERNEL_TRACE_STARTED) {
		uint8_t cid[CID_BINARY_BYTES];
		cid_to_binary(event->program, cid);
		transcript_started_encode(
		    out, &(struct transcript_started_call){now, event->process, {cid, sizeof cid}});
		return;
	}
	const struct kernel_end *end = event->end;
	transcript_ended_encode(
	    out, &(struct transcript_ended_call){.now = now,
						 .process = event->process,
						 .cause = (enum transcript_cause)causes[end->cause],
						 .code = end->code,
						 .fault = wire_text(end->fault.text)});
}

/* The bytes of a body follow in parts (wire.h). */
static void encode_message(struct wire_out *out, const struct kernel_trace_event *event,
			   uint64_t now)
{
	uint64_t message = (uintptr_t)event->message;
	struct wire_bytes body = {.size = (uint32_t)event->size};
	switch (event->kind) {
	case KERNEL_TRACE_SENT:
		transcript_sent_encode(out, &(struct transcript_sent_call){
						now, message, event->process, event->handler,
						event->wants_answer, digest_of(event), body});
		break;
	case KERNEL_TRACE_REFUSED:
		transcript_refused_encode(
		    out, &(struct transcript_refused_call){now, event->process, event->error,
							   digest_of(event), body});
		break;
	case KERNEL_TRACE_RECEIVED:
		transcript_received_encode(out, &(struct transcript_received_call){now, message});
		break;
	case KERNEL_TRACE_CANCELLED:
		transcript_cancelled_encode(out, &(struct transcript_cancelled_call){now, message});
		break;
	case KERNEL_TRACE_ANSWERED:
		transcript_answered_encode(
		    out, &(struct transcript_answered_call){now, message, event->status, body});
		break;
	default:
		transcript_over_encode(out, &(struct transcript_over_call){now, message});
		break;
	}
}

static void tell(void *self, const struct kernel_trace_event *event)
{
	uint64_t begin_ns = port_monotonic_ns();
	uint64_t now = begin_ns - start_ns - spent_ns;
	uint8_t size[sizeof(uint32_t)];
	uint8_t head[128 + FAULT_TEXT_BYTES];
	struct wire_out frame = wire_out_over(size, sizeof size);
	struct wire_out out = wire_out_over(head, sizeof head);
	if (event->kind == KERNEL_TRACE_STARTED || event->kind == KERNEL_TRACE_ENDED)
		encode_process(&out, event, now);
	else
		encode_message(&out, event, now);
	core_assert(wire_is_whole(&out));
	wire_put_u32(&frame, (uint32_t)out.size);
	serial_print(SERIAL_TRANSCRIPT, size, sizeof size);
	serial_print(SERIAL_TRANSCRIPT, head, (size_t)(out.next - head));
	for (uint32_t i = 0; i < event->part_count; i++)
		serial_print(SERIAL_TRANSCRIPT, event->parts[i].data, event->parts[i].size);
	spent_ns += port_monotonic_ns() - begin_ns;
}

const struct kernel_trace *transcript_open(void)
{
	static const struct kernel_trace watcher = {.tell = tell};
	start_ns = port_monotonic_ns();
	return serial_has_line(SERIAL_TRANSCRIPT) ? &watcher : NULL;
}
