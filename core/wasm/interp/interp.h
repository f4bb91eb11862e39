/*
 * interp: what the interpreter's handlers share. A handler is a small function that carries out one
 * operator and then jumps to the next one's: a tail call through the table, with the machine's
 * whole state in its arguments. They are preserve_none, so that all of it stays in registers and no
 * handler saves any. No handler calls another on the C stack: WebAssembly calls live on the
 * thread's own stack (struct wasm_record), and the C stack has the depth of interp_run.
 *
 * Handlers are defined in arithmetic.c, branches.c, access.c, calls.c and bulk.c, and stand in the
 * table of dispatch.c.
 */
#ifndef INTERP_INTERP_H
#define INTERP_INTERP_H

#include "number.h"
#include "runtime.h"

struct interp_table;

/*
 * The registers of the machine. `last`, `last_f32` and `last_f64` hold the newest result of their
 * kind, which its slot holds too: the R variants take it from there, without waiting for memory.
 * They come last because the first four arguments are the registers that C functions preserve.
 */
#define INTERP_STATE                                                                               \
	struct wasm_thread *thread, struct wasm_instance *instance,                                \
	    const struct interp_table *table, uint64_t memory_size, const union wasm_word *pc,     \
	    uint64_t *frame, uint8_t *memory, uint64_t last, float last_f32, double last_f64
#define INTERP_REGISTERS                                                                           \
	thread, instance, table, memory_size, pc, frame, memory, last, last_f32, last_f64

typedef __attribute__((preserve_none)) enum wasm_outcome interp_handler(INTERP_STATE);

struct interp_table {
	interp_handler *handlers[FORM_COUNT * VARIANT_COUNT];
};

#define INTERP_HANDLER(name) __attribute__((preserve_none)) enum wasm_outcome name(INTERP_STATE)

/* How a handler ends: with the instruction at `target`, `words` words on, or in another handler. */
#define INTERP_GO(target)                                                                          \
	do {                                                                                       \
		pc = (target);                                                                     \
		__attribute__((musttail)) return table->handlers[pc->operation](INTERP_REGISTERS); \
	} while (0)
#define INTERP_NEXT(words)          INTERP_GO(pc + (words))
#define INTERP_CONTINUE_IN(handler) __attribute__((musttail)) return handler(INTERP_REGISTERS)
#define INTERP_TRAP(reason)                                                                        \
	do {                                                                                       \
		thread->trap = (reason);                                                           \
		INTERP_CONTINUE_IN(interp_trap);                                                   \
	} while (0)

#define INTERP_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define INTERP_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Operands of a C type: a slot's, the newest result, the 16 bits in a word, the word that follows.
 */
#define INTERP_READ(type, place)                                                                   \
	({                                                                                         \
		type value_;                                                                       \
		__builtin_memcpy(&value_, (place), sizeof value_);                                 \
		value_;                                                                            \
	})
#define INTERP_SLOT(type, number) INTERP_READ(type, &frame[number])
#define INTERP_LAST(type)                                                                          \
	((type) _Generic((type)0, float: last_f32, double: last_f64, default: last))
#define INTERP_SHORT(type) ((type)(int16_t)pc->c)
#define INTERP_LONG(type)  INTERP_READ(type, &pc[1].bits)

static inline uint64_t interp_bits_i32(int32_t value)
{
	return (uint32_t)value;
}

static inline uint64_t interp_bits_u32(uint32_t value)
{
	return value;
}

static inline uint64_t interp_bits_i64(int64_t value)
{
	return (uint64_t)value;
}

static inline uint64_t interp_bits_u64(uint64_t value)
{
	return value;
}

static inline uint64_t interp_bits_f32(float value)
{
	return number_bits_f32(value);
}

#define INTERP_BITS(value)                                                                         \
	_Generic((value),                                                                          \
	    int32_t: interp_bits_i32,                                                              \
	    uint32_t: interp_bits_u32,                                                             \
	    int64_t: interp_bits_i64,                                                              \
	    uint64_t: interp_bits_u64,                                                             \
	    float: interp_bits_f32,                                                                \
	    double: number_bits_f64)(value)

