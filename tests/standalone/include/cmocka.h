/*
 * cmocka.h, as far as the unit tests of the core use it, for a kernel without a C library: the same
 * names, so that the tests are the same files. A failed assertion says what it saw and leaves the
 * test.
 */
#ifndef SHIM_CMOCKA_H
#define SHIM_CMOCKA_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

/* cmocka's own, which look for leaks, are the plain ones here. */
#define test_malloc(size)        malloc(size)
#define test_calloc(count, size) calloc(count, size)
#define test_realloc(old, size)  realloc(old, size)
#define test_free(address)       free(address)

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
	int (*set_up)(void **state);
	int (*tear_down)(void **state);
};

#define cmocka_unit_test(test)                          {#test, test, NULL, NULL}
#define cmocka_unit_test_setup_teardown(test, up, down) {#test, test, up, down}

#define cmocka_run_group_tests(tests, set_up, tear_down)                                           \
	unit_run(tests, sizeof(tests) / sizeof((tests)[0]), set_up, tear_down)

#define cmocka_run_group_tests_name(name, tests, set_up, tear_down)                                \
	cmocka_run_group_tests(tests, set_up, tear_down)

/* A line, without its values. */
void unit_note(const char *text);
#define print_error(...) unit_note(#__VA_ARGS__)

/* Runs the tests of one file; returns how many failed. */
int unit_run(const struct CMUnitTest *tests, size_t count, int (*set_up)(void **state),
	     int (*tear_down)(void **state));

_Noreturn void unit_fail(const char *file, int line, const char *what);
_Noreturn void unit_fail_numbers(const char *file, int line, uint64_t found, uint64_t expected);
bool unit_is_same_memory(const void *a, const void *b, size_t size);
bool unit_is_same_text(const char *a, const char *b);

#define UNIT_REQUIRE(condition, what) ((condition) ? (void)0 : unit_fail(__FILE__, __LINE__, what))
#define UNIT_NUMBERS(a, comparison, b)                                                             \
	do {                                                                                       \
		uint64_t found_ = (uint64_t)(a), expected_ = (uint64_t)(b);                        \
		if (!(found_ comparison expected_))                                                \
			unit_fail_numbers(__FILE__, __LINE__, found_, expected_);                  \
	} while (0)

#define assert_true(condition)       UNIT_REQUIRE(condition, #condition)
#define assert_false(condition)      UNIT_REQUIRE(!(condition), "not: " #condition)
#define assert_null(pointer)         UNIT_REQUIRE((pointer) == NULL, #pointer " is NULL")
#define assert_non_null(pointer)     UNIT_REQUIRE((pointer) != NULL, #pointer " is not NULL")
#define assert_ptr_equal(a, b)       UNIT_REQUIRE((a) == (b), #a " is " #b)
#define assert_int_equal(a, b)       UNIT_NUMBERS(a, ==, b)
#define assert_int_not_equal(a, b)   UNIT_NUMBERS(a, !=, b)
#define assert_memory_equal(a, b, n) UNIT_REQUIRE(unit_is_same_memory(a, b, n), #a " equals " #b)
#define assert_memory_not_equal(a, b, n)                                                           \
	UNIT_REQUIRE(!unit_is_same_memory(a, b, n), #a " differs from " #b)
#define assert_string_equal(a, b)     UNIT_REQUIRE(unit_is_same_text(a, b), #a " equals " #b)
#define assert_string_not_equal(a, b) UNIT_REQUIRE(!unit_is_same_text(a, b), #a " differs from " #b)
#define assert_in_range(value, low, high)                                                          \
	do {                                                                                       \
		uint64_t value_ = (uint64_t)(value);                                               \
		UNIT_NUMBERS(value_, >=, low);                                                     \
		UNIT_NUMBERS(value_, <=, high);                                                    \
	} while (0)
#define fail_msg(...) unit_fail(__FILE__, __LINE__, "fail_msg: " #__VA_ARGS__)

#endif
