/*
 * invariants_walk: what the checks of invariants.c share. A walk visits all that the kernel holds,
 * and notes of each message where it was seen.
 */
#ifndef SIM_INVARIANTS_WALK_H
#define SIM_INVARIANTS_WALK_H

#include "kernel_state.h"
#include "message.h"
#include "process.h"
#include "sim.h"

/* Ends the run with the number of what is broken. */
#define check(number, condition)                                                                   \
	((condition) ? (void)0                                                                     \
		     : sim_fail("invariant %d is broken: %s (%s:%d)", number, #condition,          \
				__FILE__, __LINE__))

enum { MESSAGES_MAX = 4096 };

/* A message, and in how many places of which sort it was seen. */
struct seen {
	struct message *message;
	uint32_t held;
	uint32_t asked;
	uint32_t queued;    /* as kind 2 */
	uint32_t cancelled; /* as kind 4 */
	uint32_t received;
	uint32_t given_up; /* of which a part of the kernel is still to hear */
	uint32_t answers;  /* as kind 1 */
	uint32_t sent;     /* by its id */
	uint32_t channels;
	uint32_t estates;
	uint32_t with_kernel; /* answered, with the part of the kernel that asked */
};

/* Those of the walk, in the order in which they were seen first. */
extern struct seen walk_seen[MESSAGES_MAX];
extern uint32_t walk_seen_count;

/* The kernel that is walked. */
extern struct kernel *walk_kernel;

void walk_begin(struct kernel *kernel);

/* The message's record, made where there is none. */
struct seen *walk_see(struct message *message);

/* Of a list that is whole: 1. */
uint32_t walk_list_length(const struct list *list);
bool walk_list_holds(const struct list *list, const struct list_link *wanted);

/* 12. */
void walk_check_table(const struct id_table *table, uint64_t next_id);

/* What the table has allocated. */
uint64_t walk_table_bytes(const struct id_table *table);

/* The party of a link of kernel->services. */
struct party *walk_service_party(struct list_link *link);

/* Of a process that is found by its pid, of a service, or nobody's. */
bool walk_is_alive(const struct party *party);

/* ---- The checks ---- */

void invariants_party(struct party *party);

/* All that was seen of a message fits together. */
void invariants_message(const struct seen *at);

/* `other_records` are those that do not lie in the party itself. */
void invariants_accounts(struct party *party, uint64_t other_records);

void invariants_process(struct process *process);
uint64_t invariants_process_records(struct process *process);

/* How many threads are queued. */
uint32_t invariants_queues(void);
void invariants_programs(void);

void invariants_route(struct route *route);
void invariants_launch(struct process *process);

#endif
