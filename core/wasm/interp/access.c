/*
 * Loads and stores, generated from forms.def, and globals. An address and its offset have 32 bits
 * each and are added in 64, so that one comparison with the memory's size is the whole check.
 */
#include "interp.h"

/* A comparison of signed numbers, so that a memory of no pages has no place for anything either. */
#define CHECK_ACCESS(access)                                                                       \
	if (INTERP_UNLIKELY((int64_t)address > (int64_t)memory_size - (int64_t)sizeof(access)))    \
	INTERP_CONTINUE_IN(interp_outside)

#define LOAD_HANDLER(name, access, type, base, offset, words)                                      \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		uint64_t address = (uint64_t)(base) + (offset);                                    \
		CHECK_ACCESS(access);                                                              \
		INTERP_RESULT((type)INTERP_READ(access, memory + address));                        \
		INTERP_NEXT(words);                                                                \
	}

#define STORE_HANDLER(name, access, base, value, offset, words)                                    \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		uint64_t address = (uint64_t)(base) + (offset);                                    \
		CHECK_ACCESS(access);                                                              \
		access stored = (access)(value);                                                   \
		__builtin_memcpy(memory + address, &stored, sizeof stored);                        \
		INTERP_NEXT(words);                                                                \
	}

/* Addresses that are computed on the way, see union wasm_word. */
#define SUM(base)      (uint32_t)((base) + pc[1].address.addend)
#define SHIFTED(index) ((uint32_t)(index) << pc[1].address.shift)
#define NEXT_OFFSET()  pc[1].address.offset

#define FORM_LOAD(form, opcode, access, type, s, r, wide, sk, rk, xs, xr, ks, kr)                  \
	LOAD_HANDLER(s, access, type, frame[pc->b], pc->c, 1)                                      \
	LOAD_HANDLER(r, access, type, last, pc->c, 1)                                              \
	LOAD_HANDLER(wide, access, type, frame[pc->b], pc[1].bits, 2)                              \
	LOAD_HANDLER(sk, access, type, SUM(frame[pc->b]), NEXT_OFFSET(), 2)                        \
	LOAD_HANDLER(rk, access, type, SUM(last), NEXT_OFFSET(), 2)                                \
	LOAD_HANDLER(xs, access, type, SUM(frame[pc->b] + SHIFTED(frame[pc->c])), NEXT_OFFSET(),   \
		     2)                                                                            \
	LOAD_HANDLER(xr, access, type, SUM(frame[pc->b] + SHIFTED(last)), NEXT_OFFSET(), 2)        \
	LOAD_HANDLER(ks, access, type, SUM(SHIFTED(frame[pc->b])), NEXT_OFFSET(), 2)               \
	LOAD_HANDLER(kr, access, type, SUM(SHIFTED(last)), NEXT_OFFSET(), 2)

#define FORM_STORE(form, opcode, access, type, ss, rs, sr, si, wide, sk, xs, ks)                   \
	STORE_HANDLER(ss, access, frame[pc->a], INTERP_SLOT(type, pc->b), pc->c, 1)                \
	STORE_HANDLER(rs, access, last, INTERP_SLOT(type, pc->b), pc->c, 1)                        \
	STORE_HANDLER(sr, access, frame[pc->a], INTERP_LAST(type), pc->c, 1)                       \
	STORE_HANDLER(si, access, frame[pc->a], (int16_t)pc->b, pc->c, 1)                          \
	STORE_HANDLER(wide, access, frame[pc->a], INTERP_SLOT(type, pc->b), pc[1].bits, 2)         \
	STORE_HANDLER(sk, access, SUM(frame[pc->a]), INTERP_SLOT(type, pc->b), NEXT_OFFSET(), 2)   \
	STORE_HANDLER(xs, access, SUM(frame[pc->a] + SHIFTED(frame[pc->c])),                       \
		      INTERP_SLOT(type, pc->b), NEXT_OFFSET(), 2)                                  \
	STORE_HANDLER(ks, access, SUM(SHIFTED(frame[pc->a])), INTERP_SLOT(type, pc->b),            \
		      NEXT_OFFSET(), 2)

#include "forms.def"

INTERP_HANDLER(run_global_get)
{
	INTERP_RESULT(instance->globals[pc->index].value);
	INTERP_NEXT(1);
}

INTERP_HANDLER(run_global_set)
{
	instance->globals[pc->index].value = frame[pc->a];
	INTERP_NEXT(1);
}

INTERP_HANDLER(run_imported_global_get)
{
	INTERP_RESULT(instance->imported_globals[pc->index]->value);
	INTERP_NEXT(1);
}

INTERP_HANDLER(run_imported_global_set)
{
	instance->imported_globals[pc->index]->value = frame[pc->a];
	INTERP_NEXT(1);
}
