#include "generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "core/port.h"
#include "plan.h"

static void section(struct output *out, uint8_t id, struct output *payload)
{
	output_byte(out, id);
	output_sized(out, payload);
}

static void write_types(const struct plan *plan, struct output *out)
{
	output_u32(out, plan->type_count);
	for (uint32_t i = 0; i < plan->type_count; i++) {
		const char *const lists[] = {plan->types[i].parameters, plan->types[i].results};
		output_byte(out, 0x60);
		for (uint32_t list = 0; list < 2; list++) {
			output_u32(out, (uint32_t)strlen(lists[list]));
			for (const char *letter = lists[list]; *letter != '\0'; letter++)
				output_byte(out, plan_type_byte(*letter));
		}
	}
}

static void write_limits(struct output *out, uint32_t min, uint32_t max)
{
	output_byte(out, 1);
	output_u32(out, min);
	output_u32(out, max);
}

/* Its type (5.3.9): that of a table with one more flag. */
static void write_memory(const struct plan *plan, struct output *out)
{
	output_byte(out, plan->memory.is_shared ? 3 : 1);
	output_u32(out, plan->memory.min);
	output_u32(out, plan->memory.max);
}

/* ---- Names ---- */

enum { NAME_BYTES = 2 * PLAN_LIST_MAX + 40 };

static void function_name(const struct plan *plan, char kind, uint32_t index, uint32_t number,
			  char name[NAME_BYTES])
{
	const struct plan_type *type = &plan->types[plan->functions[index].type];
	snprintf(name, NAME_BYTES, "%c%u %s:%s", kind, number, type->parameters, type->results);
}

static void global_name(const struct plan *plan, uint32_t index, uint32_t number,
			char name[NAME_BYTES])
{
	const struct plan_global *global = &plan->globals[index];
	snprintf(name, NAME_BYTES, "g%u %c %s", number, global->letter,
		 global->is_mutable ? "var" : "const");
}

static void table_name(const struct plan *plan, uint32_t index, uint32_t number,
		       char name[NAME_BYTES])
{
	const struct plan_table *table = &plan->tables[index];
	snprintf(name, NAME_BYTES, "t%u %c %u %u", number, table->letter, table->min, table->max);
}

static void memory_name(const struct plan *plan, char name[NAME_BYTES])
{
	snprintf(name, NAME_BYTES, "%c %u %u", plan->memory.is_shared ? 's' : 'm', plan->memory.min,
		 plan->memory.max);
}

/* The number in the name of an import: its own, or the one that the other module exports it under.
 */
static uint32_t import_number(enum plan_source source, uint32_t index, uint32_t other)
{
	return source == SOURCE_OTHER ? other : index;
}

static void write_import(struct output *out, enum plan_source source, const char *name,
			 uint8_t kind)
{
	output_name(out, source == SOURCE_OTHER ? "a" : "host");
	output_name(out, name);
	output_byte(out, kind);
}

static void write_imports(const struct plan *plan, struct output *out)
{
	char name[NAME_BYTES];
	bool has_memory = plan->memory.is_there && plan->memory.source != SOURCE_OWN;
	output_u32(out, plan->imported_function_count + plan->imported_global_count +
			    plan->imported_table_count + has_memory);
	for (uint32_t i = 0; i < plan->imported_function_count; i++) {
		const struct plan_function *f = &plan->functions[i];
		bool is_other = f->source == SOURCE_OTHER;
		function_name(plan, is_other ? 'f' : 'h', i, import_number(f->source, i, f->other),
			      name);
		write_import(out, f->source, name, 0);
		output_u32(out, f->type);
	}
	for (uint32_t i = 0; i < plan->imported_table_count; i++) {
		const struct plan_table *table = &plan->tables[i];
		table_name(plan, i, import_number(table->source, i, table->other), name);
		write_import(out, table->source, name, 1);
		output_byte(out, plan_type_byte(table->letter));
		write_limits(out, table->min, table->max);
	}
	if (has_memory) {
		memory_name(plan, name);
		write_import(out, plan->memory.source, name, 2);
		write_memory(plan, out);
	}
	for (uint32_t i = 0; i < plan->imported_global_count; i++) {
		const struct plan_global *global = &plan->globals[i];
		global_name(plan, i, import_number(global->source, i, global->other), name);
		write_import(out, global->source, name, 3);
		output_byte(out, plan_type_byte(global->letter));
		output_byte(out, global->is_mutable);
	}
}

