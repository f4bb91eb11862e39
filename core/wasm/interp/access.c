/*
 * Loads and stores, generated from forms.def, and globals. An address and its offset have 32 bits
 * each and are added in 64, so that one comparison with the memory's size is the whole check.
 */
#include "interp.h"

#define LOAD_HANDLER(name, access, type, base, offset, words)                                      \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		uint64_t address = (base) + (offset);                                              \
		if (INTERP_UNLIKELY(address + sizeof(access) > memory_size))                       \
			INTERP_TRAP(WASM_TRAP_MEMORY_OUT_OF_BOUNDS);                               \
		INTERP_RESULT((type)INTERP_READ(access, memory + address));                        \
		INTERP_NEXT(words);                                                                \
	}

#define STORE_HANDLER(name, access, base, value, offset, words)                                    \
	INTERP_HANDLER(name)                                                                       \
	{                                                                                          \
		uint64_t address = (base) + (offset);                                              \
		if (INTERP_UNLIKELY(address + sizeof(access) > memory_size))                       \
			INTERP_TRAP(WASM_TRAP_MEMORY_OUT_OF_BOUNDS);                               \
		access stored = (access)(value);                                                   \
		__builtin_memcpy(memory + address, &stored, sizeof stored);                        \
		INTERP_NEXT(words);                                                                \
	}

#define FORM_LOAD(form, opcode, access, type, s, r, wide)                                          \
	LOAD_HANDLER(s, access, type, frame[pc->b], pc->c, 1)                                      \
	LOAD_HANDLER(r, access, type, last, pc->c, 1)                                              \
	LOAD_HANDLER(wide, access, type, frame[pc->b], pc[1].bits, 2)

#define FORM_STORE(form, opcode, access, type, ss, rs, sr, wide)                                   \
	STORE_HANDLER(ss, access, frame[pc->a], INTERP_SLOT(type, pc->b), pc->c, 1)                \
	STORE_HANDLER(rs, access, last, INTERP_SLOT(type, pc->b), pc->c, 1)                        \
	STORE_HANDLER(sr, access, frame[pc->a], INTERP_LAST(type), pc->c, 1)                       \
	STORE_HANDLER(wide, access, frame[pc->a], INTERP_SLOT(type, pc->b), pc[1].bits, 2)

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
