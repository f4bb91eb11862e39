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
#include <cairn/threads.h>
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
	return set;
}

static struct kernel_grant allowed(struct digest interface)
{
	return (struct kernel_grant){.interface = interface, .verdict = KERNEL_ALLOWED};
}

static void what_is_granted_is_allowed_under_its_number(void **state)
{
	struct kernel_grant granted[] = {allowed(two), allowed(one)};
	struct grant_set *set = make(&(struct kernel_grants){.items = granted, .count = 2});
	assert_int_equal(grant_set_grants(set, &two)->number, 10);
	assert_int_equal(grant_set_grants(set, &one)->number, 11);
	grant_set_release(set);
}

static void nothing_else_is_but_what_every_program_may_use(void **state)
{
	static const struct digest always[] = {{INTERFACE_DIGEST}, {PROCESS_DIGEST},
					       {LOG_DIGEST},       {TIME_DIGEST},
					       {RANDOM_DIGEST},    {THREADS_DIGEST}};
	static const struct digest never[] = {
	    {LOADER_DIGEST}, {BLOCKS_DIGEST}, {TERMINAL_DIGEST}, {{0}}};
	struct grant_set *set = make(&(struct kernel_grants){0});
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
		assert_true(grant_is_of_all_programs(&always[i]));
		assert_null(grant_set_grants(set, &always[i]));
	}
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
		assert_false(grant_is_of_all_programs(&never[i]));
		assert_null(grant_set_grants(set, &never[i]));
	}
	grant_set_release(set);
}

static void who_may_do_everything_may_do_anything_that_is_not_denied(void **state)
{
	struct kernel_grant items[] = {allowed(one), {.interface = two, .verdict = KERNEL_DENIED}};
	struct kernel_grants grants = {.allow_all = true, .items = items, .count = 2};
	struct grant_set *set = make(&grants);
	static const struct digest three = {{3}};
	assert_int_equal(grant_set_grants(set, &three)->number, 10);
	assert_int_equal(grant_set_grants(set, &one)->number, 11);
	assert_null(grant_set_grants(set, &two));
	grant_set_release(set);
}

static void a_grant_keeps_its_scopes(void **state)
{
	char first[] = "example.com:443";
	struct wasm_name scopes[] = {{(const uint8_t *)first, strlen(first)},
				     {(const uint8_t *)"ro:/data", 8}};
	struct kernel_grant item = allowed(one);
	item.scopes = scopes;
	item.scope_count = 2;
	struct grant_set *set = make(&(struct kernel_grants){.items = &item, .count = 1});
	memset(first, 'x', sizeof first);
	struct kernel_scopes kept = grant_set_grants(set, &one)->scopes;
	assert_int_equal(kept.count, 2);
	assert_int_equal(kept.items[0].size, 15);
	assert_memory_equal(kept.items[0].data, "example.com:443", 15);
	assert_memory_equal(kept.items[1].data, "ro:/data", 8);
	grant_set_release(set);
	assert_int_equal(test_port_live_bytes, 0);
}

static void expect_refused(const struct kernel_grants *grants, enum status expected)
{
	uint32_t next = 1;
	struct grant_set *set;
	assert_int_equal(grant_set_create(grants, &next, &set), expected);
	assert_int_equal(test_port_live_bytes, 0);
}

static void a_scope_that_is_none_is_refused(void **state)
{
	static const uint8_t bad[] = {0xff};
	static uint8_t large[GRANT_SCOPE_BYTES_MAX + 1];
	memset(large, 'a', sizeof large);
	struct wasm_name scopes[GRANT_SCOPES_MAX + 1];
	for (int i = 0; i <= GRANT_SCOPES_MAX; i++)
		scopes[i] = (struct wasm_name){(const uint8_t *)"a", 1};
	struct kernel_grant item = allowed(one);
	struct kernel_grants grants = {.items = &item, .count = 1};
	item.scopes = scopes;
	item.scope_count = GRANT_SCOPES_MAX + 1;
	expect_refused(&grants, STATUS_LIMIT);
	item.scope_count = 1;
	scopes[0] = (struct wasm_name){bad, sizeof bad};
	expect_refused(&grants, STATUS_INVALID);
	scopes[0] = (struct wasm_name){bad, 0};
	expect_refused(&grants, STATUS_INVALID);
	scopes[0] = (struct wasm_name){large, sizeof large};
	expect_refused(&grants, STATUS_LIMIT);
}

static void an_interface_stands_once_in_a_set(void **state)
{
	struct kernel_grant items[] = {allowed(one), allowed(one)};
	expect_refused(&(struct kernel_grants){.items = items, .count = 2}, STATUS_INVALID);
}

/* A handler may remember what a number meant. */
static void numbers_are_not_given_twice(void **state)
{
	uint32_t next = UINT32_MAX - 1;
	struct grant *last;
	struct grant *none;
	assert_int_equal(grant_create((struct kernel_scopes){0}, &next, &last), STATUS_OK);
	assert_int_equal(grant_create((struct kernel_scopes){0}, &next, &none), STATUS_LIMIT);
	grant_release(last);
}

/* ---- Decisions ---- */

static struct digest nth(uint32_t number)
{
	struct digest digest = {{0}};
	number *= 2654435761u; /* in no order */
	memcpy(digest.bytes, &number, sizeof number);
	return digest;
}

static void the_latest_decision_about_an_interface_is_in_force(void **state)
{
	struct decisions decisions = {0};
	uint32_t next = 1;
	for (uint32_t i = 0; i < GRANTS_MAX; i++) {
		struct kernel_grant item = allowed(nth(i));
		assert_int_equal(decisions_add(&decisions, &item, &next), STATUS_OK);
	}
	struct kernel_grant item = allowed(nth(GRANTS_MAX));
	assert_int_equal(decisions_add(&decisions, &item, &next), STATUS_LIMIT);
	assert_null(decisions_find(&decisions, &item.interface));
	item = (struct kernel_grant){.interface = nth(500), .verdict = KERNEL_DENIED};
	assert_int_equal(decisions_add(&decisions, &item, &next), STATUS_OK);
	for (uint32_t i = 0; i < GRANTS_MAX; i++) {
		struct digest interface = nth(i);
		const struct decision *found = decisions_find(&decisions, &interface);
		assert_non_null(found);
		assert_int_equal(found->verdict, i == 500 ? KERNEL_DENIED : KERNEL_ALLOWED);
		if (found->grant != NULL)
			assert_int_equal(found->grant->number, i + 1);
	}
	decisions_reset(&decisions);
	assert_int_equal(test_port_live_bytes, 0);
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
	assert_int_equal(test_port_live_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_granted_is_allowed_under_its_number),
	    cmocka_unit_test(nothing_else_is_but_what_every_program_may_use),
	    cmocka_unit_test(who_may_do_everything_may_do_anything_that_is_not_denied),
	    cmocka_unit_test(a_grant_keeps_its_scopes),
	    cmocka_unit_test(a_scope_that_is_none_is_refused),
	    cmocka_unit_test(an_interface_stands_once_in_a_set),
	    cmocka_unit_test(numbers_are_not_given_twice),
	    cmocka_unit_test(the_latest_decision_about_an_interface_is_in_force),
	    cmocka_unit_test(a_set_lives_as_long_as_anybody_holds_it),
	    cmocka_unit_test(too_many_grants_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
