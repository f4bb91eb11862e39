/*
 * The port lends the core one CPU, so there is nobody to wait for.
 */
#include "core/port.h"

uint32_t port_cpu(void)
{
	return 0;
}

void port_cpu_relax(uint32_t tries)
{
}
