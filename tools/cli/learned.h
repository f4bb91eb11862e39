/*
 * learned: what a program that was watched has used: interfaces, and the scopes that would have
 * been enough, as far as the messages tell them. It is a form of trace (trace_writer.h) that writes
 * nothing.
 *
 *     trace_create with learned_writer -> the program runs -> learned_visit -> trace_destroy
 */
#ifndef CLI_LEARNED_H
#define CLI_LEARNED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kernel.h"
#include "trace_writer.h"

extern const struct trace_writer learned_writer;

/* What the writer has seen since its creation; there is one at a time. In the order of first use.
 */
void learned_visit(void (*visit)(void *context, const struct kernel_grant *grant), void *context);

/* How many messages were not looked at for want of room. */
uint64_t learned_missed(void);

#endif
