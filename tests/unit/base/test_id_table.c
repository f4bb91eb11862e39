/* Records by their numbers, against an array of all that there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "id_table.h"

enum { IDS = 4000 };

static struct id_entry entries[IDS];

static void add(struct id_table *table, uint64_t id)
{
	id_table_add(table, &entries[id], id);
}

static void drain(struct id_table *table)
{
	struct id_entry *entry;
	while ((entry = id_table_any(table)) != NULL)
		id_table_remove(table, entry);
	assert_int_equal(table->count, 0);
	id_table_reset(table);
}

static void whatever_is_added_and_removed_is_found_or_not(void **state)
{
	struct id_table table;
	id_table_init(&table, NULL);
	memset(entries, 0, sizeof entries);
	uint64_t seed = 1;
	uint32_t count = 0;
	for (int turn = 0; turn < 100000; turn++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		uint64_t id = 1 + (seed >> 33) % (IDS - 1);
		if (id_entry_is_linked(&entries[id])) {
			assert_ptr_equal(id_table_find(&table, id), &entries[id]);
			id_table_remove(&table, &entries[id]);
			count--;
		} else {
			add(&table, id);
			count++;
		}
		assert_int_equal(table.count, count);
		bool is_there = id_entry_is_linked(&entries[id]);
		assert_ptr_equal(id_table_find(&table, id), is_there ? &entries[id] : NULL);
	}
	for (uint64_t id = 1; id < IDS; id++)
		assert_int_equal(id_table_find(&table, id) != NULL,
				 id_entry_is_linked(&entries[id]));
	drain(&table);
}

static void a_walk_meets_each_entry_once(void **state)
{
	struct id_table table;
	id_table_init(&table, NULL);
	memset(entries, 0, sizeof entries);
	for (uint64_t id = 1; id < 1000; id += 3)
		add(&table, id);
	uint32_t count = 0;
	for (struct id_entry *entry = id_table_next(&table, NULL); entry != NULL;
	     entry = id_table_next(&table, entry))
		count += entry->id % 3 == 1;
	assert_int_equal(count, table.count);
	drain(&table);
}

/* Emptying a table must not look through its empty chains again for each entry: the lowest chain
 * that can have one only rises, but for what is added meanwhile. */
static void taking_all_out_walks_the_chains_once(void **state)
{
	struct id_table table;
	id_table_init(&table, NULL);
	memset(entries, 0, sizeof entries);
	for (uint64_t id = 1; id < IDS; id++)
		add(&table, id);
	uint32_t first = 0;
	for (uint32_t left = IDS - 1; left > 0; left--) {
		struct id_entry *entry = id_table_any(&table);
		assert_non_null(entry);
		assert_true(table.first >= first);
		assert_ptr_equal(table.chains[table.first], entry);
		first = table.first;
		id_table_remove(&table, entry);
	}
	assert_null(id_table_any(&table));
	add(&table, 5);
	assert_ptr_equal(id_table_any(&table), &entries[5]);
	drain(&table);
}

static void consecutive_ids_have_a_chain_each(void **state)
{
	struct id_table table;
	id_table_init(&table, NULL);
	memset(entries, 0, sizeof entries);
	for (uint64_t id = 1; id < IDS; id++)
		add(&table, id);
	for (uint32_t chain = 0; chain <= table.mask; chain++)
		assert_true(table.chains[chain] == NULL || table.chains[chain]->next == NULL);
	drain(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whatever_is_added_and_removed_is_found_or_not),
	    cmocka_unit_test(a_walk_meets_each_entry_once),
	    cmocka_unit_test(taking_all_out_walks_the_chains_once),
	    cmocka_unit_test(consecutive_ids_have_a_chain_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
