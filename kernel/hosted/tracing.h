/*
 * tracing: tells commands what the kernel tells of messages, as frames of `traced`
 * (interfaces/control.wit), each to the descriptor that its command gave. A command hears of all
 * messages while its launch is the only one, else of those between its own programs and others.
 *
 *     tracing_init -> tracing_open, tracing_close ... (all closed before the kernel goes)
 *
 * A reader that is slower than the node holds the node up, so that nothing is lost, but only while
 * it reads at all: after a second without, events are dropped and counted.
 */
#ifndef HOSTED_TRACING_H
#define HOSTED_TRACING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kernel.h"

struct trace_tap;

struct tracing {
	struct kernel *kernel;
	struct kernel_trace watcher;
	struct trace_tap *taps;
	const uint32_t *launch_count; /* of the node's */
	uint8_t *body;                /* where one in parts is put together */
	size_t body_capacity;
};

void tracing_init(struct tracing *tracing, struct kernel *kernel, const uint32_t *launch_count);

/* Takes over the descriptor. NULL where there is no memory. */
struct trace_tap *tracing_open(struct tracing *tracing, uint64_t launch, int fd);

/* Writes what is left. */
void tracing_close(struct tracing *tracing, struct trace_tap *tap);

/* Writes what there is, for a reader that looks on; called before the node sleeps. */
void tracing_flush(struct tracing *tracing);

#endif
