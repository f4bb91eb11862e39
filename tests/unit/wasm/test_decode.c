#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/port.h"
#include "limits.h"
#include "module.h"
#include "support/port.h"
#include "support/wasm_builder.h"

static struct wasm_builder builder;

static void section(uint8_t id, const uint8_t *payload, size_t size)
{
	wasm_builder_section(&builder, id, payload, size);
}

/* A valid module in which every kind of section, import, export and segment occurs. */
static void build_full_module(void)
{
	wasm_builder_begin(&builder);
	/* [] -> [], [i32 i64] -> [f32], [] -> [] */
	section(1, BYTES(3, 0x60, 0, 0, 0x60, 2, 0x7f, 0x7e, 1, 0x7d, 0x60, 0, 0));
	/* function 0, table 0, memory 0, global 0 */
	section(2, BYTES(4, 1, 'm', 1, 'f', 0, 1, 1, 'm', 1, 't', 1, 0x70, 1, 1, 2, 1, 'm', 1, 'M',
			 2, 0, 1, 1, 'm', 1, 'g', 3, 0x7f, 0));
	section(3, BYTES(2, 0, 2));
	section(4, BYTES(1, 0x6f, 0, 3));
	section(6, BYTES(4, 0x7f, 1, 0x23, 0, 0x0b, 0x7e, 0, 0x42, 0x7f, 0x0b, 0x70, 0, 0xd2, 1,
			 0x0b, 0x7c, 0, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x0b));
	section(7, BYTES(4, 1, 'f', 0, 0, 1, 't', 1, 1, 1, 'M', 2, 0, 1, 'g', 3, 1));
	section(8, BYTES(1));
	/* The eight forms of an element segment, by their flags. */
	section(9, BYTES(8, 0, 0x41, 0, 0x0b, 1, 1, 1, 0, 1, 0, 2, 0, 0x41, 1, 0x0b, 0, 1, 1, 3, 0,
			 1, 2, 4, 0x41, 0, 0x0b, 1, 0xd2, 0, 0x0b, 5, 0x70, 1, 0xd0, 0x70, 0x0b, 6,
			 1, 0x41, 0, 0x0b, 0x6f, 1, 0xd0, 0x6f, 0x0b, 7, 0x6f, 0));
	section(12, BYTES(3));
	section(10, BYTES(2, 7, 1, 1, 0x7e, 0x20, 0, 0x1a, 0x0b, 2, 0, 0x0b));
	section(11, BYTES(3, 0, 0x41, 4, 0x0b, 2, 'h', 'i', 1, 1, 'p', 2, 0, 0x41, 0, 0x0b, 0));
	/* function 0 is "first", function 2 is a name with a line feed */
	section(0, BYTES(4, 'n', 'a', 'm', 'e', 0, 2, 1, 'x', 1, 14, 2, 0, 5, 'f', 'i', 'r', 's',
			 't', 2, 4, 'e', 'n', '\n', 'd'));
}

/* Decodes and validates a copy of exactly that size, so that the address sanitizer sees whoever
 * reads behind it. */
static enum status judge(const uint8_t *bytes, size_t size, struct fault *fault)
{
	uint8_t *copy = malloc(size);
	memcpy(copy, bytes, size);
	struct wasm_module module = {.source = copy, .source_size = size};
	arena_init(&module.arena, 0);
	enum status status = wasm_decode(&module, fault);
	if (status == STATUS_OK)
		status = wasm_validate(&module, fault);
	arena_reset(&module.arena);
	free(copy);
	return status;
}

static struct wasm_module *create_full_module(void)
{
	struct wasm_module *module;
	struct fault fault;
	build_full_module();
	assert_int_equal(wasm_module_create(builder.bytes, builder.size, &module, &fault),
			 STATUS_OK);
	return module;
}

static void a_header_alone_is_an_empty_module(void **state)
{
	struct fault fault;
	wasm_builder_begin(&builder);
	assert_int_equal(judge(builder.bytes, builder.size, &fault), STATUS_OK);
}

