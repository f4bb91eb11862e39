/*
 * control: serves interfaces/control.wit to the commands at the node's socket. Only this user's
 * processes are let in, and not too many; who sends what it must not is dropped with a line in the
 * log, and what it ran is killed.
 *
 *     control_open -> (the loop runs) -> control_close -> control_farewell -> (the loop runs out)
 */
#ifndef HOSTED_CONTROL_H
#define HOSTED_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "core/status.h"

struct control_client;
struct hosted;

struct control {
	struct hosted *hosted;
	int listener; /* or -1 */
	int reserve;  /* a file that makes room for one more descriptor; or -1 */
	bool is_listening;
	uv_poll_t poll;
	struct control_client *clients;
	uint32_t client_count;
	uint32_t run_count;
	uint64_t refusals_told_ns; /* when the last line about refused commands was written */
};

/* Takes over the listener, and the descriptor of a first client; -1 where there is none. */
must_check enum status control_open(struct control *control, struct hosted *hosted, int listener,
				    int first_client);

/* Lets nobody in any more. */
void control_close(struct control *control);

/* After the kernel has gone: tells each client how its program ended, and closes them. */
void control_farewell(struct control *control);

#endif
