#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "opcodes.h"
#include "support/code_text.h"
#include "support/port.h"
#include "support/wasm_machine.h"

static struct wasm_machine machine;

#define GET(local)  WASM_OP_LOCAL_GET, (local)
#define SET(local)  WASM_OP_LOCAL_SET, (local)
#define TEE(local)  WASM_OP_LOCAL_TEE, (local)
#define I32(number) WASM_OP_I32_CONST, (number)
#define END         WASM_OP_END

/* Types: so many i32 parameters, and perhaps an i32 result. */
#define TAKES_TWO        BYTES(0x60, 2, 0x7f, 0x7f, 0)
#define TAKES_TWO_TO_ONE BYTES(0x60, 2, 0x7f, 0x7f, 1, 0x7f)
#define NO_LOCALS        0
#define TWO_LOCALS       1, 2, 0x7f

/* Parameters are slots 0 and 1, the record 2 to 4, locals 5 and 6, operands follow. */
static void expect_code(const char *expected)
{
	struct wasm_module *module;
	struct fault fault = {.text = ""};
	assert_int_equal(
	    wasm_module_create(machine.builder.bytes, machine.builder.size, &module, &fault),
	    STATUS_OK);
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	assert_non_null(out);
	code_text_write(out, module->bodies[0].form, "");
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	wasm_module_destroy(module);
}

static void body_of_two(const uint8_t *body, size_t size)
{
	wasm_machine_build(&machine, TAKES_TWO, body, size);
}

static void body_of_two_to_one(const uint8_t *body, size_t size)
{
	wasm_machine_build(&machine, TAKES_TWO_TO_ONE, body, size);
}

static void locals_are_read_and_written_where_they_are(void **state)
{
	body_of_two(BYTES(NO_LOCALS, GET(0), GET(1), WASM_OP_I32_ADD, SET(0), END));
	expect_code("FORM_I32_ADD ss 0 0 1\n"
		    "FORM_RETURN ss 0 2 0\n");
}

static void a_local_is_saved_before_it_changes_while_it_is_on_the_stack(void **state)
{
	body_of_two_to_one(BYTES(NO_LOCALS, GET(0), GET(1), SET(0), END));
	expect_code("FORM_COPY_TWO ss 5 0 0 | 4294967296\n"
		    "FORM_RETURN_VALUE ss 5 2 0\n");
}

static void two_copies_in_a_row_are_one_instruction(void **state)
{
	body_of_two(BYTES(TWO_LOCALS, GET(0), SET(2), GET(1), SET(3), END));
	expect_code("FORM_COPY_TWO ss 5 0 0 | 4295360512\n"
		    "FORM_RETURN ss 0 2 0\n");
}

static void constants_stand_in_the_word_or_in_the_next(void **state)
{
	body_of_two(BYTES(NO_LOCALS, GET(0), I32(5), WASM_OP_I32_MUL, SET(0), GET(1), I32(0xff),
			  0xff, 0x07, WASM_OP_I32_AND, SET(1), END));
	expect_code("FORM_I32_MUL si 0 0 5\n"
		    "FORM_I32_AND sk 1 1 0 | 131071\n"
		    "FORM_RETURN ss 0 2 0\n");
}

static void the_newest_result_is_taken_from_its_register(void **state)
{
	body_of_two_to_one(
	    BYTES(NO_LOCALS, GET(0), GET(1), WASM_OP_I32_XOR, GET(0), WASM_OP_I32_SUB, END));
	expect_code("FORM_I32_XOR ss 5 0 1\n"
		    "FORM_I32_SUB rs 5 5 0\n"
		    "FORM_RETURN_VALUE rs 5 2 0\n");
}

