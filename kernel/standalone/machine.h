/*
 * machine: a PC made ready to run the node, from what the loader tells: memory, interrupts, clocks,
 * serial lines, random bytes.
 */
#ifndef STANDALONE_MACHINE_H
#define STANDALONE_MACHINE_H

#include <stdint.h>

#include "boot/boot_info.h"

/* Ends the machine with a line that says why where that cannot be done. The result lives for ever.
 */
struct boot_info *machine_init(uint32_t magic, uint64_t address);

/* Who is told about each expiry of the timer, inside the interrupt; NULL for nobody. */
void machine_on_timer(void (*expired)(void));

/* A line for the operator, and the end of the machine. */
_Noreturn void machine_fail(uint32_t code, const char *what, const char *why);

#endif