static void index_spaces_begin_with_the_imports(void **state)
{
	struct wasm_module *module = create_full_module();
	assert_int_equal(module->function_count, 3);
	assert_int_equal(module->imported_function_count, 1);
	assert_int_equal(module->function_types[0], 1);
	assert_int_equal(module->function_types[2], 2);
	assert_int_equal(module->types[1].parameter_count, 2);
	assert_int_equal(module->types[1].types[2], WASM_F32);
	assert_int_equal(module->table_count, 2);
	assert_int_equal(module->tables[0].limits.max, 2);
	assert_int_equal(module->tables[1].element, WASM_EXTERNREF);
	assert_false(module->tables[1].limits.has_max);
	assert_int_equal(module->memory_count, 1);
	assert_int_equal(module->imported_memory_count, 1);
	assert_int_equal(module->global_count, 5);
	assert_true(module->globals[1].is_mutable);
	wasm_module_destroy(module);
}

static void constants_keep_their_bits_or_what_they_refer_to(void **state)
{
	struct wasm_module *module = create_full_module();
	assert_int_equal(module->global_values[0].kind, WASM_CONSTANT_GLOBAL);
	assert_int_equal(module->global_values[0].type, WASM_I32);
	assert_int_equal(module->global_values[1].bits, UINT64_MAX);
	assert_int_equal(module->global_values[2].kind, WASM_CONSTANT_FUNCTION);
	assert_int_equal(module->global_values[2].index, 1);
	assert_int_equal(module->global_values[3].bits, 0x3ff0000000000000);
	wasm_module_destroy(module);
}

static void every_form_of_a_segment_is_read(void **state)
{
	static const enum wasm_segment_mode modes[] = {
	    WASM_SEGMENT_ACTIVE,      WASM_SEGMENT_PASSIVE,     WASM_SEGMENT_ACTIVE,
	    WASM_SEGMENT_DECLARATIVE, WASM_SEGMENT_ACTIVE,      WASM_SEGMENT_PASSIVE,
	    WASM_SEGMENT_ACTIVE,      WASM_SEGMENT_DECLARATIVE,
	};
	struct wasm_module *module = create_full_module();
	assert_int_equal(module->element_count, 8);
	for (uint32_t i = 0; i < 8; i++) {
		assert_int_equal(module->elements[i].mode, modes[i]);
		assert_int_equal(module->elements[i].type, i < 6 ? WASM_FUNCREF : WASM_EXTERNREF);
		assert_int_equal(module->elements[i].count, i == 7 ? 0 : 1);
	}
	assert_int_equal(module->elements[6].table, 1);
	assert_int_equal(module->elements[3].items[0].index, 2);
	assert_int_equal(module->data_count, 3);
	assert_int_equal(module->data[0].start.bits, 4);
	assert_memory_equal(module->data[0].data, "hi", 2);
	assert_int_equal(module->data[1].mode, WASM_SEGMENT_PASSIVE);
	assert_int_equal(module->data[2].mode, WASM_SEGMENT_ACTIVE);
	wasm_module_destroy(module);
}

static void bodies_are_slices_of_the_source(void **state)
{
	struct wasm_module *module = create_full_module();
	assert_int_equal(module->bodies[0].local_count, 1);
	assert_int_equal(module->bodies[0].local_runs[0].type, WASM_I64);
	assert_int_equal(module->bodies[0].code_size, 4);
	assert_ptr_equal(module->bodies[0].code, module->source + module->bodies[0].code_offset);
	assert_int_equal(module->bodies[1].type, 2);
	assert_int_equal(module->bodies[1].code_size, 1);
	wasm_module_destroy(module);
}

/* Whether `size` is where the header or a section of the built module ends. */
static bool is_section_end(size_t size)
{
	size_t end = 8;
	while (end < size)
		end += 2 + builder.bytes[end + 1]; /* all sections are shorter than 128 bytes */
	return end == size;
}

