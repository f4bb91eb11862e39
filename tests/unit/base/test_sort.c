#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sort.h"

enum { COUNT_MAX = 3000 };

struct things {
	uint32_t values[COUNT_MAX];
	uint64_t comparisons;
};

static struct things things;

static int compare(const void *context, uint32_t a, uint32_t b)
{
	struct things *compared = (struct things *)(uintptr_t)context;
	compared->comparisons++;
	uint32_t first = compared->values[a], second = compared->values[b];
	return first < second ? -1 : first > second;
}

static void sort_and_check(uint32_t count)
{
	uint32_t indices[COUNT_MAX];
	uint8_t is_present[COUNT_MAX] = {0};
	for (uint32_t i = 0; i < count; i++)
		indices[i] = i;
	things.comparisons = 0;
	sort_indices(indices, count, compare, &things);
	for (uint32_t i = 0; i < count; i++) {
		assert_false(is_present[indices[i]]);
		is_present[indices[i]] = 1;
		if (i == 0)
			continue;
		uint32_t before = things.values[indices[i - 1]], value = things.values[indices[i]];
		assert_true(before < value || (before == value && indices[i - 1] < indices[i]));
	}
}

static void any_values_come_into_order(void **state)
{
	srand(1);
	for (uint32_t count = 0; count < 200; count++) {
		for (uint32_t i = 0; i < count; i++)
			things.values[i] = (uint32_t)rand() % (count + 1);
		sort_and_check(count);
	}
}

/* n log n is 35,000 here, n squared nine million. */
static void no_order_is_slow(void **state)
{
	static const uint32_t steps[] = {0, 1, COUNT_MAX - 1, 17, COUNT_MAX / 2};
	for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
		for (uint32_t i = 0; i < COUNT_MAX; i++)
			things.values[i] = i * steps[k] % COUNT_MAX;
		sort_and_check(COUNT_MAX);
		assert_in_range(things.comparisons, COUNT_MAX - 1, 100000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_values_come_into_order),
	    cmocka_unit_test(no_order_is_slow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
