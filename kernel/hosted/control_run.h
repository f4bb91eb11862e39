/*
 * control_run: what a command asks to run, from its message to what the kernel takes.
 */
#ifndef HOSTED_CONTROL_RUN_H
#define HOSTED_CONTROL_RUN_H

#include <cairn/control.h>

#include "launch.h"

struct control_run_order;

/* Fills the order, but for its descriptors; what it points to is the message's or `*memory`'s,
 * which is to be released in any case. STATUS_INVALID, and what is wrong, or STATUS_NO_MEMORY. */
must_check enum status control_run_decode_order(const struct control_start *start,
						struct launch_order *order,
						struct control_run_order **memory,
						struct fault *fault);
void control_run_release_order(struct control_run_order *memory);

/* Closes the descriptors of an order that is not carried out. */
void control_run_drop_descriptors(const struct launch_order *order);

#endif
