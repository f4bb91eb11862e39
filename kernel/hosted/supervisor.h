/*
 * supervisor: the programs that start with the node: started, started again as their policy says,
 * and exchanged for others when the configuration changes.
 *
 *     supervisor_create -> supervisor_set, for each configuration -> supervisor_end, before the
 * loop is closed -> supervisor_destroy, after the kernel and the loop
 */
#ifndef HOSTED_SUPERVISOR_H
#define HOSTED_SUPERVISOR_H

#include <uv.h>

#include "configuration.h"

struct supervisor;

/* NULL where there is no memory. */
struct supervisor *supervisor_create(struct kernel *kernel, uv_loop_t *loop);

/* From now on these are the programs: those that were not before are started, those that are no
 * more are killed, and those that are as before go on. The configuration stays until the next call.
 * STATUS_NO_MEMORY: nothing has changed. */
must_check enum status supervisor_set(struct supervisor *supervisor,
				      const struct configuration *configuration);

void supervisor_end(struct supervisor *supervisor);
void supervisor_destroy(struct supervisor *supervisor);

#endif
