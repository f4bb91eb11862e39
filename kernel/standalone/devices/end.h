/*
 * end: how the machine stops. Under QEMU with its device isa-debug-exit (iobase 0xf4, iosize 4) the
 * exit code is QEMU's, as far as QEMU lets it: 7 bits, shifted up by one, plus 1. Elsewhere the
 * machine halts. All of the code stands in the last line that is printed: "cairn: exit N".
 */
#ifndef DEVICES_END_H
#define DEVICES_END_H

#include <stdint.h>

/* The codes of `cairn run` (command_run.c). */
enum {
	END_PANIC = 125,
	END_NOT_STARTED = 126,
	END_NOT_FOUND = 127,
	END_TRAPPED = 134,
	END_KILLED = 137,
	END_CODE_MAX = 255
};

_Noreturn void end_machine(uint32_t code);

#endif
