/*
 * What the translator may get wrong, each as the smallest code that would show it. Every body is
 * run twice, the second time interrupted wherever that is possible: then no register of the machine
 * survives a jump.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wasm.h"
#include "opcodes.h"
#include "support/port.h"
#include "support/wasm_machine.h"

#define GET(local)    WASM_OP_LOCAL_GET, (local)
#define SET(local)    WASM_OP_LOCAL_SET, (local)
#define TEE(local)    WASM_OP_LOCAL_TEE, (local)
#define I32(value)    WASM_OP_I32_CONST, (value)
#define I64(value)    WASM_OP_I64_CONST, (value)
#define BLOCK(type)   WASM_OP_BLOCK, (type)
#define LOOP(type)    WASM_OP_LOOP, (type)
#define IF(type)      WASM_OP_IF, (type)
#define BR(label)     WASM_OP_BR, (label)
#define BR_IF(label)  WASM_OP_BR_IF, (label)
#define CALL(index)   WASM_OP_CALL, (index)
#define ADD           WASM_OP_I32_ADD
#define SUB           WASM_OP_I32_SUB
#define MUL           WASM_OP_I32_MUL
#define SHL           WASM_OP_I32_SHL
#define END           WASM_OP_END
#define NO_LOCALS     0
#define LOCALS_I32(n) 1, (n), 0x7f
#define LOAD(offset)  WASM_OP_I32_LOAD, 0, (offset)
#define STORE(offset) WASM_OP_I32_STORE, 0, (offset)

/* Block types and function types by number. */
enum {
	EMPTY = 0x40,
	ONE_I32 = 0x7f,
	TYPE_SWAP = 1, /* [i32 i32] -> [i32 i32] */
	TYPE_STEP = 2, /* [i32] -> [i32] */
	TYPE_FOUR = 3, /* [] -> [i32 i32 i32 i32] */
	TYPE_TWO = 4,  /* [] -> [i32 i32] */
	TYPE_TAKE = 5  /* [i32 i32] -> [] */
};

/* Functions beside the one under test, which is 0. */
enum {
	FUNCTION_SWAP = 1, /* returns its arguments the other way round */
	FUNCTION_STEP = 2, /* returns its argument plus 1 */
	FUNCTION_FOUR = 3  /* returns 1, 2, 3, 4 */
};

static struct wasm_machine machine;

static void append_section(uint8_t id, const struct wasm_builder *payload)
{
	wasm_builder_section(&machine.builder, id, payload->bytes, payload->size);
}

static void append_type(struct wasm_builder *types, const char *signature)
{
	static const char letters[] = "iIfF";
	const char *colon = strchr(signature, ':');
	wasm_builder_append(types, BYTES(0x60, (uint8_t)(colon - signature)));
	for (const char *letter = signature; *letter != '\0'; letter++) {
		if (*letter == ':')
			wasm_builder_u32(types, (uint32_t)strlen(colon + 1));
		else
			wasm_builder_append(
			    types, BYTES((uint8_t)(0x7f - (strchr(letters, *letter) - letters))));
	}
}

static void append_body(struct wasm_builder *code, const uint8_t *body, size_t size)
{
	wasm_builder_u32(code, (uint32_t)size);
	wasm_builder_append(code, body, size);
}