static void write_exports(const struct plan *plan, struct output *out)
{
	char name[NAME_BYTES];
	uint32_t functions = plan->function_count - plan->imported_function_count;
	output_u32(out, functions + plan->table_count + plan->memory.is_there + plan->global_count);
	for (uint32_t i = plan->imported_function_count; i < plan->function_count; i++) {
		function_name(plan, 'f', i, i, name);
		output_name(out, i == plan->refuel ? "refuel" : name);
		output_byte(out, 0);
		output_u32(out, i);
	}
	for (uint32_t i = 0; i < plan->table_count; i++) {
		table_name(plan, i, i, name);
		output_name(out, name);
		output_byte(out, 1);
		output_u32(out, i);
	}
	if (plan->memory.is_there) {
		memory_name(plan, name);
		output_name(out, name);
		output_byte(out, 2);
		output_u32(out, 0);
	}
	for (uint32_t i = 0; i < plan->global_count; i++) {
		global_name(plan, i, i, name);
		output_name(out, name);
		output_byte(out, 3);
		output_u32(out, i);
	}
}

/* ---- Constants ---- */

static void write_reference(struct output *out, char letter, uint32_t function)
{
	if (function != UINT32_MAX) {
		output_byte(out, WASM_OP_REF_FUNC);
		output_u32(out, function);
	} else {
		output_byte(out, WASM_OP_REF_NULL);
		output_byte(out, plan_type_byte(letter));
	}
	output_byte(out, WASM_OP_END);
}

static void write_i32(struct output *out, int32_t value)
{
	output_byte(out, WASM_OP_I32_CONST);
	output_s64(out, value);
	output_byte(out, WASM_OP_END);
}

/* An imported constant of that type; they are only known by their name, so seldom of use. */
static bool write_imported(const struct plan *plan, struct output *out, char letter)
{
	for (uint32_t i = 0; i < plan->imported_global_count; i++) {
		if (plan->globals[i].letter != letter || plan->globals[i].is_mutable)
			continue;
		output_byte(out, WASM_OP_GLOBAL_GET);
		output_u32(out, i);
		output_byte(out, WASM_OP_END);
		return true;
	}
	return false;
}

static void write_constant(const struct plan *plan, struct output *out, char letter)
{
	if (random_chance(plan->random, 30) && write_imported(plan, out, letter))
		return;
	switch (letter) {
	case 'i':
		write_i32(out, value_random_i32(plan->random));
		return;
	case 'I':
		output_byte(out, WASM_OP_I64_CONST);
		output_s64(out, (int64_t)random_u64(plan->random));
		break;
	case 'f':
		output_byte(out, WASM_OP_F32_CONST);
		output_fixed32(out, value_random_f32(plan->random));
		break;
	case 'F':
		output_byte(out, WASM_OP_F64_CONST);
		output_fixed64(out, value_random_f64(plan->random));
		break;
	default:
		write_reference(out, letter,
				letter == 'c' && random_chance(plan->random, 60)
				    ? random_below(plan->random, plan->refuel)
				    : UINT32_MAX);
		return;
	}
	output_byte(out, WASM_OP_END);
}

/* ---- What the module defines ---- */

static void write_functions(const struct plan *plan, struct output *out)
{
	output_u32(out, plan->function_count - plan->imported_function_count);
	for (uint32_t i = plan->imported_function_count; i < plan->function_count; i++)
		output_u32(out, plan->functions[i].type);
}

static void write_tables(const struct plan *plan, struct output *out)
{
	output_u32(out, plan->table_count - plan->imported_table_count);
	for (uint32_t i = plan->imported_table_count; i < plan->table_count; i++) {
		output_byte(out, plan_type_byte(plan->tables[i].letter));
		write_limits(out, plan->tables[i].min, plan->tables[i].max);
	}
}

static void write_globals(const struct plan *plan, struct output *out)
{
	output_u32(out, plan->global_count - plan->imported_global_count);
	for (uint32_t i = plan->imported_global_count; i < plan->global_count; i++) {
		output_byte(out, plan_type_byte(plan->globals[i].letter));
		output_byte(out, plan->globals[i].is_mutable);
		if (i == plan->fuel)
			write_i32(out, PLAN_FUEL);
		else
			write_constant(plan, out, plan->globals[i].letter);
	}
}

