/* How a person writes how much memory a program may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/kernel.h"
#include "size.h"

static void expect(const char *word, uint64_t bytes)
{
	uint64_t read = 0;
	const char *wrong = size_read_memory(word, &read);
	if (wrong != NULL)
		fail_msg("%s: %s", word, wrong);
	assert_int_equal(read, bytes);
}

static void expect_wrong(const char *word, const char *words)
{
	uint64_t read = 42;
	const char *wrong = size_read_memory(word, &read);
	if (wrong == NULL)
		fail_msg("%s is taken for %llu", word, (unsigned long long)read);
	assert_int_equal(read, 42);
	if (strstr(wrong, words) == NULL)
		fail_msg("%s: %s", word, wrong);
}

static void a_size_is_a_number_and_a_unit(void **state)
{
	expect("65536", 65536);
	expect("65536B", 65536);
	expect("64K", 65536);
	expect("64KiB", 65536);
	expect("100000", 100000);
	expect("512M", (uint64_t)512 << 20);
	expect("512m", (uint64_t)512 << 20);
	expect("512MiB", (uint64_t)512 << 20);
	expect("1536M", (uint64_t)1536 << 20);
	expect("0001G", (uint64_t)1 << 30);
	expect("4g", (uint64_t)4 << 30);
	expect("4gib", (uint64_t)4 << 30);
	expect("4294967296", (uint64_t)4 << 30);
}

static void what_no_program_can_have_is_refused(void **state)
{
	static const char *const words[] = {"0",
					    "0G",
					    "1",
					    "64",
					    "65535",
					    "63K",
					    "4097M",
					    "5G",
					    "4294967297",
					    "4194305K",
					    "1000000000G",
					    "18446744073709551616",
					    "18446744073709617152",
					    "17179869185G",
					    "99999999999999999999999999999999K"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		expect_wrong(words[i], "64K to 4G");
}

static void what_is_no_size_is_refused(void **state)
{
	static const char *const words[] = {"",           "G",   "much", "-1G", "+1G",  "1.5G",
					    " 1G",        "1G ", "1 G",  "1GB", "1Gi",  "1T",
					    "0x10000000", "1e9", "1iB",  "1GG", "1K1K", "512M\n"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		expect_wrong(words[i], "such as 512M");
}

static void expect_written(uint64_t bytes, const char *word)
{
	char written[SIZE_WORD_BYTES];
	uint64_t read;
	size_write(bytes, written);
	assert_string_equal(written, word);
	assert_null(size_read_memory(written, &read));
	assert_true(read >= bytes);
}

static void what_is_written_is_enough_and_can_be_read(void **state)
{
	expect_written(65536, "1M");
	expect_written(1 << 20, "1M");
	expect_written((1 << 20) + 1, "2M");
	expect_written(((uint64_t)1 << 30) + 65536, "1025M");
	expect_written((uint64_t)2 << 30, "2G");
	expect_written(KERNEL_MEMORY_BYTES_MAX - 65536, "4G");
	expect_written(KERNEL_MEMORY_BYTES_MAX, "4G");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_size_is_a_number_and_a_unit),
	    cmocka_unit_test(what_no_program_can_have_is_refused),
	    cmocka_unit_test(what_is_no_size_is_refused),
	    cmocka_unit_test(what_is_written_is_enough_and_can_be_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
