/* The heap of deadlines, against a search through all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cairn/deadlines.h>

enum { COUNT = 300 };

static struct deadline all[COUNT];

static uint64_t earliest(void)
{
	uint64_t at = UINT64_MAX;
	for (int i = 0; i < COUNT; i++)
		if (all[i].is_set && all[i].at_ns < at)
			at = all[i].at_ns;
	return at;
}

static void the_earliest_is_first_whatever_is_added_and_removed(void **state)
{
	struct deadlines deadlines = {0};
	uint64_t seed = 1;
	for (int turn = 0; turn < 30000; turn++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		struct deadline *deadline = &all[(seed >> 33) % COUNT];
		/* Now and then the first, as time passing does. */
		if ((seed >> 60) == 0 && deadlines.first != NULL)
			deadline = deadlines.first;
		if (deadline->is_set)
			deadlines_remove(&deadlines, deadline);
		else
			deadlines_add(&deadlines, deadline, (seed >> 40) % 1000);
		uint64_t at = earliest();
		if (at == UINT64_MAX)
			assert_null(deadlines.first);
		else
			assert_int_equal(deadlines.first->at_ns, at);
	}
	for (int i = 0; i < COUNT; i++)
		deadlines_remove(&deadlines, &all[i]);
	assert_null(deadlines.first);
}

static void they_come_out_sorted(void **state)
{
	static struct deadline many[10000];
	struct deadlines deadlines = {0};
	for (uint64_t i = 0; i < 10000; i++)
		deadlines_add(&deadlines, &many[i], i * 7919 % 10000);
	for (uint64_t i = 0; i < 10000; i++) {
		assert_int_equal(deadlines.first->at_ns, i);
		deadlines_remove(&deadlines, deadlines.first);
	}
	assert_null(deadlines.first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_earliest_is_first_whatever_is_added_and_removed),
	    cmocka_unit_test(they_come_out_sorted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
