/*
 * runtime: what a store holds while its code runs. Everything lives in the store's arena but the
 * contents of memories and tables and the threads, which come from the port on their own. Nothing
 * is shared between stores except modules, which are read-only.
 *
 *     store.c     stores, signatures, host functions and globals
 *     memory.c    linear memories            table.c   tables
 *     link.c      do imports fit             instance.c   instances and their segments
 *     thread.c    stacks and calls           trap.c    traps and backtraces
 */
#ifndef WASM_RUNTIME_H
#define WASM_RUNTIME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "code.h"
#include "core/port.h"
#include "core/wasm.h"
#include "spin.h"

/* A function type as one address a store, so that an indirect call compares pointers. */
struct wasm_signature {
	struct wasm_signature *next; /* in its bucket */
	uint32_t hash;
	uint32_t parameter_count;
	uint32_t result_count;
	const enum wasm_type *types; /* parameters, then results */
};

struct wasm_function {
	const struct wasm_signature *signature;
	struct wasm_instance *instance; /* NULL: a function of the host's */
	const union wasm_word *entry;
	wasm_host_call host;
	void *context;
	uint32_t index; /* in its module */
};

/* A shared one may grow while other threads use it: its size is read anew before an access counts
 * as outside. */
struct wasm_memory {
	uint8_t *base;
	_Atomic uint64_t size;
	uint64_t pages_max; /* UINT64_MAX: none given */
	bool is_shared;
	struct port_region region;
	struct wasm_store *store;
	struct wasm_memory *next;
};

struct wasm_table {
	uint64_t *elements; /* references */
	uint64_t size;
	uint64_t capacity;
	uint64_t size_max; /* UINT64_MAX: none given */
	enum wasm_type type;
	struct wasm_store *store;
	struct wasm_table *next;
};

struct wasm_global {
	uint64_t value;
	enum wasm_type type;
	bool is_mutable;
};

struct wasm_instance {
	struct wasm_memory *memory;       /* memory 0; without one, the store's empty memory */
	struct wasm_function **functions; /* the module's index space, imports included */
	struct wasm_table **tables;       /* the same */
	struct wasm_global **imported_globals;
	const struct wasm_signature **signatures; /* by type index */
	bool *is_element_dropped;
	bool *is_data_dropped;
	const struct wasm_module *module; /* NULL: the store's empty instance */
	struct wasm_store *store;
	struct wasm_global globals[]; /* those that the module defines */
};

struct wasm_store {
	struct arena arena;
	struct wasm_store_limits limits;
	uint64_t memory_bytes;   /* in use */
	uint64_t table_elements; /* in use */
	struct wasm_memory *memories;
	struct wasm_table *tables;
	struct wasm_signature **buckets; /* of all signatures; their number is a power of two */
	uint32_t bucket_count;
	uint32_t signature_count;
	struct wasm_memory empty_memory;

	/* Held while what threads of several CPUs may change is changed: sizes, and the sums of
	 * them above. */
	struct spin growth;
	/* What memory.atomic.wait32, wait64 and notify call; NULL where nobody waits. */
	struct wasm_function *waits[WASM_WAIT_COUNT];
	struct wasm_instance *empty_instance; /* in it threads begin and end */

	/* What is asked when a memory is refused; NULL for nobody. */
	bool (*make_room)(void *context);
	void *make_room_context;
};

static inline bool store_make_room(const struct wasm_store *store)
{
	return store->make_room != NULL && store->make_room(store->make_room_context);
}

enum wasm_thread_state {
	THREAD_IDLE, /* fresh or finished */
	THREAD_READY,
	THREAD_SUSPENDED,
	THREAD_TRAPPED
};

enum { TRAP_TEXT_BYTES = 120 };

/* The interpreter keeps `pc`, `frame` and `instance` in registers and writes them back when it
 * leaves: the next instruction, or the one that trapped. */
struct wasm_thread {
	_Atomic uint32_t interrupt;
	uint64_t *stack_limit; /* end of what may be used now */
	const union wasm_word *pc;
	uint64_t *frame;
	struct wasm_instance *instance;
	const struct wasm_function *callee; /* of the call that is being made */
	uint64_t *slots;                    /* its arguments and results */
	uint64_t *stack_wanted;             /* limit that the call in hand needs */
	enum wasm_thread_state state;
	enum wasm_trap trap;
	struct wasm_store *store;
	void *user;
	struct port_region stack;
	uint64_t stack_bytes;
	char trap_text[TRAP_TEXT_BYTES];
};

/* ---- store.c ---- */

/* Records of the store's arena, or STATUS_LIMIT, STATUS_NO_MEMORY. */
must_check enum status store_take(struct wasm_store *store, uint64_t count, size_t size,
				  void **out);

/* `types` is copied when the signature is new. */
must_check enum status store_signature(struct wasm_store *store,
				       const struct wasm_function_type *type,
				       const struct wasm_signature **out);

/* ---- memory.c ---- */

must_check enum status memory_create(struct wasm_store *store, const struct wasm_memory_type *type,
				     struct wasm_memory **out);
void memory_release_all(struct wasm_store *store);

/* Returns the old size in pages, or -1. */
int64_t memory_grow(struct wasm_memory *memory, uint64_t pages);

static inline uint64_t memory_size_now(const struct wasm_memory *memory)
{
	return atomic_load_explicit(&memory->size, memory_order_acquire);
}

/* ---- table.c ---- */

must_check enum status table_create(struct wasm_store *store, const struct wasm_table_type *type,
				    struct wasm_table **out);
void table_release_all(struct wasm_store *store);

/* As it was when it was created. */
void table_reset(struct wasm_table *table, const struct wasm_table_type *type);

/* Returns the old size, or -1. */
int64_t table_grow(struct wasm_table *table, uint64_t count, uint64_t value);

/* ---- link.c ---- */

/* STATUS_UNLINKABLE, and why, where `given` is not what `wanted` asks for. */
must_check enum status link_import(struct wasm_instance *instance, const struct wasm_import *wanted,
				   const struct wasm_extern *given, struct fault *fault);

/* ---- instance.c ---- */

uint64_t instance_constant(const struct wasm_instance *instance,
			   const struct wasm_constant *constant);
struct wasm_global *instance_global(const struct wasm_instance *instance, uint32_t index);

/* `count` items of a segment from `from` on go to `to`; false when either range is too short. */
bool instance_table_init(const struct wasm_instance *instance, uint32_t segment,
			 struct wasm_table *table, const uint64_t range[3]);
bool instance_memory_init(const struct wasm_instance *instance, uint32_t segment,
			  struct wasm_memory *memory, const uint64_t range[3]);

/* ---- thread.c ---- */

/* Values that come from the host: the high halves of i32 and f32 become zero, which the code relies
 * on for its checks of addresses. */
void thread_trim(const enum wasm_type *types, uint32_t count, uint64_t *slots);
void thread_trim_results(const struct wasm_thread *thread);

/* Makes room up to `stack_wanted`; false where the stack may not be so large. */
bool thread_grow_stack(struct wasm_thread *thread);

/* ---- interp ---- */

/* Runs from `thread->pc` until the thread leaves. */
enum wasm_outcome interp_run(struct wasm_thread *thread);

#endif
