/* SHA-256, from nettle, is what libsodium says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/port.h"

enum { BYTES_MAX = 4096 + 65 };

static uint8_t data[BYTES_MAX];

static void check(const uint8_t *bytes, size_t size)
{
	uint8_t expected[32], found[32] = {0};
	crypto_hash_sha256(expected, bytes, size);
	port_sha256(bytes, size, found);
	assert_memory_equal(found, expected, sizeof expected);
}

static void every_size_hashes_as_with_libsodium(void **state)
{
	randombytes_buf(data, sizeof data);
	for (size_t size = 0; size <= BYTES_MAX; size++)
		check(data, size);
}

static void so_does_every_alignment(void **state)
{
	for (size_t from = 0; from < 64; from++)
		check(data + from, BYTES_MAX - 64);
}

static void nothing_may_be_no_address(void **state)
{
	check(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_size_hashes_as_with_libsodium),
	    cmocka_unit_test(so_does_every_alignment),
	    cmocka_unit_test(nothing_may_be_no_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
