#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "router.h"
#include "support/port.h"

enum { COUNT = 10000 };

/* Digests that differ in their last bytes only, or in their first: neither may matter. */
static struct digest digest(uint32_t number, bool at_end)
{
	struct digest digest = {{0}};
	memcpy(digest.bytes + (at_end ? 28 : 0), &number, sizeof number);
	return digest;
}

/* The slots that a look-up passes before it ends. */
static uint32_t longest_run(const struct router *router)
{
	uint32_t longest = 0;
	uint32_t run = 0;
	for (uint32_t i = 0; i <= router->mask; i++) {
		run = router->slots[i] == NULL ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static void each_interface_has_its_own_route(void **state)
{
	struct router router;
	static struct route *routes[COUNT];
	assert_int_equal(router_init(&router), STATUS_OK);
	for (uint32_t i = 0; i < COUNT; i++) {
		struct digest interface = digest(i, false);
		assert_int_equal(router_add(&router, &interface, &routes[i]), STATUS_OK);
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		struct digest interface = digest(i, false);
		assert_ptr_equal(router_find(&router, &interface), routes[i]);
		assert_int_equal(routes[i]->serial, i + 1);
	}
	struct digest unknown = digest(COUNT, false);
	assert_null(router_find(&router, &unknown));
	router_reset(&router);
	assert_int_equal(test_port_live_bytes, 0);
}

static void digests_that_are_alike_do_not_crowd(void **state)
{
	struct router router;
	struct route *route;
	assert_int_equal(router_init(&router), STATUS_OK);
	for (uint32_t i = 0; i < COUNT; i++) {
		struct digest interface = digest(i * 65536, false);
		assert_int_equal(router_add(&router, &interface, &route), STATUS_OK);
	}
	assert_in_range(longest_run(&router), 1, 100);
	router_reset(&router);
}

static void an_interface_is_configured_once(void **state)
{
	struct router router;
	struct route *route;
	struct digest interface = digest(7, true);
	assert_int_equal(router_init(&router), STATUS_OK);
	assert_int_equal(router_add(&router, &interface, &route), STATUS_OK);
	assert_int_equal(router_add(&router, &interface, &route), STATUS_INVALID);
	interface.bytes[31] ^= 1;
	assert_null(router_find(&router, &interface));
	router_reset(&router);
}

static void without_memory_nothing_changes(void **state)
{
	struct router router;
	struct route *route;
	test_port_refuse_after = test_port_allocations;
	assert_int_equal(router_init(&router), STATUS_NO_MEMORY);
	test_port_refuse_after = UINT64_MAX;
	assert_int_equal(router_init(&router), STATUS_OK);
	for (uint32_t i = 0; i < 100; i++) {
		struct digest interface = digest(i, true);
		test_port_refuse_after = test_port_allocations;
		assert_int_equal(router_add(&router, &interface, &route), STATUS_NO_MEMORY);
		test_port_refuse_after = UINT64_MAX;
		assert_null(router_find(&router, &interface));
		assert_int_equal(router_add(&router, &interface, &route), STATUS_OK);
		assert_ptr_equal(router_find(&router, &interface), route);
	}
	router_reset(&router);
	assert_int_equal(test_port_live_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_interface_has_its_own_route),
	    cmocka_unit_test(digests_that_are_alike_do_not_crowd),
	    cmocka_unit_test(an_interface_is_configured_once),
	    cmocka_unit_test(without_memory_nothing_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
