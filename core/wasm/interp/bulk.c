/*
 * Tables, references, and operators over ranges of tables and memory. A range is checked as a whole
 * before anything is written.
 */
#include "interp.h"

#include "mem.h"

/* Is [start, start + count) inside `size`? All three are below 2^63. */
static inline bool is_inside(uint64_t start, uint64_t count, uint64_t size)
{
	return start + count <= size;
}

/* Not part of their handlers, which have no memory on the C stack. */

static __attribute__((noinline)) bool table_init(const struct wasm_instance *instance,
						 const union wasm_word *pc, const uint64_t *frame)
{
	const uint64_t range[3] = {frame[pc->a], frame[pc->b], frame[pc->c]};
	return instance_table_init(instance, pc[1].index, instance->tables[pc[1].a], range);
}

static __attribute__((noinline)) bool memory_init(const struct wasm_instance *instance,
						  const union wasm_word *pc, const uint64_t *frame)
{
	const uint64_t range[3] = {frame[pc->a], frame[pc->b], frame[pc->c]};
	return instance_memory_init(instance, pc[1].index, instance->memory, range);
}

/* a = a reference to function `index` */
INTERP_HANDLER(run_function_reference)
{
	INTERP_RESULT((uint64_t)(uintptr_t)instance->functions[pc->index]);
	INTERP_NEXT(1);
}

/* a = entry b of table c */
INTERP_HANDLER(run_table_get)
{
	const struct wasm_table *entries = instance->tables[pc->c];
	uint64_t index = frame[pc->b];
	if (INTERP_UNLIKELY(index >= entries->size))
		INTERP_TRAP(WASM_TRAP_TABLE_OUT_OF_BOUNDS);
	INTERP_RESULT(entries->elements[index]);
	INTERP_NEXT(1);
}

/* entry a of table c = b */
INTERP_HANDLER(run_table_set)
{
	const struct wasm_table *entries = instance->tables[pc->c];
	uint64_t index = frame[pc->a];
	if (INTERP_UNLIKELY(index >= entries->size))
		INTERP_TRAP(WASM_TRAP_TABLE_OUT_OF_BOUNDS);
	entries->elements[index] = frame[pc->b];
	INTERP_NEXT(1);
}

/* a = entries of table `index` */
INTERP_HANDLER(run_table_size)
{
	INTERP_RESULT((uint32_t)instance->tables[pc->index]->size);
	INTERP_NEXT(1);
}

/* a = size of table `index` of the next word, which grows by c entries that hold b */
INTERP_HANDLER(run_table_grow)
{
	struct wasm_table *entries = instance->tables[pc[1].index];
	INTERP_RESULT((int32_t)table_grow(entries, frame[pc->c], frame[pc->b]));
	INTERP_NEXT(2);
}

/* Entries from a on, c of them, hold b; the next word names the table. */
INTERP_HANDLER(run_table_fill)
{
	const struct wasm_table *entries = instance->tables[pc[1].index];
	uint64_t start = frame[pc->a];
	uint64_t value = frame[pc->b];
	uint64_t count = frame[pc->c];
	if (INTERP_UNLIKELY(!is_inside(start, count, entries->size)))
		INTERP_TRAP(WASM_TRAP_TABLE_OUT_OF_BOUNDS);
	for (uint64_t i = 0; i < count; i++)
		entries->elements[start + i] = value;
	INTERP_NEXT(2);
}

/* To a, from b, c entries; the next word names the tables: b is where to, c is where from. */
INTERP_HANDLER(run_table_copy)
{
	const struct wasm_table *to = instance->tables[pc[1].b];
	const struct wasm_table *from = instance->tables[pc[1].c];
	uint64_t count = frame[pc->c];
	if (INTERP_UNLIKELY(!is_inside(frame[pc->a], count, to->size) ||
			    !is_inside(frame[pc->b], count, from->size)))
		INTERP_TRAP(WASM_TRAP_TABLE_OUT_OF_BOUNDS);
	if (count != 0)
		memmove(to->elements + frame[pc->a], from->elements + frame[pc->b],
			count * sizeof *to->elements);
	INTERP_NEXT(2);
}

/* To a, from item b of a segment, c entries; the next word: a is the table, `index` the segment. */
INTERP_HANDLER(run_table_init)
{
	if (!table_init(instance, pc, frame))
		INTERP_TRAP(WASM_TRAP_TABLE_OUT_OF_BOUNDS);
	INTERP_NEXT(2);
}

INTERP_HANDLER(run_element_drop)
{
	instance->is_element_dropped[pc->index] = true;
	INTERP_NEXT(1);
}

/* a = pages */
INTERP_HANDLER(run_memory_size)
{
	memory_size = memory_size_now(instance->memory);
	INTERP_RESULT((uint32_t)(memory_size / PORT_PAGE_BYTES));
	INTERP_NEXT(1);
}

/* a = pages before, grown by b */
INTERP_HANDLER(run_memory_grow)
{
	INTERP_RESULT((int32_t)memory_grow(instance->memory, frame[pc->b]));
	memory = instance->memory->base;
	memory_size = memory_size_now(instance->memory);
	INTERP_NEXT(1);
}

/* c bytes from address a on become b */
INTERP_HANDLER(run_memory_fill)
{
	if (INTERP_UNLIKELY(!is_inside(frame[pc->a], frame[pc->c], memory_size)))
		INTERP_CONTINUE_IN(interp_outside);
	if (frame[pc->c] != 0)
		memset(memory + frame[pc->a], (uint8_t)frame[pc->b], frame[pc->c]);
	INTERP_NEXT(1);
}

/* c bytes from address b go to address a */
INTERP_HANDLER(run_memory_copy)
{
	if (INTERP_UNLIKELY(!is_inside(frame[pc->a], frame[pc->c], memory_size) ||
			    !is_inside(frame[pc->b], frame[pc->c], memory_size)))
		INTERP_CONTINUE_IN(interp_outside);
	if (frame[pc->c] != 0)
		memmove(memory + frame[pc->a], memory + frame[pc->b], frame[pc->c]);
	INTERP_NEXT(1);
}

/* To address a, from byte b of the segment in the next word, c bytes. */
INTERP_HANDLER(run_memory_init)
{
	if (!memory_init(instance, pc, frame))
		INTERP_TRAP(WASM_TRAP_MEMORY_OUT_OF_BOUNDS);
	INTERP_NEXT(2);
}

INTERP_HANDLER(run_data_drop)
{
	instance->is_data_dropped[pc->index] = true;
	INTERP_NEXT(1);
}
