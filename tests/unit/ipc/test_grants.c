#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/blocks.h>
#include <cairn/interface.h>
#include <cairn/loader.h>
#include <cairn/log.h>
#include <cairn/process.h>
#include <cairn/random.h>
#include <cairn/terminal.h>
#include <cairn/time.h>

#include "grants.h"
#include "kernel_limits.h"
#include "support/port.h"

static const struct digest one = {{1}};
static const struct digest two = {{2}};

static struct grant_set *make(const struct kernel_grants *grants)
{
	uint32_t next = 10;
	struct grant_set *set;
	assert_int_equal(grant_set_create(grants, &next, &set), STATUS_OK);
	assert_int_equal(next, 11 + grants->count);
	return set;
}

static void what_is_granted_is_allowed_under_its_number(void **state)
{
	struct digest granted[] = {one, two};
	struct kernel_grants grants = {.interfaces = granted, .count = 2};
	struct grant_set *set = make(&grants);
	uint32_t number;
	assert_true(grant_set_allows(set, &one, &number));
	assert_int_equal(number, 11);
	assert_true(grant_set_allows(set, &two, &number));
	assert_int_equal(number, 12);
	grant_set_release(set);
}

static void nothing_else_is_but_what_every_program_may_use(void **state)
{
	static const struct digest always[] = {
	    {INTERFACE_DIGEST}, {PROCESS_DIGEST}, {LOG_DIGEST}, {TIME_DIGEST}, {RANDOM_DIGEST}};
	static const struct digest never[] = {
	    {LOADER_DIGEST}, {BLOCKS_DIGEST}, {TERMINAL_DIGEST}, {{0}}};
	struct grant_set *set = make(&(struct kernel_grants){0});
	uint32_t number;
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
		assert_true(grant_set_allows(set, &always[i], &number));
		assert_int_equal(number, GRANT_OF_ALL_PROGRAMS);
		assert_false(grant_set_grants(set, &always[i], &number));
	}
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		assert_false(grant_set_allows(set, &never[i], &number));
	grant_set_release(set);
}

static void who_may_do_everything_may_do_anything(void **state)
{
	struct kernel_grants grants = {.allow_all = true, .interfaces = &one, .count = 1};
	struct grant_set *set = make(&grants);
	uint32_t number;
	assert_true(grant_set_grants(set, &two, &number));
	assert_int_equal(number, 10);
	assert_true(grant_set_grants(set, &one, &number));
	assert_int_equal(number, 11);
	grant_set_release(set);
}

static void a_set_lives_as_long_as_anybody_holds_it(void **state)
{
	struct grant_set *set = make(&(struct kernel_grants){.allow_all = true});
	assert_ptr_equal(grant_set_share(set), set);
	grant_set_release(set);
	assert_int_not_equal(test_port_live_bytes, 0);
	grant_set_release(set);
	assert_int_equal(test_port_live_bytes, 0);
}

static void too_many_grants_are_refused(void **state)
{
	struct kernel_grants grants = {.count = GRANTS_MAX + 1};
	struct grant_set *set;
	uint32_t next = 0;
	assert_int_equal(grant_set_create(&grants, &next, &set), STATUS_LIMIT);
	grants.count = 0;
	test_port_refuse_after = test_port_allocations;
	assert_int_equal(grant_set_create(&grants, &next, &set), STATUS_NO_MEMORY);
	test_port_refuse_after = UINT64_MAX;
	assert_int_equal(next, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_granted_is_allowed_under_its_number),
	    cmocka_unit_test(nothing_else_is_but_what_every_program_may_use),
	    cmocka_unit_test(who_may_do_everything_may_do_anything),
	    cmocka_unit_test(a_set_lives_as_long_as_anybody_holds_it),
	    cmocka_unit_test(too_many_grants_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
