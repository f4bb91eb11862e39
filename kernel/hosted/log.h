/*
 * log: lines for the operator, on the standard error stream of the host. The level is the process's
 * own, not a node's: lines come from the core, which does not know whose they are.
 */
#ifndef HOSTED_LOG_H
#define HOSTED_LOG_H

#include "core/port.h"

/* Lines below this level are dropped; at first those below PORT_LOG_WARNING. */
void log_set_level(enum port_log_level level);

#endif