/* A module with a page of memory, a mutable global 0, and the functions above. */
static void build(const char *signature, const uint8_t *body, size_t size)
{
	static struct wasm_builder part;
	wasm_builder_begin(&machine.builder);
	part.size = 0;
	wasm_builder_append(&part, BYTES(6));
	append_type(&part, signature);
	append_type(&part, "ii:ii");
	append_type(&part, "i:i");
	append_type(&part, ":iiii");
	append_type(&part, ":ii");
	append_type(&part, "ii:");
	append_section(1, &part);
	wasm_builder_section(&machine.builder, 3, BYTES(4, 0, TYPE_SWAP, TYPE_STEP, TYPE_FOUR));
	wasm_builder_section(&machine.builder, 5, BYTES(1, 0, 1));
	wasm_builder_section(&machine.builder, 6, BYTES(1, 0x7f, 1, I32(0), END));
	wasm_builder_section(&machine.builder, 7, BYTES(1, 1, 'f', 0, 0));
	part.size = 0;
	wasm_builder_append(&part, BYTES(4));
	append_body(&part, body, size);
	append_body(&part, BYTES(NO_LOCALS, GET(1), GET(0), END));
	append_body(&part, BYTES(NO_LOCALS, GET(0), I32(1), ADD, END));
	append_body(&part, BYTES(NO_LOCALS, I32(1), I32(2), I32(3), I32(4), END));
	append_section(10, &part);
}

enum { VALUES_MAX = 8 };

static void start_machine(void)
{
	if (wasm_machine_start(&machine, NULL, 0) != STATUS_OK)
		fail_msg("%s", machine.fault.text);
}

static void stop_machine(void)
{
	wasm_machine_stop(&machine);
	assert_int_equal(test_port_live_bytes, 0);
}

static enum wasm_outcome call(const uint64_t *arguments, bool is_interrupted)
{
	enum wasm_outcome outcome;
	if (is_interrupted)
		wasm_thread_interrupt(machine.thread);
	outcome = wasm_machine_call(&machine, arguments);
	while (outcome == WASM_INTERRUPTED) {
		wasm_thread_interrupt(machine.thread);
		outcome = wasm_thread_resume(machine.thread);
	}
	return outcome;
}

/* A body, what it is called with, and what it returns. */
struct row {
	const char *signature;
	const uint8_t *body;
	size_t size;
	uint64_t arguments[VALUES_MAX];
	uint64_t results[VALUES_MAX];
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < 2 * count; i++) {
		const struct row *row = &rows[i / 2];
		build(row->signature, row->body, row->size);
		start_machine();
		if (call(row->arguments, i % 2 == 1) != WASM_FINISHED)
			fail_msg("row %zu: %s", i / 2, wasm_thread_trap_text(machine.thread));
		const uint64_t *results = wasm_thread_results(machine.thread);
		for (size_t j = 0; j < strlen(strchr(row->signature, ':') + 1); j++)
			if (results[j] != row->results[j])
				fail_msg("row %zu, result %zu: %llx, expected %llx", i / 2, j,
					 (unsigned long long)results[j],
					 (unsigned long long)row->results[j]);
		stop_machine();
	}
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof(rows)[0])

/* ---- Locals on the stack ---- */

static void a_local_on_the_stack_keeps_its_value_when_the_local_is_set(void **state)
{
	const struct row rows[] = {
	    /* Once, twice, and with another local between. */
	    {"i:ii", BYTES(NO_LOCALS, GET(0), I32(9), SET(0), GET(0), END), {5}, {5, 9}},
	    {"i:iii",
	     BYTES(NO_LOCALS, GET(0), GET(0), I32(9), SET(0), GET(0), END),
	     {5},
	     {5, 5, 9}},
	    {"ii:iiii",
	     BYTES(NO_LOCALS, GET(0), GET(1), GET(0), GET(1), SET(0), GET(0), END),
	     {5, 6},
	     {5, 6, 5, 6}},
	    /* Set again after it was saved; saved a second time. */
	    {"i:iii",
	     BYTES(NO_LOCALS, GET(0), I32(8), SET(0), GET(0), I32(9), SET(0), GET(0), END),
	     {5},
	     {5, 8, 9}},
	    /* To itself, and to itself plus something. */
	    {"i:ii", BYTES(NO_LOCALS, GET(0), GET(0), SET(0), GET(0), END), {5}, {5, 5}},
	    {"i:ii",
	     BYTES(NO_LOCALS, GET(0), GET(0), I32(1), ADD, SET(0), GET(0), END),
	     {5},
	     {5, 6}},
	    {"i:iii",
	     BYTES(NO_LOCALS, GET(0), I32(1), ADD, GET(0), I32(9), SET(0), GET(0), END),
	     {5},
	     {6, 5, 9}},
	    /* Two locals that change places. */
	    {"ii:ii",
	     BYTES(NO_LOCALS, GET(0), GET(1), SET(0), SET(1), GET(0), GET(1), END),
	     {5, 6},
	     {6, 5}},
	};
	(void)state;
	CHECK(rows);
}

