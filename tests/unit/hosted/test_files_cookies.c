#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "files_cookies.h"

static _Atomic uint32_t all;

/* As a file system hashes names. */
static int64_t place_of(uint32_t index)
{
	return (int64_t)((index + 1) * 0x9e3779b97f4a7c15u >> 1);
}

static void places_are_numbered_as_they_are_told(void **state)
{
	struct files_cookies cookies = {0};
	int64_t place;
	assert_true(files_cookies_find(&cookies, 0, &place));
	assert_int_equal(place, 0);
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(files_cookies_tell(&cookies, &all, place_of(i)), i + 1);
	for (uint32_t i = 0; i < 10000; i++) {
		assert_int_equal(files_cookies_tell(&cookies, &all, place_of(i)), i + 1);
		assert_true(files_cookies_find(&cookies, i + 1, &place));
		assert_int_equal(place, place_of(i));
	}
	files_cookies_reset(&cookies, &all);
	assert_int_equal(all, 0);
}

static void what_was_never_told_is_not_found(void **state)
{
	struct files_cookies cookies = {0};
	int64_t place = 7;
	assert_false(files_cookies_find(&cookies, 1, &place));
	assert_int_equal(files_cookies_tell(&cookies, &all, INT64_MAX), 1);
	assert_false(files_cookies_find(&cookies, 2, &place));
	assert_false(files_cookies_find(&cookies, FILES_COOKIES_RAW - 1, &place));
	assert_false(files_cookies_find(&cookies, FILES_COOKIES_RAW + INT64_MAX + 1, &place));
	assert_false(files_cookies_find(&cookies, UINT64_MAX, &place));
	assert_int_equal(place, 7);
	files_cookies_reset(&cookies, &all);
}

/* Reading goes on by the host's places. */
static void there_are_limits_for_one_and_for_all(void **state)
{
	struct files_cookies one = {0}, other = {0};
	int64_t place;
	for (uint32_t i = 0; i < FILES_COOKIES_MAX; i++)
		assert_int_equal(files_cookies_tell(&one, &all, i), i + 1);
	assert_int_equal(files_cookies_tell(&one, &all, INT64_MAX), FILES_COOKIES_RAW + INT64_MAX);
	assert_true(files_cookies_find(&one, FILES_COOKIES_RAW + INT64_MAX, &place));
	assert_int_equal(place, INT64_MAX);
	assert_int_equal(files_cookies_tell(&one, &all, 5), 6);
	assert_int_equal(all, FILES_COOKIES_MAX);
	all = FILES_COOKIES_ALL_MAX;
	assert_int_equal(files_cookies_tell(&other, &all, 5), FILES_COOKIES_RAW + 5);
	assert_int_equal(all, FILES_COOKIES_ALL_MAX);
	files_cookies_reset(&other, &all);
	files_cookies_reset(&one, &all);
	assert_int_equal(all, FILES_COOKIES_ALL_MAX - FILES_COOKIES_MAX);
	all = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places_are_numbered_as_they_are_told),
	    cmocka_unit_test(what_was_never_told_is_not_found),
	    cmocka_unit_test(there_are_limits_for_one_and_for_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
