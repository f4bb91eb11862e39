/*
 * transcript: tells of every message (core/trace.h), as calls of the interface `transcript` on the
 * third serial line. It has a line of its own so that no program can write what looks like them.
 */
#ifndef STANDALONE_TRANSCRIPT_H
#define STANDALONE_TRANSCRIPT_H

#include "core/trace.h"

/* For the kernel's settings; NULL where there is no third line. The clock must be running. */
const struct kernel_trace *transcript_open(void);

#endif
