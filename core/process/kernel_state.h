/*
 * kernel_state: all that a kernel is, for the files of this folder. kernel.h (the public one) says
 * in which order it is used.
 */
#ifndef PROCESS_KERNEL_STATE_H
#define PROCESS_KERNEL_STATE_H

#include "boot.h"
#include "core/kernel.h"
#include "cpu.h"
#include "exchange.h"
#include "execution.h"
#include "fair.h"
#include "handlers.h"
#include "inspect.h"
#include "process.h"
#include "program.h"
#include "spin.h"
#include "timers.h"

/* A part of the kernel, or of the port, that handles an interface. */
struct service {
	struct party party;
	struct list_link of_kernel;
};

struct kernel {
	struct exchange exchange;
	struct kernel_settings settings;
	const struct engine *engine;
	bool is_closing;

	struct id_table processes; /* by pid */
	struct list starting;      /* processes whose start can go on */
	struct list ending;        /* processes to be reaped */
	struct programs programs;
	struct list services;
	struct rights *no_rights;
	struct party undecided; /* of the exchange */
	struct list questions;  /* that are not answered */
	struct timers timers;
	struct inspect_watch inspect;

	/* For whoever looks. */
	uint64_t created_ns;
	uint64_t started_count;
	uint64_t past_cpu_ns; /* of processes that are gone */

	struct boot boot;
	struct handlers handlers;

	/* See cpu.h. */
	struct spin lock;
	struct cpu *cpu;  /* the one that has the lock */
	struct cpu *cpus; /* the first one is the port's main one */
	uint32_t cpu_count;
	bool is_parallel;    /* a second CPU was called: from then on the lock is one */
	bool wants_parallel; /* one would have been: the first CPU sees to it between two threads */
	bool is_halted;      /* no CPU runs threads any more */
	struct fair_queue ready; /* processes with threads that are ready */
	uint32_t ready_count;    /* of those threads */
};

/* kernel_create with an engine of the caller's. */
must_check enum status kernel_create_with(const struct kernel_settings *settings,
					  const struct engine *engine, struct kernel **out);

/* Does the next thing that there is to do on the CPU that has the lock; false where there is none
 * but to wait. */
bool kernel_step(struct kernel *kernel);

/* The process of that pid, or NULL. */
struct process *kernel_find(const struct kernel *kernel, uint64_t pid);

#endif
