/*
 * oracle: who may send to what, found out once more by other means than the kernel's: from what the
 * user of the simulated node has decided, what the authorizer has answered and who has started
 * whom, all of it kept for ever. It is the kernel's policy, too, and a user who changes his mind.
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "process.h"
#include "sim.h"

/* `is_exact`: no allocation is refused, so that nothing is denied for want of memory. */
void oracle_reset(uint64_t seed, bool is_exact);

extern const struct kernel_policy oracle_policy;

/* The process has got its program. */
void oracle_started(const struct process *process);

/* The user decides something about some program. */
void oracle_change_mind(struct kernel *kernel);

/* A message went to the interface, at once; or was denied. */
void oracle_check_sent(uint64_t pid, uint32_t interface);
void oracle_check_denied(uint64_t pid, uint32_t interface);

#endif
