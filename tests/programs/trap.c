/* Reads far outside its memory, two calls deep. */
#include "standard.h"

__attribute__((noinline)) static uint8_t read_outside(const volatile uint8_t *address)
{
	return *address;
}

__attribute__((noinline)) static uint32_t be_careless(void)
{
	return read_outside((const uint8_t *)0x7fffffff) + 1u;
}

void _start(void);
void _start(void)
{
	standard_print(1, "before\n");
	standard_exit(be_careless());
}
