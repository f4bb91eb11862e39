/* Calls itself for ever, without a frame in linear memory: only the engine's stack fills up. */
static volatile unsigned deep_enough = ~0u;

__attribute__((noinline)) static unsigned deeper(unsigned depth)
{
	__asm__ volatile("" : "+r"(depth));
	if (depth == deep_enough)
		return depth;
	return (deeper(depth + 1) * 3) ^ depth;
}

void _start(void);
void _start(void)
{
	deeper(0);
}
