/* Regions: what is committed can be used, what is not cannot be touched, and all of it comes back.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/port.h"

static struct port_region reserve(uint64_t size)
{
	struct port_region region = {0};
	assert_int_equal(port_region_reserve(size, &region), STATUS_OK);
	return region;
}

/* Does reading that byte end the process by SIGSEGV? */
static bool is_out_of_reach(const uint8_t *address)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0});
		signal(SIGSEGV, SIG_DFL);
		_exit(*(const volatile uint8_t *)address == 0 ? 0 : 1);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static void a_region_is_reserved_without_any_of_it_committed(void **state)
{
	struct port_region region = reserve(4 * PORT_PAGE_BYTES);
	assert_int_equal(region.reserved, 4 * PORT_PAGE_BYTES);
	assert_int_equal(region.committed, 0);
	assert_int_equal((uintptr_t)region.base % 4096, 0);
	assert_true(is_out_of_reach(region.base));
	port_region_release(&region);
}

static void committed_bytes_are_zero_and_the_next_one_is_out_of_reach(void **state)
{
	struct port_region region = reserve(4 * PORT_PAGE_BYTES);
	assert_int_equal(port_region_commit(&region, PORT_PAGE_BYTES), STATUS_OK);
	for (size_t i = 0; i < PORT_PAGE_BYTES; i++)
		assert_int_equal(region.base[i], 0);
	assert_false(is_out_of_reach(region.base + PORT_PAGE_BYTES - 1));
	assert_true(is_out_of_reach(region.base + PORT_PAGE_BYTES));
	port_region_release(&region);
}

static void growing_keeps_the_place_and_what_was_written(void **state)
{
	struct port_region region = reserve(4 * PORT_PAGE_BYTES);
	uint8_t *base = region.base;
	assert_int_equal(port_region_commit(&region, PORT_PAGE_BYTES), STATUS_OK);
	memset(region.base, 7, PORT_PAGE_BYTES);
	assert_int_equal(port_region_commit(&region, 4 * PORT_PAGE_BYTES), STATUS_OK);
	assert_ptr_equal(region.base, base);
	assert_int_equal(region.base[PORT_PAGE_BYTES - 1], 7);
	assert_int_equal(region.base[PORT_PAGE_BYTES], 0);
	assert_int_equal(region.base[4 * PORT_PAGE_BYTES - 1], 0);
	port_region_release(&region);
}

static void committing_less_than_before_changes_nothing(void **state)
{
	struct port_region region = reserve(4 * PORT_PAGE_BYTES);
	assert_int_equal(port_region_commit(&region, 2 * PORT_PAGE_BYTES), STATUS_OK);
	region.base[2 * PORT_PAGE_BYTES - 1] = 9;
	assert_int_equal(port_region_commit(&region, PORT_PAGE_BYTES), STATUS_OK);
	assert_int_equal(region.committed, 2 * PORT_PAGE_BYTES);
	assert_int_equal(region.base[2 * PORT_PAGE_BYTES - 1], 9);
	port_region_release(&region);
}

static void a_released_region_is_cleared_and_may_be_released_again(void **state)
{
	struct port_region region = reserve(PORT_PAGE_BYTES);
	uint8_t *base = region.base;
	assert_int_equal(port_region_commit(&region, PORT_PAGE_BYTES), STATUS_OK);
	port_region_release(&region);
	assert_null(region.base);
	assert_int_equal(region.reserved, 0);
	assert_true(is_out_of_reach(base));
	port_region_release(&region);
}

static void a_region_of_no_size_is_valid(void **state)
{
	struct port_region region = reserve(0);
	assert_non_null(region.base);
	assert_int_equal(port_region_commit(&region, 0), STATUS_OK);
	port_region_release(&region);
}

static void a_thousand_reservations_of_eight_gigabytes_cost_no_memory(void **state)
{
	enum { COUNT = 1000 };
	static struct port_region regions[COUNT];
	for (int i = 0; i < COUNT; i++) {
		regions[i] = reserve((uint64_t)8 << 30);
		assert_int_equal(port_region_commit(&regions[i], PORT_PAGE_BYTES), STATUS_OK);
		regions[i].base[0] = 1;
	}
	for (int i = 0; i < COUNT; i++)
		port_region_release(&regions[i]);
}

static void more_address_space_than_there_is_is_refused(void **state)
{
	struct port_region region = {.reserved = 3};
	assert_int_equal(port_region_reserve((uint64_t)1 << 60, &region), STATUS_NO_MEMORY);
	assert_int_equal(region.reserved, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_region_is_reserved_without_any_of_it_committed),
	    cmocka_unit_test(committed_bytes_are_zero_and_the_next_one_is_out_of_reach),
	    cmocka_unit_test(growing_keeps_the_place_and_what_was_written),
	    cmocka_unit_test(committing_less_than_before_changes_nothing),
	    cmocka_unit_test(a_released_region_is_cleared_and_may_be_released_again),
	    cmocka_unit_test(a_region_of_no_size_is_valid),
	    cmocka_unit_test(a_thousand_reservations_of_eight_gigabytes_cost_no_memory),
	    cmocka_unit_test(more_address_space_than_there_is_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
