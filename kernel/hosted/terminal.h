/*
 * terminal: the interface `terminal` (interfaces/terminal.wit), for the programs of several
 * commands, each with streams of its own: a process has those of the session whose number its
 * kernel_terminal_of is, and none where there is no such session.
 *
 *     terminal_create -> terminal_open, terminal_close ... -> terminal_destroy -> (the loop runs
 *     out) -> terminal_free
 */
#ifndef HOSTED_TERMINAL_H
#define HOSTED_TERMINAL_H

#include <uv.h>

#include "core/kernel.h"
#include "session.h"

struct terminal;

/* The kernel and the loop must outlive it. */
must_check enum status terminal_create(struct kernel *kernel, uv_loop_t *loop,
				       struct terminal **out);

/* Takes over the descriptors. NULL where there is no memory. */
struct session *terminal_open(struct terminal *terminal, uint64_t number,
			      const int streams[SESSION_STREAMS],
			      const struct session_watcher *watcher);
void terminal_close(struct terminal *terminal, struct session *session);

/* Of a process; NULL where it has none. */
struct session *terminal_session_of(const struct terminal *terminal, uint64_t process);

/* All of them, in no order; a NULL `previous` begins. */
struct session *terminal_next(const struct terminal *terminal, const struct session *previous);

/* All sessions at the terminal of that device, also those that are opened meanwhile, are silent
 * (session_pause); as often as it is taken back. */
void terminal_pause(struct terminal *terminal, dev_t device);
void terminal_unpause(struct terminal *terminal, dev_t device);

/* Called when the kernel is destroyed: no request is under way any more. */
void terminal_destroy(struct terminal *terminal);
void terminal_free(struct terminal *terminal);

#endif
