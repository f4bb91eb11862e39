/*
 * execution: what runs when a thread has the CPU. The kernel schedules WebAssembly and the state
 * machines of the tests alike, through these two tables of functions.
 *
 * A running execution makes system calls (syscall.h) with the thread that it was given. One that is
 * told to suspend returns from `resume` at once, and finds the result in its slots when it is
 * resumed.
 */
#ifndef PROCESS_EXECUTION_H
#define PROCESS_EXECUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "core/wasm.h"

struct process;
struct thread;

enum execution_outcome {
	EXECUTION_FINISHED,    /* the program returned */
	EXECUTION_TRAPPED,     /* `explain` says why */
	EXECUTION_SUSPENDED,   /* inside a system call that waits, or after the process's end */
	EXECUTION_INTERRUPTED, /* it could go on at once */
	EXECUTION_RUNNING /* it has not left its CPU: `resume` is called again (the simulator's) */
};

/* A program's memory 0 as it is now. It grows, and never moves. */
struct execution_memory {
	uint8_t *base;
	uint64_t size;
	bool is_64;
};

struct execution;

struct execution_kind {
	enum execution_outcome (*resume)(struct execution *self);
	struct execution_memory (*memory)(const struct execution *self);

	/* Gives the reason before a system call tells it to trap. */
	void (*fail)(struct execution *self, const char *text);

	/* It is to return EXECUTION_INTERRUPTED soon. Called from a signal handler, and from other
	 * CPUs. */
	void (*interrupt)(struct execution *self);

	/* Why it trapped, in one line, and where, in `size` bytes of lines. */
	void (*explain)(struct execution *self, struct fault *fault, char *backtrace, size_t size);
	void (*destroy)(struct execution *self);
};

/* The first member of whatever runs. */
struct execution {
	const struct execution_kind *kind;
};

/* How a program's bytes become something that runs. */
struct engine {
	/* Bytes to code, which all processes of that program share, read-only. */
	enum status (*load)(const uint8_t *bytes, uint64_t size, void **code, struct fault *fault);
	void (*unload)(void *code);

	/* What it holds, all that `unload` gives back. */
	uint64_t (*code_bytes)(const void *code);

	/* The payload of the program's first custom section of that name, as long as the code; NULL
	 * where programs have none. */
	bool (*section)(const void *code, const char *name, struct wasm_name *payload);

	/* Makes what the process needs besides (in process->instance) and its first thread
	 * (process_add_thread). What it made before it failed is given back by `stop`. */
	enum status (*start)(struct process *process, void *code, struct fault *fault);

	/* Makes a further thread, ready, in the program's entry for threads (threads.h).
	 * STATUS_NOT_FOUND where there is none. */
	enum status (*spawn)(struct process *process, uint32_t number, uint64_t argument,
			     struct thread **out);

	/* After the last thread was destroyed. */
	void (*stop)(struct process *process);
};

#endif
