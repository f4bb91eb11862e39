#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "opcodes.h"
#include "support/port.h"
#include "support/wasm_machine.h"

static struct wasm_machine machine;

#define GET(local)  WASM_OP_LOCAL_GET, (local)
#define I32(number) WASM_OP_I32_CONST, (number)
#define END         WASM_OP_END

static enum wasm_host_result nothing(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	return WASM_HOST_CONTINUE;
}

/* A second module, built here while the machine's is in use. */
static struct wasm_builder second;

static void section(uint8_t id, const uint8_t *payload, size_t size)
{
	wasm_builder_section(&second, id, payload, size);
}

static struct wasm_module *module_of_second(void)
{
	struct wasm_module *module;
	struct fault fault = {.text = ""};
	enum status status = wasm_module_create(second.bytes, second.size, &module, &fault);
	assert_string_equal(fault.text, "");
	assert_int_equal(status, STATUS_OK);
	return module;
}

/* Links the second module into a store of its own with one import, or none. */
static enum status link_second(const struct wasm_store_limits *limits, enum wasm_kind kind,
			       struct fault *fault)
{
	static const struct wasm_host_function row = {"h", "i:I", nothing};
	struct wasm_module *module = module_of_second();
	struct wasm_store *store;
	struct wasm_instance *instance;
	assert_int_equal(wasm_store_create(limits, &store), STATUS_OK);
	struct wasm_extern import = {.kind = kind};
	enum status status = STATUS_OK;
	switch (kind) {
	case WASM_FUNCTION:
		status = wasm_host_function_create(store, &row, NULL, &import.function);
		break;
	case WASM_TABLE:
		status = wasm_host_table_create(store, WASM_FUNCREF, 10, 20, &import.table);
		break;
	case WASM_MEMORY:
		status = wasm_host_memory_create(store, 1, 2, &import.memory);
		break;
	case WASM_GLOBAL:
		status = wasm_host_global_create(store, WASM_I32, false, 5, &import.global);
		break;
	}
	if (status == STATUS_OK)
		status = wasm_instance_create(store, module, &import, 1, &instance, fault);
	wasm_store_destroy(store);
	wasm_module_destroy(module);
	return status;
}

/* A module that imports "m"."x", described by these bytes. */
static void import_one(const uint8_t *description, size_t size)
{
	wasm_builder_begin(&second);
	section(1, BYTES(2, 0x60, 1, 0x7f, 1, 0x7e, 0x60, 1, 0x7f, 1, 0x7f));
	uint8_t payload[32] = {1, 1, 'm', 1, 'x'};
	memcpy(payload + 5, description, size);
	section(2, payload, 5 + size);
}

static void an_import_that_nobody_gives_is_named(void **state)
{
	wasm_builder_begin(&second);
	section(1, BYTES(1, 0x60, 0, 0));
	section(2, BYTES(1, 3, 'e', 'n', 'v', 3, 'f', '"', 0x1b, 0, 0));
	struct wasm_module *module = module_of_second();
	struct wasm_store *store;
	struct wasm_instance *instance;
	struct fault fault;
	assert_int_equal(wasm_store_create(&wasm_machine_limits, &store), STATUS_OK);
	assert_int_equal(wasm_instance_create(store, module, NULL, 0, &instance, &fault),
			 STATUS_UNLINKABLE);
	assert_string_equal(fault.text, "unknown import \"env\".\"f\\\"\\u{001b}\"");
	wasm_store_destroy(store);
	wasm_module_destroy(module);
}

