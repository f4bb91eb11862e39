/*
 * log: lines for the operator. What the core or the port logs outside of any process goes to the
 * sink, or where there is none to the standard error stream of the host. The sink is the host
 * process's own, as lines come from the core, which does not know whose they are.
 */
#ifndef HOSTED_LOG_H
#define HOSTED_LOG_H

#include "core/port.h"

/* Lines below this level are not for a terminal. */
enum { LOG_LEVEL_SHOWN = PORT_LOG_WARNING };

struct log_sink {
	void (*write)(void *self, enum port_log_level level, const char *text, size_t size);
	void *self;
};

/* NULL for none. Outlives its use. */
void log_set_sink(const struct log_sink *sink);

/* Writes "cairn: TEXT" and a newline without waiting: what the stream does not take is lost. */
void log_write(int fd, const char *text, size_t size);

#endif
