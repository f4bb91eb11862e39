/*
 * random_get: of no size, of a few bytes, and of more than one message carries. With an argument:
 * of so many MiB, which takes a while.
 */
#include <stdlib.h>

#include "raw.h"

enum { MANY = 200000 };

static uint8_t first[MANY], second[MANY];

/* How many of the 256 values occur. */
static unsigned values_in(const uint8_t *bytes, size_t size)
{
	unsigned char seen[256] = {0};
	unsigned count = 0;
	for (size_t i = 0; i < size; i++) {
		count += seen[bytes[i]] == 0;
		seen[bytes[i]] = 1;
	}
	return count;
}

static int get_at_once(size_t size)
{
	uint8_t *bytes = malloc(size);
	return bytes == NULL || __wasi_random_get(bytes, size) != 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return get_at_once((size_t)atoi(argv[1]) << 20);
	told("nothing", __wasi_random_get(first, 0));
	check("nothing written", values_in(first, MANY) == 1);
	told("sixteen bytes", __wasi_random_get(first, 16));
	check("only they are written", values_in(first + 16, MANY - 16) == 1);
	told("many", __wasi_random_get(first, MANY));
	told("many", __wasi_random_get(second, MANY));
	check("all values at the start", values_in(first, 65536) == 256);
	check("all values at the end", values_in(first + MANY - 65536, 65536) == 256);
	check("different each time", memcmp(first, second, MANY) != 0);
	check("different in each piece", memcmp(first, first + 65536, 65536) != 0);
	refused("outside", __wasi_random_get(RAW_OUTSIDE, 32));
	refused("too much", __wasi_random_get(first, 0xffffffff));
	return 0;
}