static void a_module_cut_short_anywhere_is_malformed(void **state)
{
	build_full_module();
	for (size_t size = 0; size < builder.size; size++) {
		struct fault fault = {.offset = UINT64_MAX};
		enum status status = judge(builder.bytes, size, &fault);
		if (!is_section_end(size))
			assert_int_equal(status, STATUS_MALFORMED);
		if (status == STATUS_OK)
			continue;
		assert_true(fault.offset <= size);
		assert_int_not_equal(strlen(fault.text), 0);
	}
	assert_true(is_section_end(builder.size));
}

static void a_module_with_any_byte_changed_is_judged_without_harm(void **state)
{
	build_full_module();
	unsigned refused = 0;
	for (size_t i = 0; i < builder.size; i++) {
		uint8_t original = builder.bytes[i];
		for (unsigned flip = 1; flip < 256; flip++) {
			struct fault fault = {.offset = UINT64_MAX};
			builder.bytes[i] = (uint8_t)(original ^ flip);
			enum status status = judge(builder.bytes, builder.size, &fault);
			if (status == STATUS_OK)
				continue;
			refused++;
			assert_true(status == STATUS_MALFORMED || status == STATUS_INVALID ||
				    status == STATUS_LIMIT);
			assert_true(fault.offset <= builder.size);
		}
		builder.bytes[i] = original;
	}
	assert_true(refused > builder.size);
}

static void a_custom_section_may_stand_anywhere(void **state)
{
	static const uint8_t custom[] = {0, 3, 1, 'c', 0xff};
	struct fault fault;
	build_full_module();
	struct wasm_builder *full = malloc(sizeof *full);
	*full = builder;
	for (size_t end = 8; end <= full->size; end++) {
		builder = *full;
		if (!is_section_end(end))
			continue;
		builder.size = end;
		wasm_builder_append(&builder, custom, sizeof custom);
		wasm_builder_append(&builder, full->bytes + end, full->size - end);
		assert_int_equal(judge(builder.bytes, builder.size, &fault), STATUS_OK);
	}
	free(full);
}

/* What stands behind the header, and what is said about it. */
struct refusal {
	const uint8_t *sections;
	size_t size;
	const char *reason;
};

static void check_refusals(const struct refusal *refusals, size_t count, enum status expected)
{
	for (size_t i = 0; i < count; i++) {
		struct fault fault = {0};
		wasm_builder_begin(&builder);
		wasm_builder_append(&builder, refusals[i].sections, refusals[i].size);
		enum status status = judge(builder.bytes, builder.size, &fault);
		if (status != expected || strcmp(fault.text, refusals[i].reason) != 0)
			fail_msg("row %zu: %s: \"%s\", expected \"%s\"", i, status_text(status),
				 fault.text, refusals[i].reason);
	}
}

static void a_wrong_magic_number_or_version_is_refused(void **state)
{
	struct fault fault;
	assert_int_equal(judge(BYTES(0, 'a', 's', 'n', 1, 0, 0, 0), &fault), STATUS_MALFORMED);
	assert_string_equal(fault.text, "magic header not detected");
	assert_int_equal(judge(BYTES(0, 'a', 's', 'm', 2, 0, 0, 0), &fault), STATUS_MALFORMED);
	assert_string_equal(fault.text, "unknown binary version");
	assert_int_equal(fault.offset, 4);
}

static const struct refusal section_refusals[] = {
    {BYTES(15, 0), "malformed section id"},
    {BYTES(0x80, 0), "malformed section id"},
    {BYTES(1, 2, 0), "length out of bounds"},
    {BYTES(1, 0), "unexpected end"},
    {BYTES(1, 2, 0, 0), "section size mismatch"},
    {BYTES(1, 1, 0, 1, 1, 0), "unexpected content after last section"},
    {BYTES(3, 1, 0, 1, 1, 0), "unexpected content after last section"},
    {BYTES(11, 1, 0, 12, 1, 0), "unexpected content after last section"},
    {BYTES(10, 1, 0, 12, 1, 0), "unexpected content after last section"},
    {BYTES(0, 0), "unexpected end"},
    {BYTES(0, 2, 1, 0xff), "malformed UTF-8 encoding"},
    {BYTES(0, 2, 2, 'x'), "length out of bounds"},
    {BYTES(1, 0x81, 0x80, 0x80, 0x80, 0x80, 0, 0), "integer representation too long"},
    {BYTES(1, 0xff, 0xff, 0xff, 0xff, 0x1f, 0), "integer too large"},
};

