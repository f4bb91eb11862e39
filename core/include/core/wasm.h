/*
 * wasm: the engine as the rest of the core and the ports see it.
 *
 *     module    = decoded and validated bytes, in internal form; shared, read-only
 *     store     = all that one process runs: instances, memories, tables, globals; one owner
 *     instance  = a module whose imports are linked, inside a store
 *     thread    = one stack of execution inside a store
 *
 *     wasm_module_create -> wasm_store_create -> wasm_instance_create -> wasm_thread_create
 *     -> wasm_thread_call -> wasm_thread_resume ... until it has finished or trapped
 *
 * A store belongs to one process: what is in it is changed by one CPU at a time, but for threads
 * that run in instances of their own (wasm_instance_clone) with a shared memory.
 *
 * A module must outlive the stores that use it. Destroying a store ends its instances; its threads
 * are destroyed first. Nothing here blocks: a host function that has to wait suspends the thread
 * and `wasm_thread_resume` returns; whoever has the result writes it into the slots and resumes.
 *
 * A value occupies one slot of 64 bits: i32 and f32 in the low half (the high half is zero), a
 * reference as a pointer or host number, 0 for null.
 */
#ifndef CORE_WASM_H
#define CORE_WASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"

struct wasm_module;
struct wasm_store;
struct wasm_instance;
struct wasm_thread;
struct wasm_function;
struct wasm_table;
struct wasm_memory;
struct wasm_global;

/* Value types, by their byte in the binary format (core specification, 5.3). */
enum wasm_type {
	WASM_I32 = 0x7f,
	WASM_I64 = 0x7e,
	WASM_F32 = 0x7d,
	WASM_F64 = 0x7c,
	WASM_V128 = 0x7b,
	WASM_FUNCREF = 0x70,
	WASM_EXTERNREF = 0x6f
};

/* Kinds of imports and exports, by their byte in the binary format (5.5.5). */
enum wasm_kind { WASM_FUNCTION = 0, WASM_TABLE = 1, WASM_MEMORY = 2, WASM_GLOBAL = 3 };

/* ---- Modules ---- */

/*
 * Decodes and validates `size` bytes and brings them into internal form. The module keeps a copy of
 * what it needs. Fails with STATUS_MALFORMED, STATUS_INVALID, STATUS_LIMIT or STATUS_NO_MEMORY;
 * `fault` then says what and at which offset.
 */
must_check enum status wasm_module_create(const uint8_t *bytes, size_t size,
					  struct wasm_module **out, struct fault *fault);
void wasm_module_destroy(struct wasm_module *module);

/* The memory that it holds. */
uint64_t wasm_module_bytes(const struct wasm_module *module);

struct wasm_name {
	const uint8_t *data; /* UTF-8, may hold zeros; not terminated */
	size_t size;
};

/* One import or export, described. `type_text` is for people, such as "(i32, i32) -> i64". */
struct wasm_item {
	enum wasm_kind kind;
	struct wasm_name module; /* of an import */
	struct wasm_name name;
	char type_text[128];
};

uint32_t wasm_module_import_count(const struct wasm_module *module);
uint32_t wasm_module_export_count(const struct wasm_module *module);
void wasm_module_import(const struct wasm_module *module, uint32_t index, struct wasm_item *out);
void wasm_module_export(const struct wasm_module *module, uint32_t index, struct wasm_item *out);

/* Calls `visit` with the name of each proposal after the 1.0 core that the module's code uses, such
 * as "sign-extension" or "bulk-memory". */
void wasm_module_features(const struct wasm_module *module,
			  void (*visit)(void *context, const char *feature), void *context);

/* Memories and tables of the index spaces, imported ones first; `type_text` tells their limits. */
uint32_t wasm_module_memory_count(const struct wasm_module *module);
uint32_t wasm_module_table_count(const struct wasm_module *module);
void wasm_module_memory(const struct wasm_module *module, uint32_t index, struct wasm_item *out);
void wasm_module_table(const struct wasm_module *module, uint32_t index, struct wasm_item *out);

/* How large its memories are at first, all together, imported ones included. */
uint64_t wasm_module_memory_bytes(const struct wasm_module *module);

/* Whether an import is a shared memory, and how many pages it wants. */
bool wasm_module_import_shared(const struct wasm_module *module, uint32_t index,
			       uint64_t *pages_min, uint64_t *pages_max);

/* The start function's index, or false where there is none. */
bool wasm_module_start(const struct wasm_module *module, uint32_t *function);

/* Calls `visit` with each custom section, in their order; `size` is its payload's. */
void wasm_module_customs(const struct wasm_module *module,
			 void (*visit)(void *context, struct wasm_name name, size_t size),
			 void *context);

/* The payload of the first custom section of that name, or false. */
bool wasm_module_custom(const struct wasm_module *module, const char *name,
			struct wasm_name *payload);