static void a_comparison_is_part_of_the_branch(void **state)
{
	body_of_two(BYTES(NO_LOCALS, WASM_OP_BLOCK, 0x40, GET(0), GET(1), WASM_OP_I32_LT_S,
			  WASM_OP_I32_EQZ, WASM_OP_BR_IF, 0, I32(7), SET(0), END, END));
	expect_code("FORM_BRANCH_I32_GE_S ss 0 1 2\n"
		    "FORM_CONSTANT ss 0 7 0\n"
		    "FORM_RETURN ss 0 2 0\n");
}

static void a_loop_that_counts_ends_with_one_instruction(void **state)
{
	body_of_two(BYTES(NO_LOCALS, WASM_OP_LOOP, 0x40, GET(0), I32(1), WASM_OP_I32_ADD, TEE(0),
			  GET(1), WASM_OP_I32_NE, WASM_OP_BR_IF, 0, END, END));
	expect_code("FORM_STEP_I32_NE ss 0 1 0 | 65536\n"
		    "FORM_RETURN ss 0 2 0\n");
}

static void an_element_of_an_array_is_loaded_by_one_instruction(void **state)
{
	body_of_two_to_one(BYTES(NO_LOCALS, GET(0), GET(1), I32(2), WASM_OP_I32_SHL,
				 WASM_OP_I32_ADD, I32(12), WASM_OP_I32_ADD, WASM_OP_I32_LOAD, 2, 4,
				 END));
	/* The second word: shift 2, offset 4, addend 12. */
	expect_code("FORM_I32_LOAD xs 5 0 1 | 51539869698\n"
		    "FORM_RETURN_VALUE rs 5 2 0\n");
}

static void a_sum_that_only_a_store_needs_is_its_own(void **state)
{
	body_of_two(BYTES(NO_LOCALS, GET(0), I32(12), WASM_OP_I32_ADD, GET(1), GET(1),
			  WASM_OP_I32_MUL, WASM_OP_I32_STORE, 2, 4, END));
	expect_code("FORM_I32_MUL ss 6 1 1\n"
		    "FORM_I32_STORE sk 0 6 0 | 51539869696\n"
		    "FORM_RETURN ss 0 2 0\n");
}

static void unreachable_code_makes_no_words(void **state)
{
	body_of_two(BYTES(NO_LOCALS, WASM_OP_BLOCK, 0x40, WASM_OP_BR, 0, WASM_OP_LOOP, 0x40, GET(0),
			  WASM_OP_DROP, END, WASM_OP_UNREACHABLE, END, WASM_OP_RETURN, WASM_OP_NOP,
			  END));
	expect_code("FORM_JUMP ss 0 1 0\n"
		    "FORM_RETURN ss 0 2 0\n");
}

static void a_branch_that_leaves_operands_behind_moves_its_value_down(void **state)
{
	body_of_two_to_one(BYTES(NO_LOCALS, WASM_OP_BLOCK, 0x7f, GET(0), GET(1), WASM_OP_I32_MUL,
				 GET(1), GET(1), WASM_OP_I32_MUL, GET(0), WASM_OP_BR_IF, 0,
				 WASM_OP_I32_ADD, END, END));
	expect_code("FORM_I32_MUL ss 5 0 1\n"
		    "FORM_I32_MUL ss 6 1 1\n"
		    "FORM_BRANCH_I32_EQ si 0 0 3\n"
		    "FORM_COPY rs 5 6 0\n"
		    "FORM_JUMP ss 0 2 0\n"
		    "FORM_I32_ADD ss 5 5 6\n"
		    "FORM_RETURN_VALUE ss 5 2 0\n");
}

static enum status create(struct fault *fault)
{
	struct wasm_module *module;
	enum status status =
	    wasm_module_create(machine.builder.bytes, machine.builder.size, &module, fault);
	if (status == STATUS_OK)
		wasm_module_destroy(module);
	return status;
}

