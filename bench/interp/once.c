/*
 * For wasm-interp, which calls exports without arguments: a fixed number of rounds.
 */
#include <stdint.h>

uint32_t kernel(uint32_t rounds);
uint32_t once(void);

uint32_t once(void)
{
	return kernel(ONCE_ROUNDS);
}
