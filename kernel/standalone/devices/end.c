#include "devices/end.h"

#include "core/text.h"
#include "cpu/cpu.h"
#include "devices/serial.h"

enum { DEBUG_EXIT = 0xf4, QEMU_CODE_MASK = 0x7f };

_Noreturn void end_machine(uint32_t code)
{
	char buffer[40];
	struct text line = text_over(buffer, sizeof buffer);
	/* The record separator shows where they start, whatever was printed before. */
	text_string(&line, "\x1e"
			   "cairn: exit ");
	text_decimal(&line, code);
	text_string(&line, "\n");
	serial_print(SERIAL_OPERATOR, line.data, line.used);
	cpu_out32(DEBUG_EXIT, code & QEMU_CODE_MASK);
	cpu_halt();
}