/* ---- Host functions ---- */

enum wasm_host_result {
	WASM_HOST_CONTINUE, /* results are in the slots */
	WASM_HOST_SUSPEND,  /* results will be in the slots when the thread is resumed */
	WASM_HOST_TRAP      /* the reason was given to wasm_thread_fail */
};

/*
 * `slots` holds the arguments; results are written over them from slots[0] on. The slots stay
 * valid, and at their place, until the thread is resumed or destroyed.
 */
typedef enum wasm_host_result (*wasm_host_call)(void *context, struct wasm_thread *thread,
						uint64_t *slots);

/* One row of a table of host functions. `signature` has a letter a value (i: i32, I: i64, f: f32,
 * F: f64, r: externref, c: funcref), a colon, and the results: "iiii:I". */
struct wasm_host_function {
	const char *name;
	const char *signature;
	wasm_host_call call;
};

/* ---- Stores and instances ---- */

struct wasm_store_limits {
	uint64_t memory_bytes;   /* of all linear memories together */
	uint64_t table_elements; /* of all tables together */
	uint64_t record_bytes;   /* of everything else that the store allocates */
};

must_check enum status wasm_store_create(const struct wasm_store_limits *limits,
					 struct wasm_store **out);
void wasm_store_destroy(struct wasm_store *store);

/*
 * What the three instructions that wait for other threads call (threads proposal): rows of host
 * functions in this order, with the signatures "IiI:i", "III:i" and "Ii:i". The engine has checked
 * the access and gives the address with its offset added; memory 0 is shared. Without them a wait
 * is a trap, and a notification wakes nobody.
 */
enum { WASM_WAIT32, WASM_WAIT64, WASM_NOTIFY, WASM_WAIT_COUNT };
must_check enum status wasm_store_set_waits(struct wasm_store *store,
					    const struct wasm_host_function rows[WASM_WAIT_COUNT],
					    void *context);

/* Asked when the port refuses that a memory of the store, or a stack, grows: true where somebody
 * has given some back, and it is worth another try. May be called by any CPU that runs a thread of
 * it. */
void wasm_store_set_make_room(struct wasm_store *store, bool (*make_room)(void *context),
			      void *context);

/* What an instance imports or exports. Belongs to its store. */
struct wasm_extern {
	enum wasm_kind kind;
	union {
		struct wasm_function *function;
		struct wasm_table *table;
		struct wasm_memory *memory;
		struct wasm_global *global;
	};
};

/* Makes a function, memory, table or global of the host's. `context` is passed to each call. A
 * signature that is wrong is our own mistake and caught by an assertion. */
must_check enum status wasm_host_function_create(struct wasm_store *store,
						 const struct wasm_host_function *host,
						 void *context, struct wasm_function **out);
must_check enum status wasm_host_memory_create(struct wasm_store *store, uint64_t pages_min,
					       uint64_t pages_max, struct wasm_memory **out);
/* The same, shared: `pages_max` is given. */
must_check enum status wasm_host_shared_memory_create(struct wasm_store *store, uint64_t pages_min,
						      uint64_t pages_max, struct wasm_memory **out);
must_check enum status wasm_host_table_create(struct wasm_store *store, enum wasm_type type,
					      uint64_t size_min, uint64_t size_max,
					      struct wasm_table **out);
must_check enum status wasm_host_global_create(struct wasm_store *store, enum wasm_type type,
					       bool is_mutable, uint64_t value,
					       struct wasm_global **out);

/*
 * Links and initialises an instance (core specification, 4.5.4). `imports` answers the module's
 * imports in their order. STATUS_UNLINKABLE where one does not fit; STATUS_TRAP where an active
 * segment lies outside its table or memory (what was written before stays, as the specification
 * says). The start function is not run: call `wasm_instance_start`.
 */
must_check enum status wasm_instance_create(struct wasm_store *store,
					    const struct wasm_module *module,
					    const struct wasm_extern *imports,
					    uint32_t import_count, struct wasm_instance **out,
					    struct fault *fault);

/*
 * One more instance of the same module, for a thread of its own: with its own globals and tables,
 * as they are at first, and the same imports and memories. Data segments were written once and are
 * not written again. Threads of two instances may run at the same time, on two CPUs, if their
 * memory is shared; creating and resetting instances of a store is for one CPU at a time.
 */
must_check enum status wasm_instance_clone(const struct wasm_instance *instance,
					   struct wasm_instance **out, struct fault *fault);

/* Makes such an instance as it was when it was created. No thread is in it. */
void wasm_instance_reset(struct wasm_instance *instance);

/* The module's start function, or NULL. */
struct wasm_function *wasm_instance_start(const struct wasm_instance *instance);

