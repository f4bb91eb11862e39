/*
 * Atomic accesses, generated from forms.def, and what waits for other threads. All of them are
 * sequentially consistent. As everywhere, an access has been checked when something happens.
 */
#include "interp.h"

/* The offset has 32 bits, in the word that follows. */
#define CHECK_ATOMIC(access, base)                                                                 \
	uint64_t address = (uint64_t)(base) + pc[1].address.addend;                                \
	if (INTERP_UNLIKELY((int64_t)address > (int64_t)memory_size - (int64_t)sizeof(access)))    \
		INTERP_CONTINUE_IN(interp_outside);                                                \
	if (INTERP_UNLIKELY((address & (sizeof(access) - 1)) != 0))                                \
	INTERP_TRAP(WASM_TRAP_UNALIGNED_ATOMIC)

#define PLACE(access) ((access *)(void *)(memory + address))

#define FORM_ATOMIC_LOAD(form, opcode, access, type, handler)                                      \
	INTERP_HANDLER(handler)                                                                    \
	{                                                                                          \
		CHECK_ATOMIC(access, frame[pc->b]);                                                \
		INTERP_RESULT((type)__atomic_load_n(PLACE(access), __ATOMIC_SEQ_CST));             \
		INTERP_NEXT(2);                                                                    \
	}

#define FORM_ATOMIC_STORE(form, opcode, access, type, handler)                                     \
	INTERP_HANDLER(handler)                                                                    \
	{                                                                                          \
		CHECK_ATOMIC(access, frame[pc->a]);                                                \
		__atomic_store_n(PLACE(access), (access)frame[pc->b], __ATOMIC_SEQ_CST);           \
		INTERP_NEXT(2);                                                                    \
	}

#define FORM_ATOMIC_UPDATE(form, opcode, access, type, update, handler)                            \
	INTERP_HANDLER(handler)                                                                    \
	{                                                                                          \
		CHECK_ATOMIC(access, frame[pc->b]);                                                \
		INTERP_RESULT(                                                                     \
		    (type)update(PLACE(access), (access)frame[pc->c], __ATOMIC_SEQ_CST));          \
		INTERP_NEXT(2);                                                                    \
	}

/* What is expected is cut to the width of the access. (__sync, which gives the old value without a
 * variable on the C stack.) */
#define FORM_ATOMIC_COMPARE(form, opcode, access, type, handler)                                   \
	INTERP_HANDLER(handler)                                                                    \
	{                                                                                          \
		CHECK_ATOMIC(access, frame[pc->b]);                                                \
		INTERP_RESULT((type)__sync_val_compare_and_swap(                                   \
		    PLACE(access), (access)frame[pc->c], (access)frame[pc[1].address.shift]));     \
		INTERP_NEXT(2);                                                                    \
	}

#include "forms.def"

INTERP_HANDLER(run_atomic_fence)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	INTERP_NEXT(1);
}

/* What is checked of the access at slot a, whose offset is the word that follows: the address. */
#define CHECK_WAIT(bytes)                                                                          \
	uint64_t address = frame[pc->a] + pc[1].bits;                                              \
	if (INTERP_UNLIKELY((int64_t)address > (int64_t)memory_size - (bytes)))                    \
		INTERP_CONTINUE_IN(interp_outside);                                                \
	if (INTERP_UNLIKELY((address & ((bytes) - 1)) != 0))                                       \
	INTERP_TRAP(WASM_TRAP_UNALIGNED_ATOMIC)

/* Calls the store's function for that instruction. The access is right: slot a becomes the address.
 */
#define CALL_WAITS(number)                                                                         \
	do {                                                                                       \
		frame[pc->a] = address;                                                            \
		thread->callee = instance->store->waits[number];                                   \
		INTERP_CONTINUE_IN(interp_call_host);                                              \
	} while (0)

/* In slots from a on: the address, what is expected, the time in ns; the result in a. */
#define WAIT_HANDLER(name, bytes, number)                                                          \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		CHECK_WAIT(bytes);                                                                 \
		if (INTERP_UNLIKELY(!instance->memory->is_shared ||                                \
				    instance->store->waits[number] == NULL))                       \
			INTERP_TRAP(WASM_TRAP_EXPECTED_SHARED_MEMORY);                             \
		CALL_WAITS(number);                                                                \
	}

WAIT_HANDLER(run_atomic_wait32, 4, WASM_WAIT32)
WAIT_HANDLER(run_atomic_wait64, 8, WASM_WAIT64)

/* In slots from a on: the address and how many; how many there were in a. Nobody waits at a memory
 * that is not shared. */
INTERP_HANDLER(run_atomic_notify)
{
	CHECK_WAIT(4);
	if (instance->memory->is_shared && instance->store->waits[WASM_NOTIFY] != NULL)
		CALL_WAITS(WASM_NOTIFY);
	frame[pc->a] = 0;
	INTERP_NEXT(2);
}