static void imports_fit_by_kind_type_and_limits(void **state)
{
	static const struct {
		uint8_t wanted[6];
		uint8_t size;
		uint8_t given;
		enum status status;
	} rows[] = {
	    {{0, 0}, 2, WASM_FUNCTION, STATUS_OK},
	    {{0, 1}, 2, WASM_FUNCTION, STATUS_UNLINKABLE},
	    {{0, 0}, 2, WASM_MEMORY, STATUS_UNLINKABLE},
	    {{1, 0x70, 0, 10}, 4, WASM_TABLE, STATUS_OK},
	    {{1, 0x70, 1, 5, 20}, 5, WASM_TABLE, STATUS_OK},
	    {{1, 0x70, 0, 11}, 4, WASM_TABLE, STATUS_UNLINKABLE},
	    {{1, 0x70, 1, 5, 19}, 5, WASM_TABLE, STATUS_UNLINKABLE},
	    {{1, 0x6f, 0, 10}, 4, WASM_TABLE, STATUS_UNLINKABLE},
	    {{2, 0, 1}, 3, WASM_MEMORY, STATUS_OK},
	    {{2, 1, 1, 2}, 4, WASM_MEMORY, STATUS_OK},
	    {{2, 1, 0, 3}, 4, WASM_MEMORY, STATUS_OK},
	    {{2, 0, 2}, 3, WASM_MEMORY, STATUS_UNLINKABLE},
	    {{2, 1, 1, 1}, 4, WASM_MEMORY, STATUS_UNLINKABLE},
	    {{3, 0x7f, 0}, 3, WASM_GLOBAL, STATUS_OK},
	    {{3, 0x7f, 1}, 3, WASM_GLOBAL, STATUS_UNLINKABLE},
	    {{3, 0x7e, 0}, 3, WASM_GLOBAL, STATUS_UNLINKABLE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = {.text = ""};
		import_one(rows[i].wanted, rows[i].size);
		assert_int_equal(link_second(&wasm_machine_limits, rows[i].given, &fault),
				 rows[i].status);
		if (rows[i].status == STATUS_UNLINKABLE)
			assert_non_null(strstr(fault.text, "\"m\".\"x\""));
	}
}

static void segments_before_one_that_does_not_fit_stay_written(void **state)
{
	wasm_builder_begin(&second);
	section(2, BYTES(1, 1, 'm', 1, 'x', 2, 0, 1));
	section(11, BYTES(2, 0, 0x41, 8, 0x0b, 2, 'a', 'b', 0, 0x41, 0xff, 0xff, 0x03, 0x0b, 2, 'c',
			  'd'));
	struct wasm_module *module = module_of_second();
	struct wasm_store *store;
	struct wasm_instance *instance;
	struct fault fault;
	assert_int_equal(wasm_store_create(&wasm_machine_limits, &store), STATUS_OK);
	struct wasm_extern import = {.kind = WASM_MEMORY};
	assert_int_equal(wasm_host_memory_create(store, 1, 1, &import.memory), STATUS_OK);
	assert_int_equal(wasm_instance_create(store, module, &import, 1, &instance, &fault),
			 STATUS_TRAP);
	assert_string_equal(fault.text, "out of bounds memory access: data segment 1");
	assert_memory_equal(wasm_memory_base(import.memory) + 8, "ab", 2);
	assert_int_equal(wasm_memory_base(import.memory)[65535], 0);
	wasm_store_destroy(store);
	wasm_module_destroy(module);
}

static void what_a_store_may_hold_is_bounded(void **state)
{
	static const struct wasm_store_limits limits = {
	    .memory_bytes = 3 << 16, .table_elements = 30, .record_bytes = 1 << 16};
	struct fault fault = {.text = ""};
	/* One page is imported. */
	wasm_builder_begin(&second);
	section(5, BYTES(1, 0, 2));
	assert_int_equal(link_second(&limits, WASM_MEMORY, &fault), STATUS_OK);
	wasm_builder_begin(&second);
	section(5, BYTES(1, 0, 3));
	assert_int_equal(link_second(&limits, WASM_MEMORY, &fault), STATUS_LIMIT);
	assert_string_equal(fault.text, "pages of the memory: 3: more than is allowed");
	/* Ten elements are imported. */
	wasm_builder_begin(&second);
	section(4, BYTES(2, 0x70, 0, 12, 0x70, 0, 9));
	assert_int_equal(link_second(&limits, WASM_TABLE, &fault), STATUS_LIMIT);
	assert_string_equal(fault.text, "size of a table: 9: more than is allowed");
	/* 10,000 types need more than 64 KiB of records. */
	static uint8_t types[3 + 10000 * 3] = {0x90, 0x4e};
	for (size_t i = 0; i < 10000; i++)
		types[2 + i * 3] = 0x60;
	wasm_builder_begin(&second);
	section(1, types, 2 + 10000 * 3);
	assert_int_equal(link_second(&limits, WASM_GLOBAL, &fault), STATUS_LIMIT);
}

/* The machine's f(i) calls entry i of its table, as a function without parameters and results but
 * for one i32, and adds what its own memory holds at 0. The second module puts a function of the
 * same type into entry 1, which stores 9 at 0 of a memory of its own and returns 5. */
static void a_call_through_a_table_enters_another_instance_and_comes_back(void **state)
{
	struct wasm_builder *builder = &machine.builder;
	wasm_builder_begin(builder);
	wasm_builder_section(builder, 1, BYTES(2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 1, 0x7f));
	wasm_builder_section(builder, 3, BYTES(1, 0));
	wasm_builder_section(builder, 4, BYTES(1, 0x70, 0, 4));
	wasm_builder_section(builder, 5, BYTES(1, 0, 1));
	wasm_builder_section(builder, 7, BYTES(2, 1, 'f', 0, 0, 1, 't', 1, 0));
	wasm_builder_code(builder, BYTES(GET(0), WASM_OP_CALL_INDIRECT, 1, 0, I32(0),
					 WASM_OP_I32_LOAD, 2, 0, WASM_OP_I32_ADD, END));
	assert_int_equal(wasm_machine_start(&machine, NULL, 0), STATUS_OK);

	wasm_builder_begin(&second);
	section(1, BYTES(2, 0x60, 0, 0, 0x60, 0, 1, 0x7f));
	section(2, BYTES(1, 1, 'm', 1, 't', 1, 0x70, 0, 0));
	section(3, BYTES(1, 1));
	section(5, BYTES(1, 0, 1));
	section(9, BYTES(1, 0, 0x41, 1, 0x0b, 1, 0));
	wasm_builder_code(&second, BYTES(I32(0), I32(9), WASM_OP_I32_STORE, 2, 0, I32(5), END));
	struct wasm_module *module = module_of_second();
	struct wasm_instance *instance;
	struct wasm_extern table;
	assert_int_equal(wasm_instance_export(machine.instance, (const uint8_t *)"t", 1, &table),
			 STATUS_OK);
	assert_int_equal(
	    wasm_instance_create(machine.store, module, &table, 1, &instance, &machine.fault),
	    STATUS_OK);
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){1}), WASM_FINISHED);
	assert_int_equal(wasm_thread_results(machine.thread)[0], 5);
	assert_int_equal(wasm_memory_base(wasm_instance_memory(machine.instance))[0], 0);
	assert_int_equal(wasm_memory_base(wasm_instance_memory(instance))[0], 9);

	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){2}), WASM_TRAPPED);
	assert_string_equal(wasm_thread_trap_text(machine.thread), "uninitialized element");
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){4}), WASM_TRAPPED);
	assert_string_equal(wasm_thread_trap_text(machine.thread), "undefined element");
	wasm_machine_stop(&machine);
	wasm_module_destroy(module);
}

