#include <cairn/thread.h>

/* What thread.c knows of each thread besides. */
static _Thread_local uint32_t own_number;

/* Called by wasi_thread_start (entry.c). */
void thread_begin(uint32_t number, struct thread *thread);

/* It keeps the entry in the program. */
void wasi_thread_start(uint32_t number, struct thread *thread);

static uintptr_t round_up(uintptr_t value, uintptr_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

/* The thread-local variables come first, then the stack. */
static bool lay_out(struct thread *thread, struct thread_memory memory)
{
	uintptr_t alignment = __builtin_wasm_tls_align();
	uintptr_t begin = (uintptr_t)memory.data;
	uintptr_t locals = round_up(begin, alignment == 0 ? 1 : alignment);
	uintptr_t top = (begin + memory.size) & ~(uintptr_t)15;
	if (memory.size < THREAD_MEMORY_MIN ||
	    top < locals + __builtin_wasm_tls_size() + THREAD_MEMORY_MIN / 2)
		return false;
	thread->thread_local = (void *)locals;
	thread->stack_top = (void *)top;
	return true;
}

static enum thread_result result_of(enum call_status status,
				    const struct threads_u32_or_spawn_error *answer)
{
	if (status != CALL_OK)
		return THREAD_FAILED;
	if (!answer->is_error)
		return THREAD_STARTED;
	return answer->error == THREADS_SPAWN_ERROR_NO_ENTRY ? THREAD_NO_ENTRY : THREAD_LIMIT;
}

enum thread_result thread_start(struct thread *thread, void (*run)(void *argument), void *argument,
				struct thread_memory memory)
{
	if (!lay_out(thread, memory))
		return THREAD_NO_ROOM;
	thread->run = run;
	thread->argument = argument;
	struct threads_u32_or_spawn_error answer;
	enum call_status status = threads_spawn((uintptr_t)thread, &answer);
	enum thread_result result = result_of(status, &answer);
	if (result == THREAD_STARTED)
		thread->number = answer.value;
	return result;
}

void thread_begin(uint32_t number, struct thread *thread)
{
	own_number = number;
	thread->run(thread->argument);
}

enum call_status thread_join(const struct thread *thread)
{
	struct threads_nothing_or_wait_error answer;
	return threads_wait_end(thread->number, &answer);
}

_Noreturn void thread_exit(void)
{
	(void)threads_exit();
	__builtin_unreachable();
}

uint32_t thread_number(void)
{
	return own_number;
}

uint32_t thread_parallelism(void)
{
	uint32_t count;
	return threads_parallelism(&count) == CALL_OK ? count : 1;
}
