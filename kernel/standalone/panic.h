/*
 * panic: the end of a kernel that found a mistake of its own (port_panic, too): what was wrong, and
 * how it came there, by name. The names are in a table that the build takes from the linked image.
 */
#ifndef STANDALONE_PANIC_H
#define STANDALONE_PANIC_H

#include "cpu/interrupts.h"

/* An exception that nobody deals with. `address` is what a page fault was about. */
_Noreturn void panic_exception(const struct interrupt_frame *frame, uint64_t address);

#endif
