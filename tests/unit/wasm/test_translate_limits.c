/*
 * The translator at the largest modules that there may be: frames, branches, tables of both kinds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wasm.h"
#include "limits.h"
#include "opcodes.h"
#include "support/port.h"
#include "support/wasm_machine.h"

#define GET(local)   WASM_OP_LOCAL_GET, (local)
#define SET(local)   WASM_OP_LOCAL_SET, (local)
#define TEE(local)   WASM_OP_LOCAL_TEE, (local)
#define I32(value)   WASM_OP_I32_CONST, (value)
#define BLOCK(type)  WASM_OP_BLOCK, (type)
#define BR_IF(label) WASM_OP_BR_IF, (label)
#define ADD          WASM_OP_I32_ADD
#define SUB          WASM_OP_I32_SUB
#define END          WASM_OP_END
#define NO_LOCALS    0

enum { EMPTY = 0x40 };

static struct wasm_machine machine;

/* A function of one i32 that returns `result_count` of them. */
static void build(uint8_t result_count, const uint8_t *body, size_t size)
{
	const uint8_t type[] = {0x60, 1, 0x7f, result_count, 0x7f, 0x7f, 0x7f, 0x7f};
	wasm_machine_build(&machine, type, 4u + result_count, body, size);
}

/* 65,535 slots take half a MiB. */
enum { LARGE_STACK_BYTES = 1 << 20 };

static void start_machine(void)
{
	if (wasm_machine_start(&machine, NULL, 0) != STATUS_OK)
		fail_msg("%s", machine.fault.text);
	wasm_thread_destroy(machine.thread);
	assert_int_equal(
	    wasm_thread_create(machine.store, LARGE_STACK_BYTES, NULL, &machine.thread), STATUS_OK);
}

static void stop_machine(void)
{
	wasm_machine_stop(&machine);
	assert_int_equal(test_port_live_bytes, 0);
}

static enum wasm_outcome call(const uint64_t *arguments)
{
	return wasm_machine_call(&machine, arguments);
}

/* As many locals and operands as there may be; one operand more is refused. */
static void a_frame_may_be_as_large_as_the_limits_allow(void **state)
{
	static uint8_t body[4 * WASM_OPERANDS_MAX + 64];
	static const uint8_t locals[] = {1, 0xd0, 0x86, 0x03, 0x7f};
	_Static_assert(WASM_LOCALS_MAX == 50000, "as `locals` has them");
	(void)state;
	for (uint32_t excess = 0; excess < 2; excess++) {
		size_t size = sizeof locals;
		memcpy(body, locals, sizeof locals);
		for (uint32_t i = 0; i < WASM_OPERANDS_MAX + excess; i++) {
			body[size++] = WASM_OP_LOCAL_GET;
			body[size++] = 0;
		}
		for (uint32_t i = 1; i < WASM_OPERANDS_MAX + excess; i++)
			body[size++] = ADD;
		body[size++] = END;
		build(1, body, size);
		struct fault fault;
		struct wasm_module *module;
		if (excess == 1) {
			assert_int_equal(wasm_module_create(machine.builder.bytes,
							    machine.builder.size, &module, &fault),
					 STATUS_LIMIT);
			continue;
		}
		start_machine();
		assert_int_equal(call((const uint64_t[]){3}), WASM_FINISHED);
		assert_int_equal(wasm_thread_results(machine.thread)[0], 3 * WASM_OPERANDS_MAX);
		stop_machine();
	}
	assert_int_equal(test_port_live_bytes, 0);
}

/* 100,000 entries, of which one leads elsewhere. */
static void a_br_table_may_be_huge(void **state)
{
	enum { ENTRIES = 100000 };
	static uint8_t body[ENTRIES + 64];
	static const uint8_t head[] = {NO_LOCALS,        BLOCK(EMPTY), BLOCK(EMPTY), GET(0),
				       WASM_OP_BR_TABLE, 0xa0,         0x8d,         0x06},
			     tail[] = {1, END, I32(1), WASM_OP_RETURN, END, I32(2), END};
	(void)state;
	memcpy(body, head, sizeof head);
	memset(body + sizeof head, 0, ENTRIES);
	body[sizeof head + 70000] = 1;
	memcpy(body + sizeof head + ENTRIES, tail, sizeof tail);
	build(1, body, sizeof head + ENTRIES + sizeof tail);
	start_machine();
	static const uint64_t choices[] = {0,           69999,   70000,     70001,
					   ENTRIES - 1, ENTRIES, UINT32_MAX};
	static const uint64_t expected[] = {1, 1, 2, 1, 1, 2, 2};
	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
		assert_int_equal(call(&choices[i]), WASM_FINISHED);
		assert_int_equal(wasm_thread_results(machine.thread)[0], expected[i]);
	}
	stop_machine();
}

/* Around code so long that its end is out of reach for 16 bits: an `if` that is taken or not, a
 * comparison that branches, a loop that goes back. */