/* Writes a result to slot `a`, and to the register of its kind. */
#define INTERP_RESULT(value)                                                                       \
	do {                                                                                       \
		__auto_type result_ = (value);                                                     \
		frame[pc->a] = INTERP_BITS(result_);                                               \
		last =                                                                             \
		    _Generic(result_, float: last, double: last, default: INTERP_BITS(result_));   \
		last_f32 = _Generic(result_, float: result_, default: last_f32);                   \
		last_f64 = _Generic(result_, double: result_, default: last_f64);                  \
	} while (0)

static inline bool interp_is_interrupted(struct wasm_thread *thread)
{
	return INTERP_UNLIKELY(atomic_load_explicit(&thread->interrupt, memory_order_relaxed) != 0);
}

/* A taken branch, or a call: nothing can run for long without either, so this is where a spinning
 * program is stopped. It has been carried out by then, so each resume gets at least that far. */
#define INTERP_BRANCH(target)                                                                      \
	do {                                                                                       \
		pc = (target);                                                                     \
		if (interp_is_interrupted(thread))                                                 \
			INTERP_CONTINUE_IN(interp_interrupt);                                      \
		INTERP_GO(pc);                                                                     \
	} while (0)

/* Leaves with the trap in thread->trap, at pc. */
interp_handler interp_trap;

/* The access at pc lies outside of what memory_size says: goes on with the size as it is now, or
 * traps. Nothing of the instruction has been carried out. */
interp_handler interp_outside;

/* Calls the host's function in thread->callee, over the slots from `a` on. */
interp_handler interp_call_host;

/* Leaves because of the interrupt flag, to go on at pc. */
interp_handler interp_interrupt;

/* The call at pc needs the stack up to thread->stack_wanted: tries again with more, or traps. */
interp_handler interp_grow_stack;

#define FORM_COMMUTATIVE(form, opcode, type, expression, ss, rs, si, ri, sk, rk)                   \
	interp_handler ss, rs, si, ri, sk, rk;
#define FORM_BINARY(form, opcode, type, expression, ss, rs, sr, si, ri)                            \
	interp_handler ss, rs, sr, si, ri;
#define FORM_FLOAT_COMMUTATIVE(form, opcode, type, expression, ss, rs, sk, rk)                     \
	interp_handler ss, rs, sk, rk;
#define FORM_FLOAT_BINARY(form, opcode, type, expression, ss, rs, sr, sk, rk)                      \
	interp_handler ss, rs, sr, sk, rk;
#define FORM_PLAIN(form, opcode, type, expression, ss)              interp_handler ss;
#define FORM_CHECKED(form, opcode, type, check, expression, ss, si) interp_handler ss, si;
#define FORM_COMPARE(form, opcode, type, expression, branch, opposite, ss, si, sk)                 \
	interp_handler ss, si, sk;
#define FORM_FLOAT_COMPARE(form, opcode, type, expression, branch, opposite, ss, sk)               \
	interp_handler ss, sk;
#define FORM_UNARY(form, opcode, type, expression, s, r)             interp_handler s, r;
#define FORM_UNARY_CHECKED(form, opcode, type, check, expression, s) interp_handler s;
#define FORM_BRANCH(form, type, condition, ss, rs, si, ri, sk, rk)                                 \
	interp_handler ss, rs, si, ri, sk, rk;
#define FORM_FLOAT_BRANCH(form, type, condition, ss, sk)            interp_handler ss, sk;
#define FORM_STEP(form, branch, type, condition, ss, si)            interp_handler ss, si;
#define FORM_MULTIPLY(form, product, sum, type, expression, ss, rs) interp_handler ss, rs;
#define FORM_LOAD(form, opcode, access, type, s, r, wide, sk, rk, xs, xr, ks, kr)                  \
	interp_handler s, r, wide, sk, rk, xs, xr, ks, kr;
#define FORM_STORE(form, opcode, access, type, ss, rs, sr, si, wide, sk, xs, ks)                   \
	interp_handler ss, rs, sr, si, wide, sk, xs, ks;
#define FORM_ATOMIC_LOAD(form, opcode, access, type, handler)           interp_handler handler;
#define FORM_ATOMIC_STORE(form, opcode, access, type, handler)          interp_handler handler;
#define FORM_ATOMIC_UPDATE(form, opcode, access, type, update, handler) interp_handler handler;
#define FORM_ATOMIC_COMPARE(form, opcode, access, type, handler)        interp_handler handler;
#define FORM_MOVE(form, s, r)                                           interp_handler s, r;
#define FORM_OTHER(form, handler)                                       interp_handler handler;
#include "forms.def"

#endif
