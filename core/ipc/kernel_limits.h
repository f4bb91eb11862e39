/*
 * kernel_limits: every maximum of the kernel, with its reason. What one process may hold is a
 * default that a port may change (struct kernel_limits); the rest is fixed.
 */
#ifndef IPC_KERNEL_LIMITS_H
#define IPC_KERNEL_LIMITS_H

#include <stdint.h>

#define MIB ((uint64_t)1 << 20)

/* ---- Defaults of what one process may hold ---- */

/* A 32-bit memory has at most 4 GiB; a quarter lets several large programs run on a small node.
 * Each start may say something else (kernel_start). */
#define LIMIT_MEMORY_BYTES (1024 * MIB)

/* Records of 10,000 messages under way, with room for tables, threads and the program's tables. */
#define LIMIT_RECORD_BYTES (64 * MIB)

/* Four handlers' worth of BUSY, so that one slow handler does not silence a program. */
#define LIMIT_MESSAGE_BYTES (64 * MIB)

/* More than the 10,000 requests that one thread is expected to keep in flight. */
#define LIMIT_MESSAGES 65536

/* What one handler holds for one sender: docs/SYSTEM-CALLS.md. */
#define LIMIT_MESSAGES_PER_HANDLER 4096
#define LIMIT_BYTES_PER_HANDLER    (16 * MIB)

/* Four of the largest blocks (2 MiB) with room to spare; copying it takes under 10 ms. */
#define LIMIT_BODY_BYTES (8 * MIB)

/* What Linux gives a thread's stack. */
#define LIMIT_STACK_BYTES (8 * MIB)

/* Of all tables of a program; a large C++ program has some ten thousand function pointers. */
#define LIMIT_TABLE_ELEMENTS ((uint64_t)1 << 20)

/* Each has a stack of its own; 64 are more than the CPUs of most machines. */
#define LIMIT_THREADS 64

/* ---- A default for ports with memory to spare ---- */

/* Of the code of programs that have ended: one of the largest that people use (clang: 75 MB, and
 * its internal form), or some hundred of the usual ones. */
#define LIMIT_KEPT_CODE_BYTES (256 * MIB)

/* ---- System calls ---- */

enum {
	/* Part descriptors of one body: what Linux takes (IOV_MAX). */
	SEND_PARTS_MAX = 1024,
	/* Entries of one wait: it looks at each, and nothing interrupts it. For more there is
	 * CAIRN_ID_ANY_ANSWER. */
	WAIT_IDS_MAX = 4096,
	/* A notification's size is an i32. */
	BODY_BYTES_MAX = 1 << 30
};

/* ---- Messages ---- */

enum {
	/* Bodies up to this size lie in the message's own record; most requests are that small. */
	MESSAGE_INLINE_BYTES = 128,
	/* Free records that are kept for the next messages, of all processes together (1.5 MiB). */
	MESSAGE_POOL_MAX = 4096
};

/* ---- Processes ---- */

enum {
	/* Arguments and environment together: what Linux allows (ARG_MAX). */
	STARTUP_BYTES_MAX = 128 * 1024,
	STARTUP_STRINGS_MAX = 8192,
	/* Interfaces in one set of grants; a program that needs more is several programs. */
	GRANTS_MAX = 1024,
	/* Scopes of one grant and their bytes: a person has to read them. */
	GRANT_SCOPES_MAX = 256,
	GRANT_SCOPE_BYTES_MAX = 16 * 1024,
	/* Starters behind one another that bind a process: who looks at its rights looks at all. */
	STARTERS_MAX = 64,
	/* Rights that a process passes on in one start, and their bytes. */
	PASSED_MAX = 256,
	PASSED_BYTES_MAX = 64 * 1024,
	/* Denials of a single message after which a person is left in peace: the process is denied.
	 */
	DENIED_ONCE_MAX = 3,
	/* The same of a process and all that it has started. */
	DENIED_ONCE_OF_STARTED_MAX = 9,
	/* What a program may state that it uses: the section's bytes, and interfaces in it. */
	USES_BYTES_MAX = 64 * 1024,
	USES_MAX = 256,
	/* Programs that are kept though nobody runs them: looked through at each start of another.
	 */
	PROGRAMS_KEPT_MAX = 256,
	/* Children whose end nobody has asked for yet count too. */
	CHILDREN_MAX = 4096,
	/* Frames of a backtrace that are printed; a deep recursion repeats itself. */
	BACKTRACE_FRAMES_MAX = 32
};

