/*
 * process: one running program: its messages (a party), its threads, how it came to be and how it
 * ends.
 *
 *     process_create -> (start.h: its program is fetched and loaded) -> process_exit, _trap, _kill
 * or _fail_start -> process_reap
 *
 * The end of a process is noted at once, and its threads do not run any more, but what it holds is
 * given back later, by the kernel's loop, when nothing is half done.
 */
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/kernel.h"
#include "cpu_time.h"
#include "execution.h"
#include "fair.h"
#include "id_table.h"
#include "list.h"
#include "party.h"
#include "permit.h"
#include "startup.h"
#include "text.h"
#include "thread.h"

struct child;
struct fetch;
struct kernel;
struct launch;
struct program;

enum process_state {
	PROCESS_STARTING, /* its program is being fetched */
	PROCESS_RUNNING,
	PROCESS_ENDING /* in kernel->ending */
};

/* How it ended, and who wants to know. */
struct process_outcome {
	enum kernel_end_cause cause;
	enum status status;
	uint32_t code;
	struct fault fault;
	uint64_t memory_bytes; /* as in struct kernel_end */
	char *backtrace;       /* NULL, or BACKTRACE_BYTES of the port's */
	void (*ended)(void *context, const struct kernel_end *end);
	void *context;
};

/* Lines that it may still log. */
struct log_allowance {
	uint64_t filled_ns;
	uint32_t lines;
	uint32_t suppressed;
};

struct process {
	struct party party; /* its serial is the pid */
	struct id_entry by_pid;
	uint64_t starter; /* the pid of who started it; 0 for the kernel and the port */
	uint64_t started_ns;
	struct cpu_time cpu_time;
	struct fair_entry share; /* of all CPUs; queued while one of its threads is */
	struct fair_queue ready; /* its threads that are */
	struct kernel *kernel;
	struct cid cid;
	enum process_state state;

	struct list threads;
	struct list call_groups; /* call_group.h */
	uint32_t thread_count;
	uint32_t running_count;   /* CPUs that are inside it, or load its program */
	uint32_t last_thread;     /* the number that was given last */
	struct thread_ends *ends; /* NULL until a thread is spawned */
	struct list futex_waits;
	void *instance; /* the engine's */

	struct list_link of_queue; /* of kernel->starting or kernel->ending */
	struct fetch *fetch;       /* NULL unless blocks are being asked for */
	struct program *program;   /* NULL until loaded */
	struct startup startup;
	uint64_t memory_bytes_max; /* that it may have of linear memory; never 0 */
	struct process_outcome end;

	/* What a translator keeps about the process (call.h). */
	void *translator_record;
	size_t translator_bytes;

	struct launch
	    *launch; /* whose routes lead its messages, beside the node's; NULL: of none */
	struct list_link of_launch;
	bool keeps_launch;

	struct child *as_child;   /* the starter's record of it; NULL once the starter has ended */
	struct id_table children; /* its own records of those that it started, by pid */
	struct log_allowance log;
	struct refusals refusals;

	struct list questions; /* about it, that are not answered (question.h) */
	bool was_asked;        /* before its start */
	uint64_t rights_bytes; /* charged for its rights */
};

/* A starting process without a program. Shares `rights`, consumes `startup` where it succeeds. */
must_check enum status process_create(struct kernel *kernel, const struct cid *cid,
				      struct rights *rights, struct startup *startup,
				      struct process **out);

/* Each of these does nothing where the process is ending already. */
void process_exit(struct process *process, uint32_t code);
void process_trap(struct process *process, struct thread *thread);
/* The same where nothing is known but the reason. */
void process_fault(struct process *process, const char *text);
void process_kill(struct process *process);
/* Its account is exceeded by news that it does not take (exchange_hooks). */
void process_overrun(struct party *party);
void process_fail_start(struct process *process, enum status status, const struct fault *fault);

/* A CPU is no longer inside it, and it is at its end. */
void process_has_paused(struct process *process);

/* Gives everything back, tells whoever wants to know, and frees the process. No CPU is inside it.
 */
void process_reap(struct process *process);

/* Who a log line is about: "process 7 (bafkrei...)". */
void process_describe(const struct process *process, struct text *out);

/* A line about it, for the operator. */
void process_log(const struct process *process, enum port_log_level level, const char *text,
		 size_t size);

static inline struct process *process_of_party(struct party *party)
{
	return list_record(party, struct process, party);
}

#endif
