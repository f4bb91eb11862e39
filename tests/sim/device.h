/*
 * device: an interface that the port handles (kernel_serve): it keeps requests and answers them
 * later, in any order, and holds the kernel to what it promises a service.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include "core/kernel.h"
#include "sim.h"

void device_reset(uint64_t seed);
enum status device_serve(struct kernel *kernel);

/* Answers one of the requests that it keeps; false where there is none. */
bool device_complete(void);

#endif