static void branches_reach_as_far_as_they_must(void **state)
{
	enum { STEPS = 40000 };
	static uint8_t body[7 * STEPS + 128];
	static const uint8_t head[] = {1, 1, 0x7f, WASM_OP_LOOP, EMPTY, GET(0), WASM_OP_IF, EMPTY},
			     step[] = {GET(1), GET(0), WASM_OP_I32_XOR, SET(1)},
			     middle[] = {WASM_OP_ELSE, I32(7), SET(1), END,    GET(0),
					 I32(1),       SUB,    TEE(0), I32(1), WASM_OP_I32_GT_S,
					 BR_IF(0),     END,    GET(1), END};
	(void)state;
	size_t size = sizeof head;
	memcpy(body, head, sizeof head);
	for (uint32_t i = 0; i <= STEPS; i++, size += sizeof step)
		memcpy(body + size, step, sizeof step);
	memcpy(body + size, middle, sizeof middle);
	build(1, body, size + sizeof middle);
	start_machine();
	static const uint64_t arguments[] = {0, 1, 6}, expected[] = {7, 1, 6 ^ 5 ^ 4 ^ 3 ^ 2};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(call(&arguments[i]), WASM_FINISHED);
		assert_int_equal(wasm_thread_results(machine.thread)[0], expected[i]);
	}
	stop_machine();
}

#define FAR_LOCAL 0xd0, 0x86, 0x03 /* the last of 50,000 behind a parameter */
#define MID_LOCAL 0xa8, 0xc3, 0x01 /* 25,000 */

static void all_of_thousands_of_locals_begin_at_zero(void **state)
{
	static const uint8_t body[] = {1,
				       0xd0,
				       0x86,
				       0x03,
				       0x7f,
				       WASM_OP_LOCAL_GET,
				       FAR_LOCAL,
				       WASM_OP_LOCAL_GET,
				       MID_LOCAL,
				       GET(1),
				       GET(0),
				       WASM_OP_LOCAL_SET,
				       FAR_LOCAL,
				       GET(0),
				       WASM_OP_LOCAL_SET,
				       MID_LOCAL,
				       GET(0),
				       SET(1),
				       WASM_OP_LOCAL_GET,
				       FAR_LOCAL,
				       END};
	(void)state;
	build(4, body, sizeof body);
	start_machine();
	/* The second time the stack holds what the first call left. */
	for (uint64_t i = 1; i < 3; i++) {
		assert_int_equal(call(&i), WASM_FINISHED);
		const uint64_t expected[] = {0, 0, 0, i};
		assert_memory_equal(wasm_thread_results(machine.thread), expected, sizeof expected);
	}
	stop_machine();
}

/* A table's number is not cut to the 16 bits that it has in an instruction: such a one would be
 * another table, of another type perhaps. */
static void no_more_tables_than_an_instruction_can_name(void **state)
{
	(void)state;
	for (uint32_t excess = 0; excess < 2; excess++) {
		static struct wasm_builder tables;
		struct wasm_module *module;
		struct fault fault;
		tables.size = 0;
		wasm_builder_u32(&tables, WASM_TABLES_MAX + excess);
		for (uint32_t i = 0; i < WASM_TABLES_MAX + excess; i++)
			wasm_builder_append(&tables, BYTES(0x6f, 0, 0));
		wasm_builder_begin(&machine.builder);
		wasm_builder_section(&machine.builder, 4, tables.bytes, tables.size);
		enum status status = wasm_module_create(machine.builder.bytes, machine.builder.size,
							&module, &fault);
		assert_int_equal(status, excess == 0 ? STATUS_OK : STATUS_LIMIT);
		if (status == STATUS_OK)
			wasm_module_destroy(module);
	}
	_Static_assert(WASM_TABLES_MAX - 1 <= UINT16_MAX, "numbers of tables have 16 bits");
}

static void imported_tables_count_too(void **state)
{
	(void)state;
	static struct wasm_builder imports;
	struct wasm_module *module;
	struct fault fault;
	imports.size = 0;
	wasm_builder_u32(&imports, WASM_TABLES_MAX);
	for (uint32_t i = 0; i < WASM_TABLES_MAX; i++)
		wasm_builder_append(&imports, BYTES(0, 0, 1, 0x6f, 0, 0));
	wasm_builder_begin(&machine.builder);
	wasm_builder_section(&machine.builder, 2, imports.bytes, imports.size);
	assert_int_equal(
	    wasm_module_create(machine.builder.bytes, machine.builder.size, &module, &fault),
	    STATUS_OK);
	wasm_module_destroy(module);
	wasm_builder_section(&machine.builder, 4, BYTES(1, 0x70, 0, 0));
	assert_int_equal(
	    wasm_module_create(machine.builder.bytes, machine.builder.size, &module, &fault),
	    STATUS_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_frame_may_be_as_large_as_the_limits_allow),
	    cmocka_unit_test(a_br_table_may_be_huge),
	    cmocka_unit_test(branches_reach_as_far_as_they_must),
	    cmocka_unit_test(all_of_thousands_of_locals_begin_at_zero),
	    cmocka_unit_test(no_more_tables_than_an_instruction_can_name),
	    cmocka_unit_test(imported_tables_count_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