/* The export of that name; STATUS_NOT_FOUND. */
must_check enum status wasm_instance_export(const struct wasm_instance *instance,
					    const uint8_t *name, size_t name_size,
					    struct wasm_extern *out);

/* Memory 0, or NULL; and what a host function may touch of it. `base` never moves; `size` grows. */
struct wasm_memory *wasm_instance_memory(const struct wasm_instance *instance);
uint8_t *wasm_memory_base(const struct wasm_memory *memory);
uint64_t wasm_memory_size(const struct wasm_memory *memory);
bool wasm_memory_is_64(const struct wasm_memory *memory);
bool wasm_memory_is_shared(const struct wasm_memory *memory);

enum wasm_type wasm_global_type(const struct wasm_global *global);
uint64_t wasm_global_value(const struct wasm_global *global);

/* Parameter and result types of a function. */
uint32_t wasm_function_parameter_count(const struct wasm_function *function);
uint32_t wasm_function_result_count(const struct wasm_function *function);
enum wasm_type wasm_function_parameter(const struct wasm_function *function, uint32_t index);
enum wasm_type wasm_function_result(const struct wasm_function *function, uint32_t index);

/* ---- Threads ---- */

enum wasm_outcome {
	WASM_FINISHED,   /* results in wasm_thread_results */
	WASM_TRAPPED,    /* reason in wasm_thread_trap */
	WASM_SUSPENDED,  /* a host function returned WASM_HOST_SUSPEND */
	WASM_INTERRUPTED /* the interrupt flag was seen; resume goes on at the same place */
};

enum wasm_trap {
	WASM_TRAP_NONE,
	WASM_TRAP_UNREACHABLE,
	WASM_TRAP_MEMORY_OUT_OF_BOUNDS,
	WASM_TRAP_TABLE_OUT_OF_BOUNDS,
	WASM_TRAP_UNDEFINED_ELEMENT,     /* call_indirect past the table's end */
	WASM_TRAP_UNINITIALIZED_ELEMENT, /* call_indirect of a null entry */
	WASM_TRAP_INDIRECT_CALL_TYPE,
	WASM_TRAP_INTEGER_OVERFLOW,
	WASM_TRAP_INTEGER_DIVIDE_BY_ZERO,
	WASM_TRAP_INVALID_CONVERSION,
	WASM_TRAP_STACK_EXHAUSTED,
	WASM_TRAP_UNALIGNED_ATOMIC,
	WASM_TRAP_EXPECTED_SHARED_MEMORY, /* a wait on one that is not */
	WASM_TRAP_HOST                    /* the text was given by the host function */
};

/* `stack_bytes` bounds locals, operands and call depth; a deeper recursion is a trap. */
must_check enum status wasm_thread_create(struct wasm_store *store, uint64_t stack_bytes,
					  void *user, struct wasm_thread **out);
void wasm_thread_destroy(struct wasm_thread *thread);

/* What the creator passed as `user`: the kernel's own thread. */
void *wasm_thread_user(const struct wasm_thread *thread);

/* Prepares a call; the thread must be fresh or finished. The arguments are copied. */
must_check enum status wasm_thread_call(struct wasm_thread *thread,
					const struct wasm_function *function,
					const uint64_t *arguments);

enum wasm_outcome wasm_thread_resume(struct wasm_thread *thread);

/* Where a suspended host call's results go: the same pointer as its `slots`. */
uint64_t *wasm_thread_slots(const struct wasm_thread *thread);
const uint64_t *wasm_thread_results(const struct wasm_thread *thread);

/* Memory 0 of the code that has called the host's function, or NULL. */
struct wasm_memory *wasm_thread_memory(const struct wasm_thread *thread);

/* Sets the flag that loops and calls look at. Safe from a signal handler and from another CPU. The
 * next resume that sees it clears it and returns WASM_INTERRUPTED. */
void wasm_thread_interrupt(struct wasm_thread *thread);

/* Gives the reason for WASM_HOST_TRAP; also ends a suspended thread, whose next resume traps. */
void wasm_thread_fail(struct wasm_thread *thread, const char *text);

enum wasm_trap wasm_thread_trap(const struct wasm_thread *thread);
/* The trap in the specification's words ("out of bounds memory access", ...). */
const char *wasm_thread_trap_text(const struct wasm_thread *thread);

/* One frame of a trapped or suspended thread's backtrace. */
struct wasm_frame {
	uint32_t function_index; /* in its module's index space */
	uint64_t offset;         /* of the instruction in the module's bytes; 0 where unknown */
	struct wasm_name name;   /* from the custom section "name"; size 0 where there is none */
};

/* Writes at most `capacity` frames, innermost first; returns how many. */
uint32_t wasm_thread_backtrace(const struct wasm_thread *thread, struct wasm_frame *frames,
			       uint32_t capacity);

#endif
