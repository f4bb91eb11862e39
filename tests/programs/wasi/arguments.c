/* args_get, args_sizes_get, environ_get, environ_sizes_get. */
#include "raw.h"

enum { COUNT_MAX = 64, BYTES_MAX = 4096 };

static uint8_t *pointers[COUNT_MAX];
static uint8_t bytes[BYTES_MAX];

static void list(const char *what, __wasi_size_t count, __wasi_size_t size)
{
	printf("%s: %zu, %zu bytes\n", what, (size_t)count, (size_t)size);
	check("in a row", count == 0 || pointers[0] == bytes);
	for (__wasi_size_t i = 0; i < count; i++) {
		size_t next = (size_t)(pointers[i] - bytes) + strlen((char *)pointers[i]) + 1;
		printf("%zu [%s] %s\n", (size_t)i, (char *)pointers[i],
		       i + 1 == count ? (next == size ? "last" : "wrong")
				      : (bytes + next == pointers[i + 1] ? "next" : "wrong"));
	}
}

int main(void)
{
	__wasi_size_t count, size;
	told("sizes of arguments", __wasi_args_sizes_get(&count, &size));
	if (count > COUNT_MAX || size > BYTES_MAX)
		return 1;
	told("arguments", __wasi_args_get(pointers, bytes));
	list("arguments", count, size);

	told("sizes of the environment", __wasi_environ_sizes_get(&count, &size));
	if (count > COUNT_MAX || size > BYTES_MAX)
		return 1;
	told("environment", __wasi_environ_get(pointers, bytes));
	list("environment", count, size);

	refused("sizes outside", __wasi_args_sizes_get(RAW_OUTSIDE, &size));
	refused("sizes outside", __wasi_environ_sizes_get(&size, RAW_OUTSIDE));
	refused("pointers outside", __wasi_args_get(RAW_OUTSIDE, bytes));
	refused("strings outside", __wasi_args_get(pointers, RAW_OUTSIDE));
	return 0;
}
