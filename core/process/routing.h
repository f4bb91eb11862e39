/*
 * routing: what the user, the boot manifest and the port decide about who handles what
 * (kernel_set_routing, kernel_add_handler), made into routes and stops.
 */
#ifndef PROCESS_ROUTING_H
#define PROCESS_ROUTING_H

#include "core/kernel.h"
#include "router.h"

/* Whether only the kernel itself, or the boot manifest, says who handles the interface. */
bool routing_is_fixed(const struct digest *interface);

/* The route of the interface, made where there is none. STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status routing_route(struct kernel *kernel, const struct digest *interface,
				     struct route **out);

/* Makes the program the only handler of an interface that has none. STATUS_INVALID where it has
 * one; STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status routing_set_only(struct kernel *kernel, const struct digest *interface,
					const struct cid *program);

#endif