/* ---- Threads ---- */

enum {
	/* wasi-threads gives numbers 29 bits. */
	THREAD_NUMBER_MAX = (1 << 29) - 1,
	/* Ends that nobody has asked for; a program that never asks must not pay for that. */
	THREAD_ENDS_MAX = 256,
	/* What is kept of a thread's name (interfaces/threads.wit). */
	THREAD_NAME_BYTES = 64
};

/* ---- Scheduling ---- */

enum {
	/* Direct hand-overs (a sender's wait continues in its handler) before the queue has its
	 * turn: a pair that plays ping-pong holds the CPU some ten microseconds. */
	HANDOVERS_MAX = 128,
	/* How far who has waited is put before the others (fair.h): enough to be answered by
	 * several messages before a program that computes goes on. */
	FAIR_CREDIT_NS = 5000000,
	/* What a refusal counts for beside the time that it takes, some thirty times as long: who
	 * asks for what it is denied without end has little of a CPU that others want. */
	REFUSAL_COST_NS = 50000,
	/* By less than this nobody is interrupted for the sake of another: what a turn that has
	 * begun may take, and little beside what a person notices. */
	PREEMPT_LEAD_NS = 500000,
	/* Turns between two looks at the clock, which costs as much as a turn. */
	TURNS_PER_CLOCK = 32,
	/* CPUs of one kernel; with one lock, more would only wait for each other. */
	CPUS_MAX = 64,
	/* So long a CPU without work watches before it sleeps: what waking it would cost. */
	WATCH_NS = 50000
};

/* ---- Logging ---- */

enum {
	/* A program may log this many lines at once, and so many a second for ever. */
	LOG_LINES_BURST = 200,
	LOG_LINES_PER_SECOND = 20,
	LOG_TEXT_BYTES = 4096,
	/* Between two lines about what a process was refused. */
	REFUSALS_LINE_NS = 1000000000,
	/* Lines of one process that come at once, each the first about an interface. */
	REFUSALS_NEWS_MAX = 16,
	/* The stamp, and the text with what escaping adds to an ordinary one. */
	LOG_LINE_BYTES = LOG_TEXT_BYTES + 512
};

/* ---- Other requests ---- */

enum { RANDOM_BYTES_MAX = 65536 };

/* ---- Looking ---- */

enum {
	/* Processes in one answer, so that it stays below 2 MiB. */
	INSPECT_PROCESSES_MAX = 256,
	/* Messages that a process is told to wait for; interfaces that it is told to handle. */
	INSPECT_PENDING_MAX = 64,
	INSPECT_HANDLES_MAX = 64
};

/* ---- Boot ---- */

enum {
	/* Boot programs and configured interfaces: a system has tens. */
	BOOT_PROGRAMS_MAX = 256,
	BOOT_NAME_BYTES = 32,
	BOOT_GRANTS_MAX = 64,
	BOOT_HANDLES_MAX = 64,
	ROUTES_MAX = 1 << 20
};

/* ---- Handlers ---- */

enum {
	/* Handlers in all chains of one interface: each costs a message its round trip. */
	ROUTING_STOPS_MAX = 64,
	/* Programs with a handler of their own for one interface; looked through once for each
	 * sender and change. */
	ROUTING_OVERRIDES_MAX = 4096,
	/* Starts of one handler within the window; one that needs more dies of what it is sent. */
	HANDLER_STARTS_MAX = 5
};

#define HANDLER_WINDOW_NS (10 * (uint64_t)1000000000)

#endif