static void a_tee_of_a_local_that_lies_below_saves_it_first(void **state)
{
	const struct row rows[] = {
	    {"i:iii", BYTES(NO_LOCALS, GET(0), I32(7), TEE(0), GET(0), END), {5}, {5, 7, 7}},
	    {"i:iii",
	     BYTES(NO_LOCALS, GET(0), GET(0), I32(1), ADD, TEE(0), GET(0), END),
	     {5},
	     {5, 6, 6}},
	    {"i:i", BYTES(NO_LOCALS, GET(0), GET(0), I32(1), ADD, TEE(0), MUL, END), {5}, {30}},
	    {"i:i",
	     BYTES(NO_LOCALS, GET(0), CALL(FUNCTION_STEP), TEE(0), GET(0), MUL, END),
	     {5},
	     {36}},
	};
	(void)state;
	CHECK(rows);
}

static void a_local_that_is_set_on_one_way_only_keeps_its_value_on_the_other(void **state)
{
	const struct row rows[] = {
	    {"ii:ii",
	     BYTES(NO_LOCALS, GET(0), GET(1), IF(EMPTY), I32(9), SET(0), END, GET(0), END),
	     {5, 0},
	     {5, 5}},
	    {"ii:ii",
	     BYTES(NO_LOCALS, GET(0), GET(1), IF(EMPTY), I32(9), SET(0), END, GET(0), END),
	     {5, 1},
	     {5, 9}},
	    {"ii:ii",
	     BYTES(NO_LOCALS, GET(0), BLOCK(EMPTY), GET(1), BR_IF(0), I32(9), SET(0), END, GET(0),
		   END),
	     {5, 1},
	     {5, 5}},
	    /* The stack below a block is put in order only once. */
	    {"ii:iii",
	     BYTES(NO_LOCALS, GET(0), BLOCK(EMPTY), END, GET(0), BLOCK(EMPTY), GET(1), BR_IF(0),
		   I32(9), SET(0), END, GET(0), END),
	     {5, 0},
	     {5, 5, 9}},
	    {"ii:ii",
	     BYTES(NO_LOCALS, BLOCK(EMPTY), END, GET(0), WASM_OP_DROP, GET(0), BLOCK(EMPTY), GET(1),
		   BR_IF(0), I32(9), SET(0), END, GET(0), END),
	     {5, 0},
	     {5, 9}},
	};
	(void)state;
	CHECK(rows);
}

/* ---- Blocks ---- */

static void parameters_of_blocks_may_be_locals_and_constants(void **state)
{
	const struct row rows[] = {
	    {"i:ii",
	     BYTES(NO_LOCALS, GET(0), I32(3), BLOCK(TYPE_SWAP), I32(9), SET(0), END, END),
	     {5},
	     {5, 3}},
	    {"i:ii",
	     BYTES(NO_LOCALS, GET(0), I32(3), GET(0), IF(TYPE_SWAP), CALL(FUNCTION_SWAP), END, END),
	     {5},
	     {3, 5}},
	    {"i:ii",
	     BYTES(NO_LOCALS, GET(0), I32(3), GET(0), IF(TYPE_SWAP), CALL(FUNCTION_SWAP), END, END),
	     {0},
	     {0, 3}},
	    /* Both parts of an `if` find them. */
	    {"i:i",
	     BYTES(NO_LOCALS, I32(3), GET(0), IF(TYPE_STEP), I32(1), ADD, WASM_OP_ELSE, I32(2), MUL,
		   END, END),
	     {0},
	     {6}},
	};
	(void)state;
	CHECK(rows);
}