static void a_malformed_section_is_refused(void **state)
{
	check_refusals(section_refusals, sizeof section_refusals / sizeof section_refusals[0],
		       STATUS_MALFORMED);
}

static const struct refusal field_refusals[] = {
    {BYTES(1, 4, 1, 0x61, 0, 0), "malformed function type"},
    {BYTES(1, 5, 1, 0x60, 1, 0x7a, 0), "malformed value type"},
    {BYTES(1, 5, 1, 0x60, 0, 1, 0x40), "malformed value type"},
    {BYTES(2, 7, 1, 1, 'm', 1, 'n', 5, 0), "malformed import kind"},
    {BYTES(2, 7, 1, 1, 0xc0, 1, 'n', 0, 0), "malformed UTF-8 encoding"},
    {BYTES(2, 8, 1, 1, 'm', 1, 'n', 3, 0x7f, 2), "malformed mutability"},
    {BYTES(4, 4, 1, 0x7f, 0, 1), "malformed reference type"},
    {BYTES(4, 4, 1, 0x70, 2, 1), "malformed limits flags"},
    {BYTES(5, 3, 1, 0x10, 1), "malformed limits flags"},
    {BYTES(6, 6, 1, 0x7f, 3, 0x41, 0, 0x0b), "malformed mutability"},
    {BYTES(6, 5, 1, 0x7f, 0, 0x41, 0), "unexpected end"},
    {BYTES(6, 6, 1, 0x7f, 0, 0x16, 0, 0x0b), "illegal opcode"},
    {BYTES(6, 6, 1, 0x7f, 0, 0x41, 0, 0x05), "misplaced else"},
    {BYTES(7, 5, 1, 1, 'n', 5, 0), "malformed export kind"},
    {BYTES(9, 2, 1, 8), "malformed elements segment kind"},
    {BYTES(9, 4, 1, 1, 1, 0), "malformed element kind"},
    {BYTES(9, 4, 1, 5, 0x7f, 0), "malformed reference type"},
    {BYTES(11, 2, 1, 3), "malformed data segment kind"},
    {BYTES(11, 3, 1, 1, 5), "unexpected end"},
    {BYTES(12, 1, 1), "data count and data section have inconsistent lengths"},
    {BYTES(12, 1, 2, 11, 3, 1, 1, 0), "data count and data section have inconsistent lengths"},
    {BYTES(1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0), "function and code section have inconsistent lengths"},
    {BYTES(10, 4, 1, 2, 0, 0x0b), "function and code section have inconsistent lengths"},
};

static void a_malformed_field_is_refused(void **state)
{
	check_refusals(field_refusals, sizeof field_refusals / sizeof field_refusals[0],
		       STATUS_MALFORMED);
}

