#include "body.h"

uint32_t bulk_pick_table(struct body *b, char letter)
{
	if (b->plan->table_count == 0)
		return UINT32_MAX;
	uint32_t first = random_below(b->random, b->plan->table_count);
	for (uint32_t i = 0; i < b->plan->table_count; i++) {
		uint32_t table = (first + i) % b->plan->table_count;
		if (b->plan->tables[table].letter == letter)
			return table;
	}
	return UINT32_MAX;
}

void bulk_entry(struct body *b, uint32_t table)
{
	uint32_t size = b->plan->tables[table].min;
	if (size == 0 || random_chance(b->random, 1))
		size = b->plan->tables[table].max + 1;
	value_below(b, size);
}

/* Three operands: a range of `count` items at most, from a place in `size` to one in `from_size`.
 * One time in a hundred it need not fit. */
static void push_range(struct body *b, uint32_t to_size, uint32_t from_size)
{
	uint32_t least = to_size < from_size ? to_size : from_size;
	uint32_t most = least < 300 ? least : 300;
	uint32_t count = random_below(b->random, most + 1);
	uint32_t excess = random_chance(b->random, 1) ? 1 : 0;
	/* Mostly at the ends, where one item more is too much. */
	bool is_at_end = random_chance(b->random, 50);
	body_i32(b, (int32_t)(is_at_end ? to_size - count + excess
					: random_below(b->random, to_size - count + 1)));
	body_push(b, 'i', true);
	is_at_end = random_chance(b->random, 50);
	body_i32(b, (int32_t)(is_at_end ? from_size - count
					: random_below(b->random, from_size - count + 1)));
	body_push(b, 'i', true);
	body_i32(b, (int32_t)count);
	body_push(b, 'i', true);
}

/* ---- Memory ---- */

static void grow_memory(struct body *b)
{
	static const int32_t pages[] = {0, 0, 1, 1, 1, 2, 3, 65535, 65536, -1};
	body_i32(b, pages[random_below(b->random, 10)]);
	body_push(b, 'i', true);
	body_op_u32(b, WASM_OP_MEMORY_GROW, 0);
}

static void fill_memory(struct body *b, uint32_t size)
{
	uint32_t count = random_below(b->random, size < 300 ? size + 1 : 300);
	body_i32(b, (int32_t)(random_chance(b->random, 50)
				  ? size - count + (random_chance(b->random, 1) ? 1 : 0)
				  : random_below(b->random, size - count + 1)));
	value_push(b, 'i', 2);
	body_i32(b, (int32_t)count);
	body_op_u32(b, WASM_OP_MEMORY_FILL, 0);
	body_take(b, 1);
}

static void init_memory(struct body *b, uint32_t size)
{
	uint32_t segment = random_below(b->random, b->plan->data_count);
	const struct plan_data *data = &b->plan->data[segment];
	/* Of one that is dropped already no byte is left. */
	bool is_gone = data->is_active && !random_chance(b->random, 5);
	push_range(b, size, is_gone ? 0 : data->size);
	body_op_u32(b, WASM_OP_MEMORY_INIT, segment);
	output_u32(b->out, 0);
	body_take(b, 3);
}

void bulk_memory(struct body *b)
{
	uint32_t size = b->plan->memory.min * 65536;
	uint32_t kind = random_below(b->random, 100);
	if (b->plan->data_count > 0 && kind < 5) {
		body_op_u32(b, WASM_OP_DATA_DROP, random_below(b->random, b->plan->data_count));
		return;
	}
	if (!b->plan->memory.is_there)
		return;
	if (b->plan->data_count > 0 && kind < 30) {
		init_memory(b, size);
	} else if (kind < 50) {
		grow_memory(b);
	} else if (kind < 75) {
		fill_memory(b, size);
	} else {
		push_range(b, size, size);
		body_op_u32(b, WASM_OP_MEMORY_COPY, 0);
		output_u32(b->out, 0);
		body_take(b, 3);
	}
}

/* ---- Tables ---- */

static void set_entry(struct body *b, uint32_t table)
{
	if (b->plan->tables[table].min == 0 && random_chance(b->random, 95))
		return;
	bulk_entry(b, table);
	value_push(b, b->plan->tables[table].letter, 1);
	body_op_u32(b, WASM_OP_TABLE_SET, table);
	body_take(b, 2);
}

static void grow_table(struct body *b, uint32_t table)
{
	static const int32_t counts[] = {0, 1, 1, 2, 3, 8, 30, 1000, -1, INT32_MIN};
	value_push(b, b->plan->tables[table].letter, 1);
	body_i32(b, counts[random_below(b->random, 10)]);
	body_op_u32(b, WASM_OP_TABLE_GROW, table);
	body_take(b, 1);
	body_push(b, 'i', true);
}

static void fill_table(struct body *b, uint32_t table)
{
	uint32_t size = b->plan->tables[table].min;
	uint32_t count = random_below(b->random, size + 1);
	body_i32(b, (int32_t)(size - count + (random_chance(b->random, 1) ? 1 : 0)));
	value_push(b, b->plan->tables[table].letter, 1);
	body_i32(b, (int32_t)count);
	body_op_u32(b, WASM_OP_TABLE_FILL, table);
	body_take(b, 1);
}

static void copy_table(struct body *b, uint32_t table)
{
	uint32_t from = bulk_pick_table(b, b->plan->tables[table].letter);
	push_range(b, b->plan->tables[table].min, b->plan->tables[from].min);
	body_op_u32(b, WASM_OP_TABLE_COPY, table);
	output_u32(b->out, from);
	body_take(b, 3);
}

static void init_table(struct body *b, uint32_t table)
{
	if (b->plan->element_count == 0)
		return;
	uint32_t segment = random_below(b->random, b->plan->element_count);
	const struct plan_elements *elements = &b->plan->elements[segment];
	if (elements->letter != b->plan->tables[table].letter)
		return;
	bool is_passive = (elements->flags & 3) == 1;
	push_range(b, b->plan->tables[table].min, is_passive ? elements->count : 0);
	body_op_u32(b, WASM_OP_TABLE_INIT, segment);
	output_u32(b->out, table);
	body_take(b, 3);
}

void bulk_table(struct body *b)
{
	uint32_t kind = random_below(b->random, 100);
	if (b->plan->element_count > 0 && kind < 5) {
		body_op_u32(b, WASM_OP_ELEM_DROP, random_below(b->random, b->plan->element_count));
		return;
	}
	if (b->plan->table_count == 0)
		return;
	uint32_t table = random_below(b->random, b->plan->table_count);
	if (kind < 40)
		set_entry(b, table);
	else if (kind < 55)
		grow_table(b, table);
	else if (kind < 70)
		fill_table(b, table);
	else if (kind < 85)
		copy_table(b, table);
	else
		init_table(b, table);
}
