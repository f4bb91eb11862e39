/*
 * log: lines for the operator, on the serial line that is theirs.
 */
#ifndef STANDALONE_LOG_H
#define STANDALONE_LOG_H

#include "core/port.h"

/* What is below is not printed; warnings are, at first. */
void log_set_level(enum port_log_level level);

#endif