static const struct refusal count_refusals[] = {
    {BYTES(1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(1, 7, 1, 0x60, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(2, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(3, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(4, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(5, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(6, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(7, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(9, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(9, 8, 1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(10, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(11, 5, 0xff, 0xff, 0xff, 0xff, 0x0f), "length out of bounds"},
    {BYTES(1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b),
     "length out of bounds"},
};

static void a_count_of_more_than_the_bytes_left_is_refused(void **state)
{
	check_refusals(count_refusals, sizeof count_refusals / sizeof count_refusals[0],
		       STATUS_MALFORMED);
}

/* A module with a function whose locals are one run of that many. */
static enum status judge_locals(uint32_t count, struct fault *fault)
{
	struct wasm_builder *code = malloc(sizeof *code);
	code->size = 0;
	wasm_builder_append(code, BYTES(1));
	wasm_builder_u32(code, count);
	wasm_builder_append(code, BYTES(0x7f, 0x0b));
	size_t size = code->size;
	wasm_builder_begin(&builder);
	section(1, BYTES(1, 0x60, 0, 0));
	section(3, BYTES(1, 0));
	wasm_builder_append(&builder, BYTES(10, (uint8_t)(size + 2), 1, (uint8_t)size));
	wasm_builder_append(&builder, code->bytes, size);
	free(code);
	return judge(builder.bytes, builder.size, fault);
}

static void locals_are_limited(void **state)
{
	struct fault fault;
	assert_int_equal(judge_locals(WASM_LOCALS_MAX, &fault), STATUS_OK);
	assert_int_equal(judge_locals(WASM_LOCALS_MAX + 1, &fault), STATUS_LIMIT);
	assert_string_equal(fault.text, "too many locals");
	assert_int_equal(judge_locals(UINT32_MAX, &fault), STATUS_LIMIT);
}

static void parameters_are_limited(void **state)
{
	struct fault fault;
	for (uint32_t count = WASM_PARAMETERS_MAX; count <= WASM_PARAMETERS_MAX + 1; count++) {
		wasm_builder_begin(&builder);
		wasm_builder_append(&builder, BYTES(1));
		wasm_builder_u32(&builder, count + 5);
		wasm_builder_append(&builder, BYTES(1, 0x60));
		wasm_builder_u32(&builder, count);
		for (uint32_t i = 0; i < count; i++)
			wasm_builder_append(&builder, BYTES(0x7f));
		wasm_builder_append(&builder, BYTES(0));
		assert_int_equal(judge(builder.bytes, builder.size, &fault),
				 count > WASM_PARAMETERS_MAX ? STATUS_LIMIT : STATUS_OK);
	}
	assert_string_equal(fault.text, "too many parameters");
}

static void imports_and_exports_are_described(void **state)
{
	struct wasm_module *module = create_full_module();
	struct wasm_item item;
	assert_int_equal(wasm_module_import_count(module), 4);
	assert_int_equal(wasm_module_export_count(module), 4);
	wasm_module_import(module, 0, &item);
	assert_int_equal(item.kind, WASM_FUNCTION);
	assert_memory_equal(item.module.data, "m", item.module.size);
	assert_string_equal(item.type_text, "(i32, i64) -> f32");
	wasm_module_import(module, 1, &item);
	assert_string_equal(item.type_text, "1 to 2 funcref");
	wasm_module_import(module, 2, &item);
	assert_string_equal(item.type_text, "1 or more pages");
	wasm_module_import(module, 3, &item);
	assert_string_equal(item.type_text, "i32");
	wasm_module_export(module, 1, &item);
	assert_string_equal(item.type_text, "3 or more externref");
	wasm_module_export(module, 3, &item);
	assert_int_equal(item.kind, WASM_GLOBAL);
	assert_memory_equal(item.name.data, "g", item.name.size);
	assert_string_equal(item.type_text, "mutable i32");
	wasm_module_destroy(module);
}

static void functions_have_the_names_of_the_name_section(void **state)
{
	struct wasm_module *module = create_full_module();
	struct wasm_name name = wasm_module_function_name(module, 0);
	assert_int_equal(name.size, 5);
	assert_memory_equal(name.data, "first", 5);
	assert_int_equal(wasm_module_function_name(module, 1).size, 0);
	assert_int_equal(wasm_module_function_name(module, 2).size, 4);
	assert_int_equal(wasm_module_function_name(module, 3).size, 0);
	wasm_module_destroy(module);
}

static void a_broken_name_section_yields_no_names(void **state)
{
	static const uint8_t payloads[][16] = {
	    {4, 'n', 'a', 'm', 'e', 1, 0xff, 0xff, 0xff, 0xff, 0xff},
	    {4, 'n', 'a', 'm', 'e', 1, 9, 0xff, 0xff, 0xff, 0xff, 0x0f},
	    {4, 'n', 'a', 'm', 'e', 1, 9, 1, 0, 100},
	    {4, 'n', 'a', 'm', 'e', 1, 9, 1, 0, 2, 0xc0, 0x80},
	    {4, 'n', 'a', 'm', 'e', 1, 9, 1, 0x80},
	};
	for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
		struct wasm_module *module;
		struct fault fault;
		wasm_builder_begin(&builder);
		section(0, payloads[i], sizeof payloads[i]);
		assert_int_equal(wasm_module_create(builder.bytes, builder.size, &module, &fault),
				 STATUS_OK);
		assert_int_equal(wasm_module_function_name(module, 0).size, 0);
		wasm_module_destroy(module);
	}
}

static void custom_sections_are_found_by_name(void **state)
{
	struct wasm_module *module;
	struct fault fault;
	struct wasm_name payload = {0};
	wasm_builder_begin(&builder);
	section(0, BYTES(1, 'a', 1));
	section(0, BYTES(2, 'a', 'b', 2, 3));
	section(0, BYTES(2, 'a', 'b', 4));
	assert_int_equal(wasm_module_create(builder.bytes, builder.size, &module, &fault),
			 STATUS_OK);
	assert_true(wasm_module_custom(module, "ab", &payload));
	assert_int_equal(payload.size, 2);
	assert_memory_equal(payload.data, "\2\3", 2);
	assert_false(wasm_module_custom(module, "abc", &payload));
	assert_false(wasm_module_custom(module, "", &payload));
	wasm_module_destroy(module);
}

static void note_feature(void *context, const char *feature)
{
	strcat(context, feature);
	strcat(context, " ");
}

static void features_are_those_that_the_module_uses(void **state)
{
	char features[256] = "";
	struct wasm_module *module = create_full_module();
	wasm_module_features(module, note_feature, features);
	assert_string_equal(features, "bulk-memory reference-types mutable-globals ");
	wasm_module_destroy(module);
}

static void a_module_survives_every_refusal_of_memory(void **state)
{
	build_full_module();
	uint64_t live = test_port_live_bytes;
	enum status status = STATUS_NO_MEMORY;
	unsigned refusals = 0;
	for (; status != STATUS_OK; refusals++) {
		struct wasm_module *module = NULL;
		struct fault fault;
		test_port_refuse_after = test_port_allocations + refusals;
		status = wasm_module_create(builder.bytes, builder.size, &module, &fault);
		test_port_refuse_after = UINT64_MAX;
		if (status == STATUS_OK) {
			wasm_module_destroy(module);
		} else {
			assert_int_equal(status, STATUS_NO_MEMORY);
			assert_null(module);
			assert_memory_equal(fault.text, "out of memory", strlen("out of memory"));
		}
		assert_int_equal(test_port_live_bytes, live);
	}
	assert_true(refusals > 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_header_alone_is_an_empty_module),
	    cmocka_unit_test(index_spaces_begin_with_the_imports),
	    cmocka_unit_test(constants_keep_their_bits_or_what_they_refer_to),
	    cmocka_unit_test(every_form_of_a_segment_is_read),
	    cmocka_unit_test(bodies_are_slices_of_the_source),
	    cmocka_unit_test(a_module_cut_short_anywhere_is_malformed),
	    cmocka_unit_test(a_module_with_any_byte_changed_is_judged_without_harm),
	    cmocka_unit_test(a_custom_section_may_stand_anywhere),
	    cmocka_unit_test(a_wrong_magic_number_or_version_is_refused),
	    cmocka_unit_test(a_malformed_section_is_refused),
	    cmocka_unit_test(a_malformed_field_is_refused),
	    cmocka_unit_test(a_count_of_more_than_the_bytes_left_is_refused),
	    cmocka_unit_test(locals_are_limited),
	    cmocka_unit_test(parameters_are_limited),
	    cmocka_unit_test(imports_and_exports_are_described),
	    cmocka_unit_test(functions_have_the_names_of_the_name_section),
	    cmocka_unit_test(a_broken_name_section_yields_no_names),
	    cmocka_unit_test(custom_sections_are_found_by_name),
	    cmocka_unit_test(features_are_those_that_the_module_uses),
	    cmocka_unit_test(a_module_survives_every_refusal_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
