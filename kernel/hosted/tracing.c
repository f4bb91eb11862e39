#include "tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cairn/control.h>

#include "control_frame.h"
#include "core/port.h"

enum { BUFFER_BYTES = 256 * 1024, SLOW_MS = 1000 };

struct trace_tap {
	struct trace_tap *next;
	struct tracing *tracing;
	uint64_t launch;
	int fd;
	uint64_t start_ns;
	uint64_t spent_ns; /* by tracing */
	uint64_t lost;     /* events, since the last one that was kept */
	bool is_dead;      /* nobody reads any more */
	size_t used;
	size_t capacity;
	uint8_t *buffer;
};

/* ---- Writing ---- */

/* False where there is no room for a while; signals do not make it longer. */
static bool await_reader(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	uint64_t end = port_monotonic_ns() + SLOW_MS * UINT64_C(1000000);
	int count;
	do {
		uint64_t now = port_monotonic_ns();
		count = poll(&ready, 1, now < end ? (int)((end - now) / 1000000) : 0);
	} while (count < 0 && errno == EINTR);
	return count != 0;
}

/* Writes until `room` bytes are free, if there are so many; waits for the reader where it has to.
 */
static void make_room(struct trace_tap *tap, size_t room)
{
	size_t sent = 0;
	if (tap->used == 0)
		return;
	while (!tap->is_dead && sent < tap->used && tap->capacity - (tap->used - sent) < room) {
		ssize_t size = send(tap->fd, tap->buffer + sent, tap->used - sent,
				    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (size >= 0) {
			sent += (size_t)size;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			tap->is_dead = true;
		else if (!await_reader(tap->fd))
			break;
	}
	tap->used = tap->is_dead ? 0 : tap->used - sent;
	memmove(tap->buffer, tap->buffer + sent, tap->used);
}

/* For one event, which may be a large one. */
static bool has_room(struct trace_tap *tap, size_t size)
{
	if (tap->capacity - tap->used >= size)
		return true;
	make_room(tap, size);
	if (size > tap->capacity) {
		uint8_t *larger = realloc(tap->buffer, size + BUFFER_BYTES);
		if (larger == NULL)
			return false;
		tap->buffer = larger;
		tap->capacity = size + BUFFER_BYTES;
	}
	return tap->capacity - tap->used >= size;
}

/* False where there is no room for it. */
static bool put(struct trace_tap *tap, const struct control_trace_event *event)
{
	struct control_frame frame = {0};
	size_t size = sizeof frame + 128 + event->name.size + event->body.size;
	if (tap->is_dead)
		return true;
	if (!has_room(tap, size))
		return false;
	struct wire_out out = wire_out_over(tap->buffer + tap->used + sizeof frame,
					    tap->capacity - tap->used - sizeof frame);
	control_traced_encode(&out, &(struct control_traced_call){.event = *event});
	core_assert(wire_is_whole(&out));
	frame.size = (uint32_t)out.size;
	memcpy(tap->buffer + tap->used, &frame, sizeof frame);
	tap->used += sizeof frame + frame.size;
	return true;
}

static void put_or_count(struct trace_tap *tap, const struct control_trace_event *event)
{
	if (tap->lost > 0) {
		const struct control_trace_event lost = {
		    .kind = CONTROL_TRACE_KIND_LOST, .at = event->at, .number = (int64_t)tap->lost};
		if (!put(tap, &lost)) {
			tap->lost++;
			return;
		}
		tap->lost = 0;
	}
	if (!put(tap, event))
		tap->lost++;
}

/* ---- What the kernel tells ---- */

static bool is_of_launch(const struct trace_tap *tap, uint64_t process)
{
	return process != 0 && kernel_terminal_of(tap->tracing->kernel, process) == tap->launch;
}

/* What comes after a message was sent is told always: who was not told of that passes over it. */
static bool concerns(const struct trace_tap *tap, const struct kernel_trace_event *event)
{
	if (*tap->tracing->launch_count <= 1)
		return true;
	switch (event->kind) {
	case KERNEL_TRACE_STARTED:
	case KERNEL_TRACE_ENDED:
	case KERNEL_TRACE_REFUSED:
		return is_of_launch(tap, event->process);
	case KERNEL_TRACE_SENT:
		return is_of_launch(tap, event->process) || is_of_launch(tap, event->handler);
	default:
		return true;
	}
}

static enum control_trace_kind kind_of(enum kernel_trace_kind kind)
{
	static const enum control_trace_kind kinds[] = {
	    [KERNEL_TRACE_STARTED] = CONTROL_TRACE_KIND_STARTED,
	    [KERNEL_TRACE_ENDED] = CONTROL_TRACE_KIND_ENDED,
	    [KERNEL_TRACE_SENT] = CONTROL_TRACE_KIND_SENT,
	    [KERNEL_TRACE_REFUSED] = CONTROL_TRACE_KIND_REFUSED,
	    [KERNEL_TRACE_RECEIVED] = CONTROL_TRACE_KIND_RECEIVED,
	    [KERNEL_TRACE_CANCELLED] = CONTROL_TRACE_KIND_CANCELLED,
	    [KERNEL_TRACE_ANSWERED] = CONTROL_TRACE_KIND_ANSWERED,
	    [KERNEL_TRACE_OVER] = CONTROL_TRACE_KIND_OVER,
	};
	return kinds[kind];
}

/* The body in one piece; an empty one where there is no memory. */
static struct wire_bytes gather(struct tracing *tracing, const struct kernel_trace_event *event)
{
	if (event->part_count <= 1)
		return (struct wire_bytes){event->part_count == 0 ? NULL : event->parts->data,
					   (uint32_t)event->size};
	if (event->size > tracing->body_capacity) {
		uint8_t *larger = realloc(tracing->body, (size_t)event->size);
		if (larger == NULL)
			return (struct wire_bytes){0};
		tracing->body = larger;
		tracing->body_capacity = (size_t)event->size;
	}
	size_t used = 0;
	for (uint32_t i = 0; i < event->part_count; i++) {
		if (event->parts[i].size > 0)
			memcpy(tracing->body + used, event->parts[i].data, event->parts[i].size);
		used += event->parts[i].size;
	}
	return (struct wire_bytes){tracing->body, (uint32_t)used};
}

static void tell_tap(struct trace_tap *tap, const struct kernel_trace_event *event, uint64_t now_ns)
{
	uint8_t program[CID_BINARY_BYTES];
	struct control_trace_event out = {
	    .kind = kind_of(event->kind),
	    .at = now_ns - tap->start_ns - tap->spent_ns,
	    .message = (uint64_t)(uintptr_t)event->message,
	    .process = event->process,
	    .handler = event->handler,
	    .wants_answer = event->wants_answer,
	    .status = event->status,
	    .number = event->error,
	};
	if (event->interface != NULL)
		out.name = (struct wire_bytes){event->interface->bytes, 32};
	if (event->kind == KERNEL_TRACE_STARTED) {
		cid_to_binary(event->program, program);
		out.name = (struct wire_bytes){program, sizeof program};
	}
	if (event->kind == KERNEL_TRACE_ENDED) {
		const char *why = event->end->fault.text;
		out.status = event->end->cause;
		out.number = event->end->code;
		out.body = (struct wire_bytes){(const uint8_t *)why, (uint32_t)strlen(why)};
	} else if (event->part_count > 0) {
		out.body = gather(tap->tracing, event);
	}
	put_or_count(tap, &out);
}

static void tell(void *self, const struct kernel_trace_event *event)
{
	struct tracing *tracing = self;
	uint64_t begin_ns = port_monotonic_ns();
	for (struct trace_tap *tap = tracing->taps; tap != NULL; tap = tap->next)
		if (concerns(tap, event))
			tell_tap(tap, event, begin_ns);
	uint64_t spent_ns = port_monotonic_ns() - begin_ns;
	for (struct trace_tap *tap = tracing->taps; tap != NULL; tap = tap->next)
		tap->spent_ns += spent_ns;
}

/* ---- Opening and closing ---- */

void tracing_init(struct tracing *tracing, struct kernel *kernel, const uint32_t *launch_count)
{
	*tracing = (struct tracing){.kernel = kernel, .launch_count = launch_count};
	tracing->watcher = (struct kernel_trace){.tell = tell, .self = tracing};
}

struct trace_tap *tracing_open(struct tracing *tracing, uint64_t launch, int fd)
{
	struct trace_tap *tap = calloc(1, sizeof *tap);
	if (tap == NULL) {
		close(fd);
		return NULL;
	}
	tap->tracing = tracing;
	tap->launch = launch;
	tap->fd = fd;
	tap->start_ns = port_monotonic_ns();
	tap->next = tracing->taps;
	tracing->taps = tap;
	kernel_set_trace(tracing->kernel, &tracing->watcher);
	return tap;
}

void tracing_close(struct tracing *tracing, struct trace_tap *tap)
{
	make_room(tap, tap->capacity);
	struct trace_tap **link = &tracing->taps;
	while (*link != tap)
		link = &(*link)->next;
	*link = tap->next;
	if (tracing->taps == NULL) {
		kernel_set_trace(tracing->kernel, NULL);
		free(tracing->body);
		tracing->body = NULL;
		tracing->body_capacity = 0;
	}
	close(tap->fd);
	free(tap->buffer);
	free(tap);
}

void tracing_flush(struct tracing *tracing)
{
	for (struct trace_tap *tap = tracing->taps; tap != NULL; tap = tap->next)
		if (tap->used > 0)
			make_room(tap, tap->capacity);
}