static void write_elements(const struct plan *plan, struct output *out)
{
	/* The last one declares all functions, so that code may refer to any. */
	output_u32(out, plan->element_count + 1);
	for (uint32_t i = 0; i < plan->element_count; i++) {
		const struct plan_elements *segment = &plan->elements[i];
		bool is_active = (segment->flags & 1) == 0, has_kind = (segment->flags & 3) != 0;
		bool has_expressions = (segment->flags & 4) != 0;
		output_u32(out, segment->flags);
		if (is_active && (segment->flags & 2) != 0)
			output_u32(out, segment->table);
		if (is_active)
			write_i32(out, (int32_t)segment->start);
		if (has_kind)
			output_byte(out, has_expressions ? plan_type_byte(segment->letter) : 0);
		output_u32(out, segment->count);
		for (uint32_t j = 0; j < segment->count; j++) {
			if (has_expressions)
				write_reference(out, segment->letter, segment->items[j]);
			else
				output_u32(out, segment->items[j]);
		}
	}
	output_u32(out, 3);
	output_byte(out, 0);
	output_u32(out, plan->function_count);
	for (uint32_t i = 0; i < plan->function_count; i++)
		output_u32(out, i);
}

static void write_code(const struct plan *plan, struct output *out)
{
	struct body *body = calloc(1, sizeof *body);
	struct output code = {0};
	core_assert(body != NULL);
	output_u32(out, plan->function_count - plan->imported_function_count);
	for (uint32_t i = plan->imported_function_count; i < plan->function_count; i++) {
		body_write(body, plan, i, &code);
		output_sized(out, &code);
	}
	output_reset(&code);
	free(body);
}

static void write_data(const struct plan *plan, struct output *out)
{
	output_u32(out, plan->data_count);
	for (uint32_t i = 0; i < plan->data_count; i++) {
		const struct plan_data *data = &plan->data[i];
		uint32_t flags = !data->is_active ? 1 : random_chance(plan->random, 30) ? 2 : 0;
		output_u32(out, flags);
		if (flags == 2)
			output_u32(out, 0);
		if (data->is_active)
			write_i32(out, (int32_t)data->start);
		output_u32(out, data->size);
		for (uint32_t j = 0; j < data->size; j++)
			output_byte(out, (uint8_t)random_u64(plan->random));
	}
}

/* ---- The whole ---- */

static void write_module(const struct plan *plan, struct output *out)
{
	struct output payload = {0};
	out->size = 0;
	output_bytes(out, "\0asm\1\0\0", 8);
	write_types(plan, &payload);
	section(out, 1, &payload);
	write_imports(plan, &payload);
	section(out, 2, &payload);
	write_functions(plan, &payload);
	section(out, 3, &payload);
	write_tables(plan, &payload);
	section(out, 4, &payload);
	if (plan->memory.is_there && plan->memory.source == SOURCE_OWN) {
		output_u32(&payload, 1);
		write_memory(plan, &payload);
		section(out, 5, &payload);
	}
	write_globals(plan, &payload);
	section(out, 6, &payload);
	write_exports(plan, &payload);
	section(out, 7, &payload);
	if (plan->has_start) {
		output_u32(&payload, plan->start);
		section(out, 8, &payload);
	}
	write_elements(plan, &payload);
	section(out, 9, &payload);
	output_u32(&payload, plan->data_count);
	section(out, 12, &payload);
	write_code(plan, &payload);
	section(out, 10, &payload);
	write_data(plan, &payload);
	section(out, 11, &payload);
	output_reset(&payload);
}

void generate(uint64_t seed, struct generated *out)
{
	struct random random = {seed * 0x2545f4914f6cdd1d + 1};
	struct plan *plans = calloc(2, sizeof *plans);
	core_assert(plans != NULL);
	out->count = random_chance(&random, 40) ? 2 : 1;
	for (uint32_t i = 0; i < out->count; i++) {
		plan_make(&plans[i], &random, i == 0 ? NULL : &plans[0]);
		write_module(&plans[i], &out->modules[i]);
	}
	free(plans);
}

void generate_reset(struct generated *generated)
{
	output_reset(&generated->modules[0]);
	output_reset(&generated->modules[1]);
	generated->count = 0;
}
