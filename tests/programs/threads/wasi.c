/*
 * Threads as wasi-libc starts them: the import "wasi" "thread-spawn", the export wasi_thread_start,
 * and preview 1 from several threads at once. Prints a line for each of them.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cairn/thread.h>

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int32_t
wasi_thread_spawn(void *argument);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_write"))) uint32_t
wasi_fd_write(uint32_t descriptor, const void *vectors, uint32_t count, uint32_t *written);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"))) _Noreturn void
wasi_proc_exit(uint32_t code);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("poll_oneoff"))) uint32_t
wasi_poll_oneoff(const void *in, void *out, uint32_t count, uint32_t *events);

void _start(void);

enum { COUNT = 6, STACK_BYTES = 4096 };

static uint8_t memory[COUNT][STACK_BYTES] __attribute__((aligned(16)));
static struct thread threads[COUNT];
static _Atomic uint32_t running = COUNT;

/* Sleeps for so many milliseconds. */
static void sleep(uint64_t ms)
{
	static const uint64_t clock = 1;
	uint64_t in[6] = {0, 0, clock, ms * 1000000};
	uint64_t out[4];
	uint32_t events;
	if (wasi_poll_oneoff(in, out, 1, &events) != 0)
		wasi_proc_exit(3);
}

static void print(void *argument)
{
	uint32_t index = (uint32_t)(uintptr_t)argument;
	char line[] = "thread 0\n";
	uint32_t vector[2] = {(uint32_t)(uintptr_t)line, sizeof line - 1};
	uint32_t written;
	line[7] += (char)index;
	sleep(index * 15);
	if (wasi_fd_write(1, vector, 1, &written) != 0 || written != sizeof line - 1)
		wasi_proc_exit(2);
	atomic_fetch_sub(&running, 1);
	__builtin_wasm_memory_atomic_notify((int *)(void *)&running, 1);
}

void _start(void)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		threads[i] = (struct thread){.stack_top = memory[i] + STACK_BYTES,
					     .thread_local = memory[i],
					     .run = print,
					     .argument = (void *)(uintptr_t)i};
		if (wasi_thread_spawn(&threads[i]) <= 0)
			wasi_proc_exit(1);
	}
	uint32_t left;
	while ((left = atomic_load(&running)) != 0)
		__builtin_wasm_memory_atomic_wait32((int *)(void *)&running, (int)left, -1);
	wasi_proc_exit(7);
}
