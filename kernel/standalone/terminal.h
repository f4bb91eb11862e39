/*
 * terminal: the interface `terminal` over the serial lines: streams 0 and 1 are the program's line,
 * stream 2 the operator's. Requests for one stream are served one after the other; a write is
 * answered when the line has all of it.
 *
 *     terminal_create -> terminal_step, whenever something may have changed
 */
#ifndef STANDALONE_TERMINAL_H
#define STANDALONE_TERMINAL_H

#include "core/kernel.h"

/* `is_terminal` is what programs are told about the streams. The kernel must outlive it. */
must_check enum status terminal_create(struct kernel *kernel, bool is_terminal);

/* Serves what the lines are ready for. True when a write waits for a line: call again soon. */
bool terminal_step(void);

#endif
