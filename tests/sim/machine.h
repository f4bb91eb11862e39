/*
 * machine: processes of the simulator: state machines that make the system calls at random, each
 * kind with a taste of its own, and check whatever the kernel tells them.
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include "process.h"
#include "sim.h"
#include "store.h"

enum {
	THREADS_MAX = 6,
	SENT_MAX = 64,
	OWED_MAX = 64,
	CHILDREN_KNOWN_MAX = 8,
	/* Each thread's part of the memory: digest, descriptors, ids, room for a notification,
	   bodies. */
	REGION_BYTES = 12288,
	AT_DIGEST = 0,
	AT_PARTS = 64,
	AT_IDS = 256,
	AT_OUT = 1024,
	OUT_BYTES = 4096,
	AT_BODY = 6144,
	BODY_ROOM = REGION_BYTES - AT_BODY,
	/* Behind those of all threads: what they wait at. */
	AT_WORDS = THREADS_MAX * REGION_BYTES,
	WORDS = 3,
	MEMORY_BYTES = AT_WORDS + WORDS * 8
};

/* What a machine has asked, by the id that send() returned. */
struct sent_message {
	uint64_t id;
	uint64_t token;   /* 0: of the kernel's interfaces */
	uint32_t request; /* of those: the function, see machine.c */
	uint32_t sender;  /* the thread's number */
	uint32_t thread;  /* REQUEST_THREAD_END: whose */
};

/* What it has taken and owes an answer. */
struct owed_message {
	uint64_t id;
	uint64_t token; /* 0: a block that the kernel asks for */
	uint64_t sender;
	uint64_t forwarded; /* FORWARDER: its own message to another, or 0 */
	bool is_cancelled;
	uint32_t interface;
	struct cid cid;
	uint32_t question; /* AUTHORIZER: the uses that it is about */
};

struct machine_process {
	struct process *process;
	enum machine_kind kind;
	uint32_t thread_count; /* that it has had */
	struct machine *machines[THREADS_MAX];
	bool has_left_first;  /* its thread 0 has ended */
	uint32_t last_thread; /* the highest number so far */
	uint64_t parks;
	struct chance chance;
	uint8_t *memory;
	uint32_t actions; /* so far */

	bool spawns;         /* further threads, now and then */
	bool is_honest;      /* as a loader, and never refuses */
	bool is_registering; /* it has asked for its interfaces */
	bool is_leaving;     /* it was told of a successor, and ends when it owes nothing */
	struct sent_message sent[SENT_MAX];
	uint32_t sent_count;
	struct owed_message owed[OWED_MAX];
	uint32_t owed_count;
	uint64_t children[CHILDREN_KNOWN_MAX];
	uint32_t child_count;
};

struct machine {
	struct execution execution;
	struct machine_process *shared;
	struct thread *thread;
	uint32_t index;
	uint64_t slots[5];
	const char *fault;

	bool is_inside; /* a CPU is in it */

	/* The wait at an address that it is in, or was in until it was resumed. */
	bool is_parked;
	bool is_notified;
	uint64_t park_address;
	uint64_t park_deadline;
	uint64_t park_sequence;

	/* The wait that it is in, or was in until it was resumed. */
	bool is_waiting;
	uint64_t ids[8];
	uint32_t id_count;
	uint32_t out_size;
};

extern const struct engine machine_engine;

/* From now on machines begin nothing new, and finish what they have begun. */
extern bool machine_is_draining;

/* Seeds the machines that are made from now on. */
void machine_seed(uint64_t seed);

#endif
