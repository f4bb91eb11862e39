#include "devices/pic.h"

#include "cpu/cpu.h"
#include "cpu/interrupts.h"

enum {
	FIRST = 0x20,
	SECOND = 0xa0,
	DATA = 1,
	START = 0x11,          /* edge triggered, cascaded, a fourth word follows */
	MODE = 0x03,           /* 8086, ends each interrupt by itself */
	SECOND_AT_LINE = 0x04, /* of the first, as a mask */
	SECOND_IS_LINE = 0x02  /* the same as a number */
};

static uint8_t masked = 0xff;

void pic_init(void)
{
	cpu_out8(FIRST, START);
	cpu_out8(SECOND, START);
	cpu_out8(FIRST + DATA, VECTOR_DEVICES);
	cpu_out8(SECOND + DATA, VECTOR_DEVICES + 8);
	cpu_out8(FIRST + DATA, SECOND_AT_LINE);
	cpu_out8(SECOND + DATA, SECOND_IS_LINE);
	cpu_out8(FIRST + DATA, MODE);
	cpu_out8(SECOND + DATA, MODE);
	cpu_out8(FIRST + DATA, masked);
	cpu_out8(SECOND + DATA, 0xff);
}

void pic_enable(unsigned line)
{
	masked &= (uint8_t)~(1u << line);
	cpu_out8(FIRST + DATA, masked);
}