static void the_largest_frame_that_is_valid_has_a_slot_for_everything(void **state)
{
	/* 50,000 locals, and 14,000 operands on the stack at once, each read once more. */
	enum { OPERANDS = 14000 };
	static uint8_t body[100000] = {1, 0xd0, 0x86, 0x03, 0x7f};
	size_t size = 5;
	for (int i = 0; i < OPERANDS; i++) {
		body[size++] = WASM_OP_GLOBAL_GET;
		body[size++] = 0;
	}
	for (int i = 1; i < OPERANDS; i++)
		body[size++] = WASM_OP_I32_ADD;
	body[size++] = END;
	body_of_two_to_one(body, size);
	assert_int_equal(wasm_machine_start(&machine, NULL, 0), STATUS_OK);
	const union wasm_word *header = machine.module->bodies[0].form->entry - 1;
	assert_int_equal(header->header.slots, 2 + FRAME_RECORD_SLOTS + 50000 + OPERANDS);
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){0, 0}), WASM_TRAPPED);
	assert_int_equal(wasm_thread_trap(machine.thread), WASM_TRAP_STACK_EXHAUSTED);
	wasm_machine_stop(&machine);
}

static void refuse_any_allocation(void)
{
	struct fault fault;
	enum status status = STATUS_NO_MEMORY;
	for (uint64_t granted = 0; status != STATUS_OK; granted++) {
		test_port_refuse_after = test_port_allocations + granted;
		status = create(&fault);
		assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
		assert_int_equal(test_port_live_bytes, 0);
		assert_true(granted < 100);
	}
	test_port_refuse_after = UINT64_MAX;
}

static void refusing_any_allocation_fails_cleanly(void **state)
{
	body_of_two_to_one(BYTES(TWO_LOCALS, WASM_OP_BLOCK, 0x7f, GET(0), GET(1), WASM_OP_I32_MUL,
				 GET(0), WASM_OP_BR_IF, 0, GET(0), GET(1), WASM_OP_CALL, 0,
				 WASM_OP_I32_ADD, END, END));
	refuse_any_allocation();
}

/* Of code with more words than were expected: one of these bodies needs more right at its end. */
static void so_does_refusing_more_code_anywhere(void **state)
{
	enum { COUNTS = 80 };
	static const uint8_t begin[] = {TWO_LOCALS, GET(0)};
	static const uint8_t end[] = {SET(2), GET(0),       GET(1), WASM_OP_BR_IF,
				      0,      WASM_OP_DROP, GET(1), END};
	for (size_t count = 40; count < COUNTS; count++) {
		uint8_t body[sizeof begin + COUNTS + sizeof end];
		memcpy(body, begin, sizeof begin);
		memset(body + sizeof begin, WASM_OP_I32_CLZ, count);
		memcpy(body + sizeof begin + count, end, sizeof end);
		body_of_two_to_one(body, sizeof begin + count + sizeof end);
		refuse_any_allocation();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(locals_are_read_and_written_where_they_are),
	    cmocka_unit_test(a_local_is_saved_before_it_changes_while_it_is_on_the_stack),
	    cmocka_unit_test(two_copies_in_a_row_are_one_instruction),
	    cmocka_unit_test(constants_stand_in_the_word_or_in_the_next),
	    cmocka_unit_test(the_newest_result_is_taken_from_its_register),
	    cmocka_unit_test(a_comparison_is_part_of_the_branch),
	    cmocka_unit_test(a_loop_that_counts_ends_with_one_instruction),
	    cmocka_unit_test(an_element_of_an_array_is_loaded_by_one_instruction),
	    cmocka_unit_test(a_sum_that_only_a_store_needs_is_its_own),
	    cmocka_unit_test(unreachable_code_makes_no_words),
	    cmocka_unit_test(a_branch_that_leaves_operands_behind_moves_its_value_down),
	    cmocka_unit_test(the_largest_frame_that_is_valid_has_a_slot_for_everything),
	    cmocka_unit_test(refusing_any_allocation_fails_cleanly),
	    cmocka_unit_test(so_does_refusing_more_code_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
