/* The interface `threads`, by hand: numbers, ends, names, limits. Ends with 0, or with the number
 * of the step that failed. */
#include "tools.h"

static _Atomic uint32_t gate;

static void wait_at_gate(void *argument)
{
	uint32_t number;
	check(threads_current(&number) == CALL_OK && number == thread_number(), 10);
	(void)threads_set_name(wire_text("a thread whose name is longer than what is kept of it, "
					 "which is no more than 64 bytes"));
	__builtin_wasm_memory_atomic_wait32((int *)(void *)&gate, 0, -1);
}

static void open_gate(void)
{
	atomic_store(&gate, 1);
	__builtin_wasm_memory_atomic_notify((int *)(void *)&gate, UINT32_MAX);
}

static enum threads_wait_error error_of_wait(uint32_t number, uint32_t step)
{
	struct threads_nothing_or_wait_error result;
	check(threads_wait_end(number, &result) == CALL_OK && result.is_error, step);
	return result.error;
}

static void leave(void *argument)
{
	thread_exit();
}

/* Each end is told once. */
static void wait_for_ends(void)
{
	check(error_of_wait(0, 20) == THREADS_WAIT_ERROR_SELF, 21);
	check(error_of_wait(77, 22) == THREADS_WAIT_ERROR_NO_SUCH_THREAD, 23);
	check(error_of_wait(UINT32_MAX, 24) == THREADS_WAIT_ERROR_NO_SUCH_THREAD, 25);
	start_crew(2, leave, 26);
	join_crew(2, 27);
	check(error_of_wait(crew[0].number, 28) == THREADS_WAIT_ERROR_NO_SUCH_THREAD, 29);
}

/* As many as there may be, and one more. */
static void reach_the_limit(void)
{
	uint32_t count = 0;
	static struct thread many[100];
	static uint8_t memory[100][THREAD_MEMORY_MIN * 4];
	enum thread_result result = THREAD_STARTED;
	while (count < 100 && result == THREAD_STARTED) {
		result = thread_start(&many[count], wait_at_gate, NULL,
				      (struct thread_memory){memory[count], sizeof memory[0]});
		count += result == THREAD_STARTED;
	}
	check(result == THREAD_LIMIT && count == 63, 30);
	open_gate();
	for (uint32_t i = 0; i < count; i++)
		check(thread_join(&many[i]) == CALL_OK, 31);
}

static void nothing(void *argument)
{
}

/* 100,000 one after the other, whose ends nobody asks for. */
static void start_many(void)
{
	uint32_t last = 0;
	for (uint32_t i = 0; i < 100000; i++) {
		enum thread_result result;
		while ((result = thread_start(&crew[0], nothing, NULL, memory_of(i % CREW_MAX))) ==
		       THREAD_LIMIT) {
			uint64_t now;
			check(time_now(&now) == CALL_OK, 40);
		}
		check(result == THREAD_STARTED && crew[0].number > last, 41);
		last = crew[0].number;
	}
}

void _start(void)
{
	wait_for_ends();
	reach_the_limit();
	check(thread_start(&crew[0], nothing, NULL, (struct thread_memory){crew_memory, 100}) ==
		  THREAD_NO_ROOM,
	      1);
	start_many();
	standard_exit(0);
}
