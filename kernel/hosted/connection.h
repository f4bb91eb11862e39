/*
 * connection: one command at the node's socket: its bytes, as frames (control_frame.h). It is not
 * trusted: what is no greeting, no frame, too large or too slow ends the connection.
 *
 *     connection_open -> `receive` for each frame -> connection_answer ... -> connection_close
 *
 * connection_close may be called from `receive`; the struct is freed from the loop.
 */
#ifndef HOSTED_CONNECTION_H
#define HOSTED_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include <cairn/wire.h>

#include "control_frame.h"

struct connection_watcher {
	/* A call. It takes of the connection's descriptors what belongs to it. */
	void (*receive)(void *self, const uint8_t *body, size_t size);
	/* The other side is gone, or has done what it must not: `why`, or NULL for a plain end. The
	 * connection is to be closed from here. */
	void (*lost)(void *self, const char *why);
	void *self;
};

struct connection {
	int fd;
	uv_loop_t *loop;
	struct connection_watcher watcher;
	uv_poll_t poll;
	uv_timer_t patience;
	int handles; /* that the loop has not closed yet */
	bool has_greeted;
	bool is_closed;
	bool is_lost;
	bool may_be_silent; /* no request is due: it waits for an answer, or its run goes on */

	int descriptors[CONTROL_DESCRIPTORS_MAX];
	uint32_t descriptor_count;

	uint8_t *in; /* what came of the next frame */
	size_t in_size;
	size_t in_capacity;
	uint8_t *out; /* what the socket has not taken yet */
	size_t out_size;
	size_t out_sent;
	size_t out_capacity;
};

/* Takes over the descriptor, and greets. NULL where there is no memory. */
struct connection *connection_open(uv_loop_t *loop, int fd,
				   const struct connection_watcher *watcher);
void connection_close(struct connection *connection);

/* Whether the other side owes a request. */
void connection_let_be_silent(struct connection *connection, bool may_be_silent);

/* The descriptors that came with the frame being received: `count` of them are taken over. False
 * where there are more or fewer. */
bool connection_take(struct connection *connection, int *out, uint32_t count);

void connection_answer(struct connection *connection, uint32_t status,
		       const struct wire_part *parts, uint32_t part_count);

/* Waits until all answers have gone, a second at most. For a node that ends. */
void connection_drain(struct connection *connection);

#endif
