/*
 * traced: the way of a trace from the node to the file that it is written to.
 *
 *     traced_create -> the far end is given to the node, and closed here -> traced_read, until it
 *     says that all was read -> traced_destroy
 */
#ifndef CLI_TRACED_H
#define CLI_TRACED_H

#include <stdbool.h>

struct trace;
struct traced;

/* NULL after an error that was reported. */
struct traced *traced_create(struct trace *trace);
void traced_destroy(struct traced *traced);

int traced_far_end(const struct traced *traced);
void traced_close_far_end(struct traced *traced);

/* -1 at the end. */
int traced_near_end(const struct traced *traced);

/* Waits for what comes next, and writes it down. False at the end. */
bool traced_read(struct traced *traced);

#endif
