/* memory.atomic.wait and notify, and memory that grows under other threads. Ends with 0, or with
 * the number of the step that failed. */
#include "tools.h"

enum { WOKEN, NOT_EQUAL, TIMED_OUT };

static int word;
static long long wide;
static _Atomic uint32_t ready, results[8];

static int wait_word(int expected, long long ns)
{
	return __builtin_wasm_memory_atomic_wait32(&word, expected, ns);
}

static void wait_once(void *argument)
{
	atomic_fetch_add(&ready, 1);
	results[(uintptr_t)argument] = 1 + (uint32_t)wait_word(0, -1);
}

/* Wakes `count`, as soon as there are as many. */
static void wake(uint32_t count, uint32_t step)
{
	uint32_t woken = 0;
	while (woken < count)
		woken += __builtin_wasm_memory_atomic_notify(&word, count - woken);
	check(woken == count, step);
}

static void look_at_results(void)
{
	check(wait_word(1, -1) == NOT_EQUAL, 10);
	check(wait_word(0, 0) == TIMED_OUT, 11);
	check(wait_word(0, 1000000) == TIMED_OUT, 12);
	check(__builtin_wasm_memory_atomic_wait64(&wide, 1LL << 40, -1) == NOT_EQUAL, 13);
	check(__builtin_wasm_memory_atomic_wait64(&wide, 0, 1000) == TIMED_OUT, 14);
	check(__builtin_wasm_memory_atomic_notify(&word, 5) == 0, 15);
	start_crew(8, wait_once, 16);
	wake(3, 17);
	wake(5, 18);
	join_crew(8, 19);
	for (int i = 0; i < 8; i++)
		check(results[i] == 1 + WOKEN, 20);
}

/* What one thread adds, another sees as soon as it has been told where it is. */
static _Atomic(uint32_t *) fresh;

static void grow(void *argument)
{
	size_t pages = __builtin_wasm_memory_grow(0, 1);
	check(pages != SIZE_MAX, 30);
	atomic_store(&fresh, (uint32_t *)(pages * 65536));
}

static void see_growth(void)
{
	for (uint32_t i = 0; i < 20; i++) {
		uint32_t *at;
		atomic_store(&fresh, NULL);
		start_crew(1, grow, 31);
		while ((at = atomic_load(&fresh)) == NULL) {
		}
		at[16383] = i;
		check(at[16383] == i && at[0] == 0, 32);
		join_crew(1, 33);
	}
}

/* They race for what is left, and together get all of it. */
static _Atomic uint32_t grown;

static void grow_on(void *argument)
{
	while (__builtin_wasm_memory_grow(0, 1) != SIZE_MAX)
		atomic_fetch_add(&grown, 1);
}

static void race(void)
{
	size_t before = __builtin_wasm_memory_size(0);
	start_crew(4, grow_on, 40);
	join_crew(4, 41);
	check(before + grown == __builtin_wasm_memory_size(0), 42);
	check(__builtin_wasm_memory_size(0) == 1024, 43);
}

void _start(void)
{
	look_at_results();
	see_growth();
	race();
	standard_exit(0);
}
