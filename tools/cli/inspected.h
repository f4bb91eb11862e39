/*
 * inspected: what runs on the node, as the interface `inspect` tells it.
 *
 * False after an error that was reported.
 */
#ifndef CLI_INSPECTED_H
#define CLI_INSPECTED_H

#include <stdbool.h>

#include <cairn/control.h>
#include <cairn/inspect.h>

struct node;

/* Each process, by pid; what it points to is valid during the call. */
bool inspected_processes(struct node *node,
			 void (*visit)(void *context, const struct inspect_process *process),
			 void *context);

/* Each program, and the kernel, that is named as a handler, in no order; the same holds. */
bool inspected_handlers(struct node *node,
			void (*visit)(void *context, const struct inspect_handler_ *handler),
			void *context);

bool inspected_totals(struct node *node, struct inspect_totals *out);

/* Valid until the next request to the node. */
bool inspected_node(struct node *node, struct control_node *out);

#endif