static void loops_take_their_parameters_again(void **state)
{
	const struct row rows[] = {
	    /* Greatest common divisor: both parameters are carried back. */
	    {"ii:i",
	     BYTES(LOCALS_I32(1), GET(0), GET(1), LOOP(TYPE_SWAP), TEE(2), WASM_OP_I32_REM_U,
		   SET(0), GET(2), GET(0), GET(0), BR_IF(0), END, WASM_OP_DROP, END),
	     {12, 18},
	     {6}},
	    /* The values to carry back lie above others. */
	    {"i:i",
	     BYTES(NO_LOCALS, I32(0), LOOP(TYPE_STEP), GET(0), ADD, I32(55), GET(0), I32(1), SUB,
		   SET(0), WASM_OP_DROP, GET(0), BR_IF(0), END, END),
	     {4},
	     {10}},
	    {"i:i",
	     BYTES(LOCALS_I32(1), I32(0), LOOP(TYPE_STEP), SET(1), I32(55), GET(1), GET(0), ADD,
		   GET(0), I32(1), SUB, TEE(0), BR_IF(0), SET(1), WASM_OP_DROP, GET(1), END, END),
	     {4},
	     {10}},
	};
	(void)state;
	CHECK(rows);
}

static void constants_survive_where_ways_meet(void **state)
{
	const struct row rows[] = {
	    {"i:ii",
	     BYTES(NO_LOCALS, I32(4), BLOCK(ONE_I32), I32(7), GET(0), BR_IF(0), WASM_OP_DROP,
		   I32(8), END, END),
	     {0},
	     {4, 8}},
	    {"i:ii",
	     BYTES(NO_LOCALS, I32(4), BLOCK(ONE_I32), I32(7), GET(0), BR_IF(0), WASM_OP_DROP,
		   I32(8), END, END),
	     {1},
	     {4, 7}},
	    {"i:ii",
	     BYTES(NO_LOCALS, I32(4), GET(0), IF(ONE_I32), I32(7), WASM_OP_ELSE, I32(8), END, END),
	     {0},
	     {4, 8}},
	    /* A tee of a constant is a constant, and the local is set all the same. */
	    {"i:ii", BYTES(NO_LOCALS, I32(7), TEE(0), BLOCK(EMPTY), END, GET(0), END), {5}, {7, 7}},
	};
	(void)state;
	CHECK(rows);
}

/* ---- Branches ---- */

static void branches_carry_values_down_and_leave_the_rest(void **state)
{
	const struct row rows[] = {
	    {"i:ii",
	     BYTES(NO_LOCALS, BLOCK(TYPE_TWO), I32(1), I32(2), I32(3), GET(0), BR(0), END, END),
	     {5},
	     {3, 5}},
	    /* Taken or not, the values above stay where they are. */
	    {"i:i",
	     BYTES(NO_LOCALS, BLOCK(ONE_I32), I32(40), I32(7), GET(0), BR_IF(0), ADD, END, END),
	     {0},
	     {47}},
	    {"i:i",
	     BYTES(NO_LOCALS, BLOCK(ONE_I32), I32(40), I32(7), GET(0), BR_IF(0), ADD, END, END),
	     {1},
	     {7}},
	    /* More than are moved one by one. */
	    {"i:iiii",
	     BYTES(NO_LOCALS, BLOCK(TYPE_FOUR), I32(9), I32(1), GET(0), I32(3), I32(4), BR(0), END,
		   END),
	     {5},
	     {1, 5, 3, 4}},
	    {"i:iiii",
	     BYTES(NO_LOCALS, I32(9), CALL(FUNCTION_FOUR), GET(0), BR_IF(0), WASM_OP_DROP,
		   WASM_OP_DROP, WASM_OP_DROP, WASM_OP_DROP, WASM_OP_DROP, I32(5), I32(6), I32(7),
		   I32(8), END),
	     {1},
	     {1, 2, 3, 4}},
	    {"i:iiii",
	     BYTES(NO_LOCALS, I32(9), CALL(FUNCTION_FOUR), GET(0), BR_IF(0), WASM_OP_DROP,
		   WASM_OP_DROP, WASM_OP_DROP, WASM_OP_DROP, WASM_OP_DROP, I32(5), I32(6), I32(7),
		   I32(8), END),
	     {0},
	     {5, 6, 7, 8}},
	    /* Locals that are moved over each other. */
	    {"ii:ii",
	     BYTES(NO_LOCALS, BLOCK(TYPE_TWO), I32(0), GET(1), GET(0), BR(0), END, END),
	     {5, 6},
	     {6, 5}},
	};
	(void)state;
	CHECK(rows);
}

