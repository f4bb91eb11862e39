/* Grows its memory until it is refused, touches all of it, and ends in a trap. */
#include "standard.h"

void _start(void);
void _start(void)
{
	size_t before;
	while ((before = __builtin_wasm_memory_grow(0, 16)) != SIZE_MAX)
		for (size_t page = before; page < before + 16; page++)
			*(volatile uint8_t *)(page * 65536) = 1;
	standard_print(1, "refused\n");
	__builtin_trap();
}
