/*
 * test_port: the knobs of tests/support/port.h, over the port's own memory. The linker puts these
 * functions between the core and the port (--wrap).
 */
#ifndef STANDALONE_TEST_PORT_H
#define STANDALONE_TEST_PORT_H

#include "core/port.h"

/* The port's own, which no knob refuses. */
void *__real_port_allocate(size_t size);
void __real_port_release(void *address, size_t size);

#endif