static void exports_are_found_by_their_whole_name(void **state)
{
	wasm_machine_build(&machine, BYTES(0x60, 0, 1, 0x7f), BYTES(0, I32(3), END));
	assert_int_equal(wasm_machine_start(&machine, NULL, 0), STATUS_OK);
	struct wasm_extern found;
	static const uint8_t name[] = {'f', 0};
	assert_int_equal(wasm_instance_export(machine.instance, name, 2, &found), STATUS_NOT_FOUND);
	assert_int_equal(wasm_instance_export(machine.instance, name, 0, &found), STATUS_NOT_FOUND);
	assert_int_equal(wasm_instance_export(machine.instance, name, 1, &found), STATUS_OK);
	assert_int_equal(found.kind, WASM_FUNCTION);
	assert_int_equal(wasm_function_parameter_count(found.function), 0);
	assert_int_equal(wasm_function_result(found.function, 0), WASM_I32);
	wasm_machine_stop(&machine);
}

static void refusing_any_allocation_fails_cleanly(void **state)
{
	wasm_machine_build(&machine, BYTES(0x60, 0, 1, 0x7f),
			   BYTES(0, I32(1), WASM_OP_MEMORY_GROW, 0, END));
	enum status status = STATUS_NO_MEMORY;
	for (uint64_t granted = 0; status != STATUS_OK; granted++) {
		assert_int_equal(test_port_live_bytes, 0);
		assert_true(granted < 200);
		test_port_refuse_after = test_port_allocations + granted;
		status = wasm_machine_start(&machine, NULL, 0);
		assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
		/* The memory cannot grow now, which is no failure. */
		if (status == STATUS_OK) {
			test_port_refuse_after = test_port_allocations;
			assert_int_equal(wasm_machine_call(&machine, NULL), WASM_FINISHED);
			assert_int_equal(wasm_thread_results(machine.thread)[0], UINT32_MAX);
		}
		wasm_machine_stop(&machine);
	}
	test_port_refuse_after = UINT64_MAX;
	assert_int_equal(test_port_live_bytes, 0);
}

static void what_a_module_holds_is_what_it_says(void **state)
{
	wasm_machine_build(&machine, BYTES(0x60, 1, 0x7f, 1, 0x7f), BYTES(0, GET(0), END));
	uint64_t before = test_port_live_bytes;
	struct wasm_module *module;
	struct fault fault;
	assert_int_equal(
	    wasm_module_create(machine.builder.bytes, machine.builder.size, &module, &fault),
	    STATUS_OK);
	assert_true(wasm_module_bytes(module) > machine.builder.size);
	assert_int_equal(test_port_live_bytes - before, wasm_module_bytes(module));
	wasm_module_destroy(module);
	assert_int_equal(test_port_live_bytes, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_import_that_nobody_gives_is_named),
	    cmocka_unit_test(imports_fit_by_kind_type_and_limits),
	    cmocka_unit_test(segments_before_one_that_does_not_fit_stay_written),
	    cmocka_unit_test(what_a_store_may_hold_is_bounded),
	    cmocka_unit_test(a_call_through_a_table_enters_another_instance_and_comes_back),
	    cmocka_unit_test(exports_are_found_by_their_whole_name),
	    cmocka_unit_test(refusing_any_allocation_fails_cleanly),
	    cmocka_unit_test(what_a_module_holds_is_what_it_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