#define SELECT_WAY                                                                                 \
	BYTES(NO_LOCALS, BLOCK(ONE_I32), BLOCK(ONE_I32), BLOCK(ONE_I32), I32(50), I32(7), GET(0),  \
	      WASM_OP_BR_TABLE, 3, 0, 1, 0, 2, END, I32(1), ADD, BR(1), END, I32(2), ADD, END,     \
	      END)

static void a_br_table_carries_its_value_on_every_way(void **state)
{
	const struct row rows[] = {
	    {"i:i", SELECT_WAY, {0}, {8}},
	    {"i:i", SELECT_WAY, {1}, {9}},
	    {"i:i", SELECT_WAY, {2}, {8}},
	    {"i:i", SELECT_WAY, {3}, {7}},
	    {"i:i", SELECT_WAY, {0xffffffff}, {7}},
	    /* Back to a loop, whose parameter it is. */
	    {"i:i",
	     BYTES(LOCALS_I32(1), BLOCK(ONE_I32), I32(0), LOOP(TYPE_STEP), I32(3), ADD, SET(1),
		   I32(9), GET(1), GET(0), I32(1), SUB, TEE(0), WASM_OP_BR_TABLE, 1, 1, 0, END, END,
		   END),
	     {4},
	     {12}},
	};
	(void)state;
	CHECK(rows);
}

static void a_register_does_not_survive_a_branch_target(void **state)
{
	const struct row rows[] = {
	    /* The newest result is made on one way, the operand on both. */
	    {"ii:i",
	     BYTES(NO_LOCALS, BLOCK(EMPTY), GET(1), BR_IF(0), GET(0), I32(1), ADD, SET(0), END,
		   GET(0), I32(3), MUL, END),
	     {5, 1},
	     {15}},
	    {"ii:i",
	     BYTES(NO_LOCALS, BLOCK(EMPTY), GET(1), BR_IF(0), GET(0), I32(1), ADD, SET(0), END,
		   GET(0), I32(3), MUL, END),
	     {5, 0},
	     {18}},
	    {"ii:i",
	     BYTES(NO_LOCALS, GET(0), I32(1), ADD, SET(0), LOOP(EMPTY), GET(0), I32(3), MUL, SET(0),
		   GET(1), I32(1), SUB, TEE(1), BR_IF(0), END, GET(0), END),
	     {5, 3},
	     {162}},
	};
	(void)state;
	CHECK(rows);
}

/* The newest result of a type lies in a local that something else overwrites: no operator of that
 * type, so that its register has the old value still. */
static void a_register_is_forgotten_when_its_local_is_overwritten(void **state)
{
	const struct row rows[] = {
	    {"ff:f",
	     BYTES(NO_LOCALS, GET(0), WASM_OP_F32_NEG, SET(0), GET(1), GET(1), I32(1),
		   WASM_OP_SELECT, SET(0), GET(0), WASM_OP_F32_NEG, END),
	     {0x3f800000, 0x40000000},
	     {0xc0000000}},
	    {"FF:F",
	     BYTES(NO_LOCALS, GET(0), WASM_OP_F64_NEG, SET(0), GET(1), SET(0), GET(0),
		   WASM_OP_F64_NEG, END),
	     {0x3ff0000000000000, 0x4000000000000000},
	     {0xc000000000000000}},
	};
	(void)state;
	CHECK(rows);
}

