/*
 * Takes all the memory that it may have, a page at a time, of which it touches few: each GiB's last
 * byte and the last page. There it writes how much it has, "first KiB, then last KiB", and prints
 * it from there. Another build of it begins with 2 GiB (large.wasm).
 */
#include "standard.h"

static const uint64_t page_bytes = 65536, gib = (uint64_t)1 << 30;

static char *put(char *out, const char *text)
{
	while (*text != '\0')
		*out++ = *text++;
	*out = '\0';
	return out;
}

static char *put_kib(char *out, uint64_t pages)
{
	char digits[21];
	size_t first = sizeof digits - 1;
	uint64_t number = pages * (page_bytes / 1024);
	digits[first] = '\0';
	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	return put(put(out, digits + first), " KiB");
}

static volatile uint8_t *last_byte_of(uint64_t gibs)
{
	return (volatile uint8_t *)(size_t)(gibs * gib - 1);
}

/* Each has a byte of its own, so that none is another in disguise. */
static void touch(uint64_t bytes)
{
	for (uint64_t i = 1; i * gib <= bytes; i++)
		*last_byte_of(i) = (uint8_t)i;
	for (uint64_t i = 1; i * gib <= bytes; i++)
		if (*last_byte_of(i) != i)
			__builtin_trap();
}

void _start(void);
void _start(void)
{
	uint64_t first = __builtin_wasm_memory_size(0);
	while (__builtin_wasm_memory_grow(0, 1) != SIZE_MAX)
		continue;
	uint64_t last = __builtin_wasm_memory_size(0);
	touch(last * page_bytes);
	char *text = (char *)(size_t)((last - 1) * page_bytes);
	put(put_kib(put(put_kib(text, first), ", then "), last), "\n");
	standard_print(1, text);
	standard_exit(0);
}
