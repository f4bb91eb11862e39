/* What a program of several threads should not do: the argument says what. */
#include <cairn/process_calls.h>

#include "tools.h"

static int words[4];

static void spin(void *argument)
{
	for (;;) {
	}
}

static void sleep(void *argument)
{
	__builtin_wasm_memory_atomic_wait32(&words[0], 0, -1);
}

/* Some end before the first thread does, and some behind it. */
static void linger(void *argument)
{
	__builtin_wasm_memory_atomic_wait32(&words[1], 0, (int64_t)(uintptr_t)argument * 2000000);
}

static void trap(void *argument)
{
	__builtin_trap();
}

static void lock_and_leave(void *argument)
{
	static struct mutex mutex;
	mutex_lock(&mutex);
	if ((uintptr_t)argument != 0)
		mutex_lock(&mutex);
}

/* The first argument behind the program's name. */
static uint8_t letter(void)
{
	static uint8_t memory[512] __attribute__((aligned(8)));
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct wire_bytes_list list;
	struct wire_bytes item = {0};
	if (process_arguments(&buffer, &list) != CALL_OK)
		return 0;
	wire_bytes_list_next(&list, &item);
	return wire_bytes_list_next(&list, &item) && item.size > 0 ? item.data[0] : 0;
}

void _start(void)
{
	switch (letter()) {
	case 'u': /* an atomic access that is not aligned */
		__atomic_fetch_add((int *)(void *)((uint8_t *)words + 1), 1, __ATOMIC_SEQ_CST);
		return;
	case 'w': /* a wait that is not aligned */
		__builtin_wasm_memory_atomic_wait32((int *)(void *)((uint8_t *)words + 2), 0, 0);
		return;
	case 'o': /* a wait outside of the memory */
		__builtin_wasm_memory_atomic_wait32((int *)0xfffffffc, 0, 0);
		return;
	case 't': /* another thread traps */
		start_crew(3, sleep, 1);
		check(thread_start(&crew[3], trap, NULL, memory_of(3)) == THREAD_STARTED, 2);
		sleep(NULL);
		return;
	case 's': /* threads that never end, one holding a lock, when the first one returns */
		start_crew(2, spin, 3);
		for (uint32_t i = 2; i < 6; i++)
			check(thread_start(&crew[i], sleep, NULL, memory_of(i)) == THREAD_STARTED,
			      4);
		for (uint32_t i = 6; i < 8; i++)
			check(thread_start(&crew[i], lock_and_leave, (void *)(uintptr_t)(i - 6),
					   memory_of(i)) == THREAD_STARTED,
			      5);
		return;
	case 'f': /* the same for ever: somebody kills it */
		start_crew(2, spin, 6);
		sleep(NULL);
		return;
	case 'l': /* the first one leaves, the last one ends the program */
		start_crew(4, linger, 7);
		thread_exit();
	default:
		standard_exit(99);
	}
}