/* ---- Calls ---- */

static void arguments_and_results_lie_over_each_other(void **state)
{
	const struct row rows[] = {
	    {"ii:ii", BYTES(NO_LOCALS, GET(0), GET(1), CALL(FUNCTION_SWAP), END), {5, 6}, {6, 5}},
	    {"ii:ii",
	     BYTES(NO_LOCALS, GET(0), GET(1), CALL(FUNCTION_SWAP), CALL(FUNCTION_SWAP),
		   CALL(FUNCTION_SWAP), END),
	     {5, 6},
	     {6, 5}},
	    /* Results of one call are arguments of the next; more results than parameters. */
	    {":iiii",
	     BYTES(NO_LOCALS, CALL(FUNCTION_FOUR), CALL(FUNCTION_SWAP), END),
	     {0},
	     {1, 2, 4, 3}},
	    {":iiiii",
	     BYTES(NO_LOCALS, I32(9), CALL(FUNCTION_FOUR), CALL(FUNCTION_STEP), END),
	     {0},
	     {9, 1, 2, 3, 5}},
	    /* The result is both an argument and a local. */
	    {"i:i",
	     BYTES(NO_LOCALS, GET(0), CALL(FUNCTION_STEP), TEE(0), CALL(FUNCTION_STEP), GET(0), MUL,
		   END),
	     {5},
	     {42}},
	};
	(void)state;
	CHECK(rows);
}

/* ---- What several instructions become one by ---- */

static void a_local_that_counts_is_compared_as_it_is_afterwards(void **state)
{
	const struct row rows[] = {
	    /* With itself: as often as not the comparison would see it before. */
	    {"i:i",
	     BYTES(NO_LOCALS, BLOCK(EMPTY), GET(0), I32(1), ADD, TEE(0), GET(0), WASM_OP_I32_NE,
		   BR_IF(0), I32(55), SET(0), END, GET(0), END),
	     {5},
	     {55}},
	    /* Another one than was counted up. */
	    {"ii:i",
	     BYTES(NO_LOCALS, BLOCK(EMPTY), GET(1), I32(1), ADD, TEE(0), GET(1), WASM_OP_I32_GT_S,
		   BR_IF(0), I32(55), SET(0), END, GET(0), END),
	     {9, 5},
	     {6}},
	    {"i:ii",
	     BYTES(LOCALS_I32(1), LOOP(EMPTY), GET(1), GET(0), ADD, SET(1), GET(0), I32(1), SUB,
		   TEE(0), BR_IF(0), END, GET(0), GET(1), END),
	     {4},
	     {0, 10}},
	};
	(void)state;
	CHECK(rows);
}

static void sums_of_products_are_taken_apart_only_where_that_is_the_same(void **state)
{
	const struct row rows[] = {
	    {"iii:i", BYTES(NO_LOCALS, GET(0), GET(1), GET(2), MUL, ADD, END), {3, 4, 5}, {23}},
	    {"iii:i", BYTES(NO_LOCALS, GET(1), GET(2), MUL, GET(0), SUB, END), {3, 4, 5}, {17}},
	    {"iii:i",
	     BYTES(NO_LOCALS, GET(0), GET(1), GET(2), MUL, SUB, END),
	     {3, 4, 5},
	     {0xffffffef}},
	    {"iii:i",
	     BYTES(NO_LOCALS, GET(0), I32(1), ADD, GET(1), GET(2), MUL, ADD, END),
	     {3, 4, 5},
	     {24}},
	    {"iii:i",
	     BYTES(NO_LOCALS, GET(1), GET(2), MUL, GET(0), I32(1), ADD, ADD, END),
	     {3, 4, 5},
	     {24}},
	    {"ii:i",
	     BYTES(NO_LOCALS, GET(0), GET(0), MUL, GET(1), GET(1), MUL, ADD, END),
	     {3, 4},
	     {25}},
	};
	(void)state;
	CHECK(rows);
}

