/*
 * terminal: the standard streams of the command that runs the node, as the interface `terminal`
 * (interfaces/terminal.wit). Requests for one stream are served one after the other, as they came;
 * a write is answered when the host has all of it, so that a slow reader slows the program down.
 *
 *     terminal_create -> (the loop runs) -> terminal_close -> (the loop runs out) ->
 * terminal_destroy
 */
#ifndef HOSTED_TERMINAL_H
#define HOSTED_TERMINAL_H

#include <uv.h>

#include "core/kernel.h"

struct terminal;

/* The kernel and the loop must outlive it. */
must_check enum status terminal_create(struct kernel *kernel, uv_loop_t *loop,
				       struct terminal **out);

/* Called when the kernel is destroyed: no request is under way any more. */
void terminal_close(struct terminal *terminal);
void terminal_destroy(struct terminal *terminal);

#endif
