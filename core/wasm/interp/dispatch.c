/*
 * The table of handlers, and how the machine is entered and left.
 */
#include "interp.h"

/* clang-format off */
#define AT(form, variant) [WASM_OPERATOR(form, variant)]

#define FORM_COMMUTATIVE(form, opcode, type, expression, ss, rs, si, ri, sk, rk)                   \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_RS) = rs, AT(form, VARIANT_SI) = si,           \
	AT(form, VARIANT_RI) = ri, AT(form, VARIANT_SK) = sk, AT(form, VARIANT_RK) = rk,
#define FORM_BINARY(form, opcode, type, expression, ss, rs, sr, si, ri)                            \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_RS) = rs, AT(form, VARIANT_SR) = sr,           \
	AT(form, VARIANT_SI) = si, AT(form, VARIANT_RI) = ri,
#define FORM_FLOAT_COMMUTATIVE(form, opcode, type, expression, ss, rs, sk, rk)                     \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_RS) = rs, AT(form, VARIANT_SK) = sk,           \
	AT(form, VARIANT_RK) = rk,
#define FORM_FLOAT_BINARY(form, opcode, type, expression, ss, rs, sr, sk, rk)                      \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_RS) = rs, AT(form, VARIANT_SR) = sr,           \
	AT(form, VARIANT_SK) = sk, AT(form, VARIANT_RK) = rk,
#define FORM_PLAIN(form, opcode, type, expression, ss)                                             \
	AT(form, VARIANT_SS) = ss,
#define FORM_CHECKED(form, opcode, type, check, expression, ss, si)                                \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_SI) = si,
#define FORM_COMPARE(form, opcode, type, expression, branch, opposite, ss, si, sk)                 \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_SI) = si, AT(form, VARIANT_SK) = sk,
#define FORM_FLOAT_COMPARE(form, opcode, type, expression, branch, opposite, ss, sk)               \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_SK) = sk,
#define FORM_UNARY(form, opcode, type, expression, s, r)                                           \
	AT(form, VARIANT_S) = s, AT(form, VARIANT_R) = r,
#define FORM_UNARY_CHECKED(form, opcode, type, check, expression, s)                               \
	AT(form, VARIANT_S) = s,
#define FORM_BRANCH(form, type, condition, ss, rs, si, ri, sk, rk)                                 \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_RS) = rs, AT(form, VARIANT_SI) = si,           \
	AT(form, VARIANT_RI) = ri, AT(form, VARIANT_SK) = sk, AT(form, VARIANT_RK) = rk,
#define FORM_FLOAT_BRANCH(form, type, condition, ss, sk)                                           \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_SK) = sk,
#define FORM_STEP(form, branch, type, condition, ss, si)                                           \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_SI) = si,
#define FORM_MULTIPLY(form, product, sum, type, expression, ss, rs)                                \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_RS) = rs,
#define FORM_LOAD(form, opcode, access, type, s, r, wide, sk, rk, xs, xr, ks, kr)                  \
	AT(form, VARIANT_S) = s, AT(form, VARIANT_R) = r, AT(form, VARIANT_WIDE) = wide,           \
	AT(form, VARIANT_SK) = sk, AT(form, VARIANT_RK) = rk, AT(form, VARIANT_XS) = xs,           \
	AT(form, VARIANT_XR) = xr, AT(form, VARIANT_KS) = ks, AT(form, VARIANT_KR) = kr,
#define FORM_STORE(form, opcode, access, type, ss, rs, sr, si, wide, sk, xs, ks)                   \
	AT(form, VARIANT_SS) = ss, AT(form, VARIANT_RS) = rs, AT(form, VARIANT_SR) = sr,           \
	AT(form, VARIANT_SI) = si, AT(form, VARIANT_WIDE) = wide, AT(form, VARIANT_SK) = sk,       \
	AT(form, VARIANT_XS) = xs, AT(form, VARIANT_KS) = ks,
#define FORM_ATOMIC_LOAD(form, opcode, access, type, handler)                                      \
	AT(form, VARIANT_S) = handler,
#define FORM_ATOMIC_STORE(form, opcode, access, type, handler)                                     \
	AT(form, VARIANT_S) = handler,
#define FORM_ATOMIC_UPDATE(form, opcode, access, type, update, handler)                            \
	AT(form, VARIANT_S) = handler,
#define FORM_ATOMIC_COMPARE(form, opcode, access, type, handler)                                   \
	AT(form, VARIANT_S) = handler,
#define FORM_MOVE(form, s, r)                                                                     \
	AT(form, VARIANT_S) = s, AT(form, VARIANT_R) = r,
#define FORM_OTHER(form, handler)                                                                  \
	AT(form, VARIANT_S) = handler,
/* clang-format on */

static const struct interp_table dispatch = {{
#include "forms.def"
}};

enum wasm_outcome interp_run(struct wasm_thread *thread)
{
	struct wasm_instance *instance = thread->instance;
	const union wasm_word *pc = thread->pc;
	return dispatch.handlers[pc->operation](thread, instance, &dispatch,
						memory_size_now(instance->memory), pc,
						thread->frame, instance->memory->base, 0, 0, 0);
}

INTERP_HANDLER(interp_trap)
{
	thread->state = THREAD_TRAPPED;
	thread->pc = pc;
	thread->frame = frame;
	thread->instance = instance;
	return WASM_TRAPPED;
}

INTERP_HANDLER(interp_interrupt)
{
	atomic_store_explicit(&thread->interrupt, 0, memory_order_relaxed);
	thread->pc = pc;
	thread->frame = frame;
	thread->instance = instance;
	return WASM_INTERRUPTED;
}

INTERP_HANDLER(interp_grow_stack)
{
	thread->pc = pc;
	thread->frame = frame;
	thread->instance = instance;
	if (!thread_grow_stack(thread))
		INTERP_TRAP(WASM_TRAP_STACK_EXHAUSTED);
	INTERP_GO(pc);
}

/* (A memory never shrinks, so what is inside stays inside.) */
INTERP_HANDLER(interp_outside)
{
	uint64_t before = memory_size;
	memory_size = memory_size_now(instance->memory);
	if (memory_size == before)
		INTERP_TRAP(WASM_TRAP_MEMORY_OUT_OF_BOUNDS);
	INTERP_GO(pc);
}