/* Stores 42 to the address that the code computes, and loads it from where it should be. */
static void addresses_are_sums_modulo_the_address_space(void **state)
{
	const struct row rows[] = {
	    {"ii:i",
	     BYTES(NO_LOCALS, GET(0), GET(1), I32(2), SHL, ADD, I32(42), STORE(8), I32(36), LOAD(0),
		   END),
	     {16, 3},
	     {42}},
	    {"ii:i",
	     BYTES(NO_LOCALS, GET(0), I32(1), ADD, I32(2), SHL, GET(1), STORE(0), I32(16), LOAD(0),
		   END),
	     {3, 42},
	     {42}},
	    /* Both terms are shifted. */
	    {"ii:i",
	     BYTES(NO_LOCALS, GET(0), I32(1), SHL, GET(1), I32(2), SHL, ADD, GET(1), STORE(0),
		   I32(22), LOAD(0), END),
	     {5, 3},
	     {3}},
	    {"ii:i",
	     BYTES(NO_LOCALS, I32(22), GET(0), STORE(0), GET(0), I32(1), SHL, GET(1), I32(2), SHL,
		   ADD, LOAD(0), END),
	     {5, 3},
	     {5}},
	    /* It comes back from below 0. */
	    {"i:i",
	     BYTES(NO_LOCALS, I32(4), GET(0), STORE(0), GET(0), I32(0xf0), 0, ADD, LOAD(0), END),
	     {0xffffff94},
	     {0xffffff94}},
	    /* A shift counts modulo 32. */
	    {"i:i",
	     BYTES(NO_LOCALS, I32(20), GET(0), STORE(0), GET(0), I32(34), SHL, LOAD(0), END),
	     {5},
	     {5}},
	    /* The value that is stored comes after the address. */
	    {"ii:i",
	     BYTES(NO_LOCALS, GET(0), GET(1), ADD, GET(1), GET(0), ADD, STORE(0), I32(12), LOAD(0),
		   END),
	     {5, 7},
	     {12}},
	    {"ii:i",
	     BYTES(NO_LOCALS, GET(0), I32(4), ADD, GET(0), I32(4), ADD, TEE(0), STORE(0), GET(0),
		   LOAD(0), END),
	     {8, 0},
	     {12}},
	};
	(void)state;
	CHECK(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_local_on_the_stack_keeps_its_value_when_the_local_is_set),
	    cmocka_unit_test(a_tee_of_a_local_that_lies_below_saves_it_first),
	    cmocka_unit_test(a_local_that_is_set_on_one_way_only_keeps_its_value_on_the_other),
	    cmocka_unit_test(parameters_of_blocks_may_be_locals_and_constants),
	    cmocka_unit_test(loops_take_their_parameters_again),
	    cmocka_unit_test(constants_survive_where_ways_meet),
	    cmocka_unit_test(branches_carry_values_down_and_leave_the_rest),
	    cmocka_unit_test(a_br_table_carries_its_value_on_every_way),
	    cmocka_unit_test(a_register_does_not_survive_a_branch_target),
	    cmocka_unit_test(a_register_is_forgotten_when_its_local_is_overwritten),
	    cmocka_unit_test(arguments_and_results_lie_over_each_other),
	    cmocka_unit_test(a_local_that_counts_is_compared_as_it_is_afterwards),
	    cmocka_unit_test(sums_of_products_are_taken_apart_only_where_that_is_the_same),
	    cmocka_unit_test(addresses_are_sums_modulo_the_address_space),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
