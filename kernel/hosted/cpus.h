/*
 * cpus: the CPUs that the port lends to the core: threads of the host.
 */
#ifndef HOSTED_CPUS_H
#define HOSTED_CPUS_H

#endif
