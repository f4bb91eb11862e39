#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "id_table.h"
#include "support/port.h"

enum { COUNT = 5000 };

static struct id_entry entries[COUNT];

static void clear(void)
{
	for (int i = 0; i < COUNT; i++)
		entries[i] = (struct id_entry){0};
}

static uint32_t longest_chain(const struct id_table *table)
{
	uint32_t longest = 0;
	for (uint32_t i = 0; i <= table->mask; i++) {
		uint32_t length = 0;
		for (struct id_entry *at = table->chains[i]; at != NULL; at = at->next)
			length++;
		longest = length > longest ? length : longest;
	}
	return longest;
}

static void what_was_added_is_found_until_it_is_removed(void **state)
{
	struct id_table table;
	clear();
	id_table_init(&table, NULL);
	for (uint64_t i = 0; i < COUNT; i++)
		id_table_add(&table, &entries[i], 16 + i);
	for (uint64_t i = 0; i < COUNT; i += 2)
		id_table_remove(&table, &entries[i]);
	for (uint64_t i = 0; i < COUNT; i++)
		assert_ptr_equal(id_table_find(&table, 16 + i), i % 2 == 0 ? NULL : &entries[i]);
	assert_null(id_table_find(&table, 15));
	assert_null(id_table_find(&table, UINT64_MAX));
	assert_int_equal(table.count, COUNT / 2);
	for (uint64_t i = 1; i < COUNT; i += 2)
		id_table_remove(&table, &entries[i]);
	id_table_reset(&table);
	assert_int_equal(test_port_live_bytes, 0);
}

static void chains_stay_short_as_numbers_go_up(void **state)
{
	struct id_table table;
	clear();
	id_table_init(&table, NULL);
	for (uint64_t i = 0; i < COUNT; i++) {
		id_table_add(&table, &entries[i], i);
		if (i >= 100)
			id_table_remove(&table, &entries[i - 100]);
	}
	assert_in_range(longest_chain(&table), 1, 3);
	for (uint64_t i = COUNT - 100; i < COUNT; i++)
		id_table_remove(&table, &entries[i]);
	id_table_reset(&table);
}

static void a_walk_meets_each_entry_once(void **state)
{
	struct id_table table;
	bool is_met[COUNT] = {false};
	uint32_t met = 0;
	clear();
	id_table_init(&table, NULL);
	for (uint64_t i = 0; i < COUNT; i++)
		id_table_add(&table, &entries[i], i * 3);
	for (struct id_entry *at = id_table_next(&table, NULL); at != NULL;
	     at = id_table_next(&table, at)) {
		assert_false(is_met[at - entries]);
		is_met[at - entries] = true;
		met++;
	}
	assert_int_equal(met, COUNT);
	struct id_entry *any;
	while ((any = id_table_any(&table)) != NULL)
		id_table_remove(&table, any);
	id_table_reset(&table);
}

static void it_works_without_memory_and_stays_within_its_budget(void **state)
{
	struct budget budget = {.limit = 400};
	struct id_table table;
	clear();
	id_table_init(&table, &budget);
	for (uint64_t i = 0; i < 1000; i++)
		id_table_add(&table, &entries[i], i);
	assert_in_range(budget.used, 1, 400);
	test_port_refuse_after = test_port_allocations;
	for (uint64_t i = 1000; i < 2000; i++)
		id_table_add(&table, &entries[i], i);
	test_port_refuse_after = UINT64_MAX;
	for (uint64_t i = 0; i < 2000; i++) {
		assert_ptr_equal(id_table_find(&table, i), &entries[i]);
		id_table_remove(&table, &entries[i]);
	}
	id_table_reset(&table);
	assert_int_equal(budget.used, 0);
	assert_int_equal(test_port_live_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_added_is_found_until_it_is_removed),
	    cmocka_unit_test(chains_stay_short_as_numbers_go_up),
	    cmocka_unit_test(a_walk_meets_each_entry_once),
	    cmocka_unit_test(it_works_without_memory_and_stays_within_its_budget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
