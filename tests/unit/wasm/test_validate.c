#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "limits.h"
#include "opcodes.h"
#include "support/port.h"
#include "support/wasm_builder.h"

#define I32          WASM_OP_I32_CONST, 0
#define I64          WASM_OP_I64_CONST, 0
#define F32          WASM_OP_F32_CONST, 0, 0, 0, 0
#define NULL_EXTERN  WASM_OP_REF_NULL, WASM_EXTERNREF
#define NULL_FUNC    WASM_OP_REF_NULL, WASM_FUNCREF
#define EMPTY        0x40
#define PREFIX(code) (code) >> 8, (code) & 0xff

static struct wasm_builder builder;

static void section(uint8_t id, const uint8_t *payload, size_t size)
{
	wasm_builder_section(&builder, id, payload, size);
}

/* What bodies under test may refer to. Function 1 is the one that is tested. */
enum {
	TYPE_NONE = 0,    /* [] -> [] */
	TYPE_I32 = 1,     /* [i32] -> [i32] */
	TYPE_SWAP = 2,    /* [i32 i64] -> [i64 i32] */
	TYPE_TO_I32 = 3,  /* [] -> [i32] */
	GLOBAL_FIXED = 0, /* immutable i32, imported */
	GLOBAL_I32 = 1,   /* mutable */
	TABLE_FUNCTIONS = 0,
	TABLE_EXTERNS = 1,
	TABLE_MORE_FUNCTIONS = 2,
	FUNCTION_DECLARED = 0, /* imported, [] -> [] */
	FUNCTION_UNDECLARED = 1
};

static void build_surroundings(uint8_t type)
{
	wasm_builder_begin(&builder);
	section(1, BYTES(4, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7e, 2, 0x7e, 0x7f,
			 0x60, 0, 1, 0x7f));
	section(2, BYTES(2, 1, 'm', 1, 'f', 0, 0, 1, 'm', 1, 'g', 3, 0x7f, 0));
	section(3, BYTES(1, type));
	section(4, BYTES(3, 0x70, 0, 1, 0x6f, 0, 1, 0x70, 0, 1));
	section(5, BYTES(1, 0, 1));
	section(6, BYTES(1, 0x7f, 1, 0x41, 0, 0x0b));
	section(9, BYTES(2, 1, 0, 1, FUNCTION_DECLARED, 5, 0x6f, 0));
	section(12, BYTES(1));
}

static void finish_surroundings(void)
{
	section(11, BYTES(1, 1, 0));
	section(0, BYTES(4, 'n', 'a', 'm', 'e', 1, 7, 1, 1, 4, '<', '"', 0x1b, '>'));
}

static enum status judge(struct fault *fault)
{
	struct wasm_module *module;
	enum status status = wasm_module_create(builder.bytes, builder.size, &module, fault);
	if (status == STATUS_OK)
		wasm_module_destroy(module);
	return status;
}

static enum status judge_body(uint8_t type, const uint8_t *code, size_t size, struct fault *fault)
{
	build_surroundings(type);
	wasm_builder_code(&builder, code, size);
	finish_surroundings();
	return judge(fault);
}

/* A body, its type, and what is said about it. */
struct row {
	uint8_t type;
	const uint8_t *code;
	size_t size;
	const char *reason;
};

static void check_rows(const struct row *rows, size_t count, enum status expected)
{
	static const char where[] = ", in function 1 \"<\\\"\\u{001b}>\"";
	for (size_t i = 0; i < count; i++) {
		struct fault fault = {0};
		char reason[FAULT_TEXT_BYTES] = "";
		enum status status = judge_body(rows[i].type, rows[i].code, rows[i].size, &fault);
		if (rows[i].reason != NULL)
			snprintf(reason, sizeof reason, "%s%s", rows[i].reason, where);
		if (status != expected || strcmp(fault.text, reason) != 0)
			fail_msg("row %zu: %s: \"%s\", expected \"%s\"", i, status_text(status),
				 fault.text, reason);
	}
}

#define CHECK(rows, expected) check_rows(rows, sizeof(rows) / sizeof(rows)[0], expected)

static const struct row valid_rows[] = {
    {TYPE_NONE, BYTES(WASM_OP_END), NULL},
    {TYPE_SWAP, BYTES(WASM_OP_LOCAL_GET, 1, WASM_OP_LOCAL_GET, 0, WASM_OP_END), NULL},
    {TYPE_SWAP, BYTES(WASM_OP_LOCAL_GET, 0, WASM_OP_LOCAL_GET, 1, WASM_OP_CALL, 1, WASM_OP_END),
     NULL},
    {TYPE_SWAP,
     BYTES(WASM_OP_LOCAL_GET, 0, WASM_OP_LOCAL_GET, 1, WASM_OP_BLOCK, TYPE_SWAP, WASM_OP_DROP,
	   WASM_OP_DROP, I64, I32, WASM_OP_END, WASM_OP_END),
     NULL},
    {TYPE_I32,
     BYTES(WASM_OP_LOCAL_GET, 0, WASM_OP_LOOP, TYPE_I32, WASM_OP_BR, 0, WASM_OP_END, WASM_OP_END),
     NULL},
    {TYPE_I32, BYTES(WASM_OP_LOCAL_GET, 0, I32, WASM_OP_IF, TYPE_I32, WASM_OP_END, WASM_OP_END),
     NULL},
    {TYPE_TO_I32,
     BYTES(I32, WASM_OP_IF, WASM_I32, I32, WASM_OP_ELSE, I32, WASM_OP_END, WASM_OP_END), NULL},
    {TYPE_NONE, BYTES(I32, WASM_OP_BR_TABLE, 1, 0, 0, WASM_OP_END), NULL},
    {TYPE_NONE,
     BYTES(NULL_EXTERN, NULL_EXTERN, I32, WASM_OP_SELECT_TYPED, 1, WASM_EXTERNREF, WASM_OP_DROP,
	   WASM_OP_END),
     NULL},
    {TYPE_TO_I32, BYTES(WASM_OP_REF_FUNC, FUNCTION_DECLARED, WASM_OP_REF_IS_NULL, WASM_OP_END),
     NULL},
    {TYPE_NONE,
     BYTES(I32, I32, I32, PREFIX(WASM_OP_MEMORY_INIT), 0, 0, PREFIX(WASM_OP_DATA_DROP), 0,
	   WASM_OP_END),
     NULL},
    {TYPE_NONE,
     BYTES(I32, I32, I32, PREFIX(WASM_OP_TABLE_COPY), TABLE_FUNCTIONS, TABLE_MORE_FUNCTIONS,
	   WASM_OP_END),
     NULL},
    {TYPE_NONE,
     BYTES(I32, I32, WASM_OP_I64_LOAD, 3, 0x80, 0x80, 0x04, WASM_OP_DROP, WASM_OP_DROP,
	   WASM_OP_END),
     NULL},
};

static void valid_code_is_accepted(void **state)
{
	CHECK(valid_rows, STATUS_OK);
}

static const struct row unreachable_rows[] = {
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, WASM_OP_END), NULL},
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, WASM_OP_I32_ADD, WASM_OP_END), NULL},
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, I32, WASM_OP_I32_ADD, WASM_OP_END), NULL},
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, WASM_OP_SELECT, WASM_OP_END), NULL},
    {TYPE_TO_I32,
     BYTES(WASM_OP_UNREACHABLE, I64, I32, WASM_OP_SELECT, WASM_OP_I64_EQZ, WASM_OP_END), NULL},
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, WASM_OP_REF_IS_NULL, WASM_OP_END), NULL},
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, WASM_OP_SELECT, WASM_OP_REF_IS_NULL, WASM_OP_END),
     NULL},
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, WASM_OP_BR_TABLE, 1, 0, 0, WASM_OP_END), NULL},
    /* One label carries an i32, the other an f32: what is not there fits both. */
    {TYPE_TO_I32,
     BYTES(WASM_OP_BLOCK, WASM_F32, WASM_OP_UNREACHABLE, WASM_OP_BR_TABLE, 1, 0, 1, WASM_OP_END,
	   WASM_OP_DROP, I32, WASM_OP_END),
     NULL},
    {TYPE_TO_I32,
     BYTES(WASM_OP_BLOCK, WASM_I32, I32, WASM_OP_BR, 0, WASM_OP_DROP, WASM_OP_DROP, WASM_OP_END,
	   WASM_OP_END),
     NULL},
    {TYPE_NONE,
     BYTES(WASM_OP_RETURN, I32, WASM_OP_IF, TYPE_I32, WASM_OP_END, WASM_OP_DROP, WASM_OP_END),
     NULL},
};

static void unreachable_code_may_take_what_is_not_there(void **state)
{
	CHECK(unreachable_rows, STATUS_OK);
}

static const struct row unreachable_mismatch_rows[] = {
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, I64, WASM_OP_I32_EQZ, WASM_OP_END),
     "type mismatch: expected i32, found i64"},
    {TYPE_NONE, BYTES(WASM_OP_UNREACHABLE, I32, WASM_OP_END),
     "type mismatch: values left over at the end of a block: 1"},
    {TYPE_NONE, BYTES(WASM_OP_UNREACHABLE, I64, F32, I32, WASM_OP_SELECT, WASM_OP_END),
     "type mismatch: expected i64, found f32"},
    {TYPE_NONE,
     BYTES(WASM_OP_BLOCK, EMPTY, WASM_OP_UNREACHABLE, WASM_OP_END, WASM_OP_DROP, WASM_OP_END),
     "type mismatch: expected an operand, found nothing"},
    {TYPE_NONE, BYTES(WASM_OP_UNREACHABLE, I32, WASM_OP_REF_IS_NULL, WASM_OP_DROP, WASM_OP_END),
     "type mismatch: expected a reference, found i32"},
    {TYPE_TO_I32, BYTES(WASM_OP_UNREACHABLE, I64, WASM_OP_BR, 0, WASM_OP_END),
     "type mismatch: expected i32, found i64"},
};

static void unreachable_code_must_still_fit_together(void **state)
{
	CHECK(unreachable_mismatch_rows, STATUS_INVALID);
}

static const struct row mismatch_rows[] = {
    {TYPE_TO_I32, BYTES(WASM_OP_END), "type mismatch: expected i32, found nothing"},
    {TYPE_TO_I32, BYTES(I64, WASM_OP_END), "type mismatch: expected i32, found i64"},
    {TYPE_NONE, BYTES(I32, WASM_OP_END),
     "type mismatch: values left over at the end of a block: 1"},
    {TYPE_NONE, BYTES(WASM_OP_DROP, WASM_OP_END),
     "type mismatch: expected an operand, found nothing"},
    {TYPE_TO_I32, BYTES(I32, F32, WASM_OP_I32_ADD, WASM_OP_END),
     "type mismatch: expected i32, found f32"},
    /* A block cannot reach the operands below it. */
    {TYPE_TO_I32,
     BYTES(I32, WASM_OP_BLOCK, EMPTY, WASM_OP_I32_EQZ, WASM_OP_DROP, WASM_OP_END, WASM_OP_END),
     "type mismatch: expected i32, found nothing"},
    {TYPE_SWAP, BYTES(I32, I64, WASM_OP_END), "type mismatch: expected i32, found i64"},
    {TYPE_TO_I32, BYTES(I32, WASM_OP_IF, WASM_I32, I32, WASM_OP_END, WASM_OP_END),
     "type mismatch: an if without else must not change types"},
    {TYPE_NONE, BYTES(I64, WASM_OP_IF, EMPTY, WASM_OP_END, WASM_OP_END),
     "type mismatch: expected i32, found i64"},
    {TYPE_TO_I32, BYTES(WASM_OP_BR, 0, WASM_OP_END), "type mismatch: expected i32, found nothing"},
    {TYPE_TO_I32, BYTES(I64, I32, WASM_OP_BR_IF, 0, WASM_OP_END),
     "type mismatch: expected i32, found i64"},
    {TYPE_TO_I32, BYTES(F32, WASM_OP_RETURN, WASM_OP_END),
     "type mismatch: expected i32, found f32"},
    {TYPE_TO_I32,
     BYTES(WASM_OP_BLOCK, EMPTY, I32, WASM_OP_BR_TABLE, 1, 0, 1, WASM_OP_END, I32, WASM_OP_END),
     "type mismatch: labels of different arity"},
    {TYPE_TO_I32,
     BYTES(WASM_OP_BLOCK, WASM_F32, F32, I32, WASM_OP_BR_TABLE, 1, 0, 1, WASM_OP_END, WASM_OP_DROP,
	   I32, WASM_OP_END),
     "type mismatch: expected i32, found f32"},
    {TYPE_NONE, BYTES(NULL_FUNC, NULL_FUNC, I32, WASM_OP_SELECT, WASM_OP_DROP, WASM_OP_END),
     "type mismatch: select of references must name their type"},
    {TYPE_NONE,
     BYTES(NULL_FUNC, NULL_FUNC, I32, WASM_OP_SELECT_TYPED, 1, WASM_EXTERNREF, WASM_OP_DROP,
	   WASM_OP_END),
     "type mismatch: expected externref, found funcref"},
    {TYPE_NONE, BYTES(I64, WASM_OP_GLOBAL_SET, GLOBAL_I32, WASM_OP_END),
     "type mismatch: expected i32, found i64"},
    {TYPE_I32, BYTES(F32, WASM_OP_LOCAL_TEE, 0, WASM_OP_END),
     "type mismatch: expected i32, found f32"},
    {TYPE_NONE, BYTES(I32, NULL_FUNC, WASM_OP_TABLE_SET, TABLE_EXTERNS, WASM_OP_END),
     "type mismatch: expected externref, found funcref"},
    {TYPE_NONE, BYTES(I32, WASM_OP_CALL_INDIRECT, TYPE_NONE, TABLE_EXTERNS, WASM_OP_END),
     "type mismatch: call_indirect needs a table of funcref"},
    {TYPE_NONE,
     BYTES(I32, I32, I32, PREFIX(WASM_OP_TABLE_COPY), TABLE_EXTERNS, TABLE_FUNCTIONS, WASM_OP_END),
     "type mismatch: tables of different types"},
    {TYPE_NONE, BYTES(I32, I32, I32, PREFIX(WASM_OP_TABLE_INIT), 1, TABLE_FUNCTIONS, WASM_OP_END),
     "type mismatch: table and segment of different types"},
};

static void a_type_mismatch_names_both_types_and_the_function(void **state)
{
	CHECK(mismatch_rows, STATUS_INVALID);
}

static const struct row unknown_rows[] = {
    {TYPE_I32, BYTES(WASM_OP_LOCAL_GET, 1, WASM_OP_END), "unknown local 1"},
    {TYPE_NONE, BYTES(WASM_OP_GLOBAL_GET, 2, WASM_OP_END), "unknown global 2"},
    {TYPE_NONE, BYTES(WASM_OP_CALL, 2, WASM_OP_END), "unknown function 2"},
    {TYPE_NONE, BYTES(WASM_OP_BR, 1, WASM_OP_END), "unknown label 1"},
    {TYPE_NONE, BYTES(I32, WASM_OP_BR_TABLE, 1, 0, 7, WASM_OP_END), "unknown label 7"},
    {TYPE_NONE, BYTES(WASM_OP_BLOCK, 9, WASM_OP_END, WASM_OP_END), "unknown type 9"},
    {TYPE_NONE, BYTES(I32, WASM_OP_CALL_INDIRECT, 4, 0, WASM_OP_END), "unknown type 4"},
    {TYPE_NONE, BYTES(I32, WASM_OP_CALL_INDIRECT, 0, 3, WASM_OP_END), "unknown table 3"},
    {TYPE_NONE, BYTES(I32, WASM_OP_TABLE_GET, 3, WASM_OP_END), "unknown table 3"},
    {TYPE_NONE, BYTES(PREFIX(WASM_OP_TABLE_COPY), 0, 3, WASM_OP_END), "unknown table 3"},
    {TYPE_NONE, BYTES(PREFIX(WASM_OP_TABLE_INIT), 2, 0, WASM_OP_END), "unknown elem segment 2"},
    {TYPE_NONE, BYTES(PREFIX(WASM_OP_ELEM_DROP), 2, WASM_OP_END), "unknown elem segment 2"},
    {TYPE_NONE, BYTES(PREFIX(WASM_OP_DATA_DROP), 1, WASM_OP_END), "unknown data segment 1"},
    {TYPE_NONE, BYTES(PREFIX(WASM_OP_MEMORY_INIT), 1, 0, WASM_OP_END), "unknown data segment 1"},
};

static void an_index_that_leads_nowhere_is_refused(void **state)
{
	CHECK(unknown_rows, STATUS_INVALID);
}

static const struct row rule_rows[] = {
    {TYPE_NONE, BYTES(I32, WASM_OP_GLOBAL_SET, GLOBAL_FIXED, WASM_OP_END),
     "global is immutable: 0"},
    {TYPE_NONE, BYTES(WASM_OP_REF_FUNC, FUNCTION_UNDECLARED, WASM_OP_DROP, WASM_OP_END),
     "undeclared function reference 1"},
    {TYPE_NONE, BYTES(I32, WASM_OP_I32_LOAD16_S, 2, 0, WASM_OP_DROP, WASM_OP_END),
     "alignment must not be larger than natural"},
    {TYPE_NONE, BYTES(I32, I64, WASM_OP_I64_STORE8, 1, 0, WASM_OP_END),
     "alignment must not be larger than natural"},
    {TYPE_NONE, BYTES(I32, I32, I32, WASM_OP_SELECT_TYPED, 0, WASM_OP_DROP, WASM_OP_END),
     "invalid result arity"},
    {TYPE_NONE,
     BYTES(I32, I32, I32, WASM_OP_SELECT_TYPED, 2, WASM_I32, WASM_I32, WASM_OP_DROP, WASM_OP_END),
     "invalid result arity"},
};

static void other_rules_of_instructions_are_kept(void **state)
{
	CHECK(rule_rows, STATUS_INVALID);
}

static const struct row malformed_rows[] = {
    {TYPE_NONE, BYTES(WASM_OP_NOP), "unexpected end"},
    {TYPE_NONE, BYTES(WASM_OP_BLOCK, EMPTY, WASM_OP_END), "unexpected end"},
    {TYPE_NONE, BYTES(WASM_OP_END, WASM_OP_NOP), "code behind the end of a function"},
    {TYPE_NONE, BYTES(0x16, WASM_OP_END), "illegal opcode"},
    {TYPE_NONE, BYTES(0xfc, 0x12, WASM_OP_END), "illegal opcode"},
    {TYPE_NONE, BYTES(0xfc, 0xff, 0x01, WASM_OP_END), "illegal opcode"},
    {TYPE_NONE, BYTES(0xfd, 0x80, 0x08, WASM_OP_END), "illegal opcode"},
    {TYPE_NONE, BYTES(WASM_OP_ELSE, WASM_OP_END), "misplaced else"},
    {TYPE_NONE, BYTES(I32, WASM_OP_IF, EMPTY, WASM_OP_ELSE, WASM_OP_ELSE, WASM_OP_END, WASM_OP_END),
     "misplaced else"},
    {TYPE_NONE, BYTES(WASM_OP_BLOCK, 0x7a, WASM_OP_END, WASM_OP_END), "malformed block type"},
    {TYPE_NONE, BYTES(WASM_OP_REF_NULL, WASM_I32, WASM_OP_END), "malformed reference type"},
    {TYPE_NONE, BYTES(I32, WASM_OP_I32_LOAD, 0x80, 1, 0, WASM_OP_END), "malformed memop flags"},
    {TYPE_NONE, BYTES(PREFIX(WASM_OP_ATOMIC_FENCE), 1, WASM_OP_END), "zero byte expected"},
    {TYPE_NONE, BYTES(I32, WASM_OP_BR_TABLE, 0xff, 0xff, 0xff, 0xff, 0x0f, WASM_OP_END),
     "unexpected end"},
    {TYPE_NONE, BYTES(WASM_OP_SELECT_TYPED, 0xff, 0xff, 0xff, 0xff, 0x0f, WASM_I32),
     "unexpected end"},
    {TYPE_NONE, BYTES(WASM_OP_I32_CONST, 0x80, 0x80, 0x80, 0x80, 0x10, WASM_OP_END),
     "integer too large"},
    {TYPE_NONE,
     BYTES(WASM_OP_I64_CONST, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0,
	   WASM_OP_END),
     "integer representation too long"},
    /* Invalid before it is malformed: the latter counts. */
    {TYPE_NONE, BYTES(WASM_OP_DROP, 0x16, WASM_OP_END), "illegal opcode"},
    {TYPE_NONE, BYTES(WASM_OP_DROP, WASM_OP_ELSE, WASM_OP_END), "misplaced else"},
    {TYPE_NONE, BYTES(WASM_OP_DROP, WASM_OP_BLOCK, EMPTY, WASM_OP_END), "unexpected end"},
    {TYPE_NONE, BYTES(WASM_OP_DROP, WASM_OP_END, WASM_OP_END), "code behind the end of a function"},
};

static void malformed_code_is_told_from_invalid_code(void **state)
{
	CHECK(malformed_rows, STATUS_MALFORMED);
}

static void the_fault_points_at_the_instruction(void **state)
{
	struct fault fault;
	static const uint8_t code[] = {I32, WASM_OP_I64_EQZ, WASM_OP_DROP, WASM_OP_END};
	assert_int_equal(judge_body(TYPE_NONE, code, sizeof code, &fault), STATUS_INVALID);
	assert_int_equal(builder.bytes[fault.offset], WASM_OP_I64_EQZ);
	assert_int_equal(builder.bytes[fault.offset - 2], WASM_OP_I32_CONST);
}

static void data_instructions_need_a_data_count_section(void **state)
{
	struct fault fault;
	wasm_builder_begin(&builder);
	section(1, BYTES(1, 0x60, 0, 0));
	section(3, BYTES(1, 0));
	wasm_builder_code(&builder, BYTES(PREFIX(WASM_OP_DATA_DROP), 0, WASM_OP_END));
	section(11, BYTES(1, 1, 0));
	assert_int_equal(judge(&fault), STATUS_MALFORMED);
	assert_string_equal(fault.text, "data count section required, in function 0");
}

static void memory_instructions_need_a_memory(void **state)
{
	static const uint8_t codes[][8] = {
	    {I32, WASM_OP_I32_LOAD, 0, 0, WASM_OP_DROP, WASM_OP_END},
	    {WASM_OP_MEMORY_SIZE, 0, WASM_OP_DROP, WASM_OP_END},
	    {PREFIX(WASM_OP_MEMORY_FILL), 0, WASM_OP_END},
	    {PREFIX(WASM_OP_MEMORY_COPY), 0, 0, WASM_OP_END},
	};
	static const size_t sizes[] = {7, 4, 4, 5};
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		struct fault fault;
		wasm_builder_begin(&builder);
		section(1, BYTES(1, 0x60, 0, 0));
		section(3, BYTES(1, 0));
		wasm_builder_code(&builder, codes[i], sizes[i]);
		assert_int_equal(judge(&fault), STATUS_INVALID);
		assert_string_equal(fault.text, "unknown memory 0, in function 0");
	}
}

/* What stands behind the header, and what is said about it. */
static const struct {
	const uint8_t *sections;
	size_t size;
	const char *reason;
} module_rows[] = {
    {BYTES(2, 7, 1, 1, 'm', 1, 'n', 0, 3), "unknown type 3"},
    {BYTES(4, 5, 1, 0x70, 1, 2, 1), "size minimum must not be greater than maximum, of table 0"},
    {BYTES(5, 4, 1, 1, 2, 1), "size minimum must not be greater than maximum, of memory 0"},
    {BYTES(5, 5, 1, 0, 0x81, 0x80, 0x04),
     "memory size must be at most 65536 pages (4GiB), of memory 0"},
    {BYTES(5, 6, 1, 1, 0, 0x81, 0x80, 0x04),
     "memory size must be at most 65536 pages (4GiB), of memory 0"},
    {BYTES(5, 5, 2, 0, 0, 0, 0), "not supported: several memories (build with one)"},
    {BYTES(6, 6, 1, 0x7e, 0, 0x41, 0, 0x0b),
     "type mismatch: expected i64, found i32, in a constant expression"},
    {BYTES(6, 4, 1, 0x7f, 0, 0x0b),
     "type mismatch: expected i32, found nothing, in a constant expression"},
    {BYTES(6, 8, 1, 0x7f, 0, 0x41, 0, 0x41, 0, 0x0b),
     "type mismatch: values left over at the end of a block: 1, in a constant expression"},
    {BYTES(6, 7, 1, 0x7f, 0, 0x41, 0, 0x45, 0x0b),
     "constant expression required, in a constant expression"},
    {BYTES(6, 11, 2, 0x7f, 0, 0x41, 0, 0x0b, 0x7f, 0, 0x23, 0, 0x0b), "unknown global 0"},
    {BYTES(2, 8, 1, 1, 'm', 1, 'n', 3, 0x7f, 1, 6, 6, 1, 0x7f, 0, 0x23, 0, 0x0b),
     "constant expression required: mutable global 0"},
    {BYTES(6, 6, 1, 0x70, 0, 0xd2, 0, 0x0b), "unknown function 0"},
    {BYTES(7, 5, 1, 1, 'x', 0, 0), "unknown function 0"},
    {BYTES(7, 5, 1, 1, 'x', 1, 0), "unknown table 0"},
    {BYTES(7, 5, 1, 1, 'x', 2, 0), "unknown memory 0"},
    {BYTES(7, 5, 1, 1, 'x', 3, 0), "unknown global 0"},
    {BYTES(5, 3, 1, 0, 1, 7, 13, 3, 1, 'x', 2, 0, 1, 0x1b, 2, 0, 1, 'x', 2, 0),
     "duplicate export name \"x\""},
    {BYTES(5, 3, 1, 0, 1, 7, 9, 2, 1, 0x1b, 2, 0, 1, 0x1b, 2, 0),
     "duplicate export name \"\\u{001b}\""},
    {BYTES(8, 1, 0), "unknown function 0"},
    {BYTES(1, 5, 1, 0x60, 1, 0x7f, 0, 3, 2, 1, 0, 8, 1, 0, 10, 4, 1, 2, 0, 0x0b),
     "start function takes or returns values: function 0"},
    {BYTES(9, 6, 1, 0, 0x41, 0, 0x0b, 0), "unknown table 0"},
    {BYTES(4, 4, 1, 0x6f, 0, 1, 9, 6, 1, 0, 0x41, 0, 0x0b, 0),
     "type mismatch: segment of another type than table 0"},
    {BYTES(4, 4, 1, 0x70, 0, 1, 9, 6, 1, 0, 0x42, 0, 0x0b, 0),
     "type mismatch: expected i32, found i64, in a constant expression"},
    {BYTES(9, 5, 1, 1, 0, 1, 0), "unknown function 0"},
    {BYTES(9, 7, 1, 5, 0x70, 1, 0xd0, 0x6f, 0x0b),
     "type mismatch: expected funcref, found externref, in a constant expression"},
    {BYTES(11, 6, 1, 0, 0x41, 0, 0x0b, 0), "unknown memory 0"},
    {BYTES(5, 3, 1, 0, 1, 11, 6, 1, 0, 0x42, 0, 0x0b, 0),
     "type mismatch: expected i32, found i64, in a constant expression"},
};

static void the_rules_of_modules_are_kept(void **state)
{
	for (size_t i = 0; i < sizeof module_rows / sizeof module_rows[0]; i++) {
		struct fault fault = {0};
		wasm_builder_begin(&builder);
		wasm_builder_append(&builder, module_rows[i].sections, module_rows[i].size);
		enum status status = judge(&fault);
		if (status != STATUS_INVALID || strcmp(fault.text, module_rows[i].reason) != 0)
			fail_msg("row %zu: %s: \"%s\", expected \"%s\"", i, status_text(status),
				 fault.text, module_rows[i].reason);
	}
}

static void equal_types_share_the_smallest_index(void **state)
{
	struct wasm_module *module;
	struct fault fault;
	wasm_builder_begin(&builder);
	section(1, BYTES(6, 0x60, 1, 0x7f, 0, 0x60, 0, 1, 0x7f, 0x60, 1, 0x7f, 0, 0x60, 0, 0, 0x60,
			 0, 1, 0x7f, 0x60, 1, 0x7f, 0));
	assert_int_equal(wasm_module_create(builder.bytes, builder.size, &module, &fault),
			 STATUS_OK);
	static const uint32_t canonical[] = {0, 1, 0, 3, 1, 0};
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(module->types[i].canonical, canonical[i]);
	wasm_module_destroy(module);
}

/* A body of `count` blocks inside each other. */
static enum status judge_nesting(uint32_t count, struct fault *fault)
{
	uint8_t *code = malloc((size_t)count * 3 + 1);
	for (uint32_t i = 0; i < count; i++) {
		code[2 * i] = WASM_OP_BLOCK;
		code[2 * i + 1] = EMPTY;
		code[2 * count + i] = WASM_OP_END;
	}
	code[3 * count] = WASM_OP_END;
	enum status status = judge_body(TYPE_NONE, code, (size_t)count * 3 + 1, fault);
	free(code);
	return status;
}

static void blocks_nest_only_so_deep(void **state)
{
	struct fault fault;
	assert_int_equal(judge_nesting(WASM_NESTING_MAX - 1, &fault), STATUS_OK);
	assert_int_equal(judge_nesting(WASM_NESTING_MAX, &fault), STATUS_LIMIT);
	assert_memory_equal(fault.text, "blocks nest too deep", strlen("blocks nest too deep"));
}

/* The nesting of an invalid module is bounded as well when its encoding is looked at. */
static void the_search_for_malformed_code_is_bounded(void **state)
{
	struct fault fault;
	uint32_t count = WASM_NESTING_MAX;
	uint8_t *code = malloc((size_t)count * 2 + 1);
	code[0] = WASM_OP_DROP;
	for (uint32_t i = 0; i < count; i++) {
		code[2 * i + 1] = WASM_OP_BLOCK;
		code[2 * i + 2] = EMPTY;
	}
	assert_int_equal(judge_body(TYPE_NONE, code, (size_t)count * 2 + 1, &fault), STATUS_LIMIT);
	free(code);
}

static void operands_are_limited(void **state)
{
	struct fault fault;
	uint32_t count = WASM_OPERANDS_MAX;
	uint8_t *code = malloc((size_t)count * 3 + 4);
	memset(code, WASM_OP_DROP, (size_t)count * 3 + 4);
	for (uint32_t i = 0; i <= count; i++) {
		code[2 * i] = WASM_OP_I32_CONST;
		code[2 * i + 1] = 0;
	}
	assert_int_equal(judge_body(TYPE_NONE, code, (size_t)count * 3 + 4, &fault), STATUS_LIMIT);
	memset(code + 2 * count, WASM_OP_DROP, 2);
	code[3 * count] = WASM_OP_END;
	assert_int_equal(judge_body(TYPE_NONE, code, (size_t)count * 3 + 1, &fault), STATUS_OK);
	free(code);
}

/* Branches of four bytes that carry a thousand values each would take a thousand times as long. */
static void long_lists_cannot_be_used_without_end(void **state)
{
	enum { RESULTS = 1000, BRANCHES = 140000 };
	struct fault fault;
	uint8_t *code = malloc(2 * RESULTS + 4 * BRANCHES + 1);
	size_t size = 0;
	for (int i = 0; i < RESULTS; i++, size += 2)
		memcpy(code + size, ((uint8_t[]){I32}), 2);
	for (int i = 0; i < BRANCHES; i++, size += 4)
		memcpy(code + size, ((uint8_t[]){I32, WASM_OP_BR_IF, 0}), 4);
	code[size++] = WASM_OP_END;
	wasm_builder_begin(&builder);
	wasm_builder_append(&builder, BYTES(1));
	wasm_builder_u32(&builder, RESULTS + 5);
	wasm_builder_append(&builder, BYTES(1, 0x60, 0));
	wasm_builder_u32(&builder, RESULTS);
	for (int i = 0; i < RESULTS; i++)
		wasm_builder_append(&builder, BYTES(WASM_I32));
	section(3, BYTES(1, 0));
	wasm_builder_code(&builder, code, size);
	assert_int_equal(judge(&fault), STATUS_LIMIT);
	free(code);
}

/* Runs of none, one and two locals, i64 and i32 in turn: enough to go past those that the
 * validator keeps by their number. */
static void locals_have_the_types_of_their_runs(void **state)
{
	enum { RUNS = 200 };
	struct wasm_builder *body = malloc(sizeof *body);
	uint32_t local = 2; /* behind the parameters of TYPE_SWAP */
	body->size = 0;
	wasm_builder_u32(body, RUNS);
	for (uint8_t i = 0; i < RUNS; i++)
		wasm_builder_append(body, BYTES(i % 3, i % 2 == 0 ? WASM_I64 : WASM_I32));
	for (uint32_t i = 0; i < RUNS; i++) {
		for (uint32_t k = 0; k < i % 3; k++) {
			wasm_builder_append(body, BYTES(WASM_OP_LOCAL_GET));
			wasm_builder_u32(body, local++);
			wasm_builder_append(body,
					    BYTES(i % 2 == 0 ? WASM_OP_I64_EQZ : WASM_OP_I32_EQZ));
			wasm_builder_append(body, BYTES(WASM_OP_DROP));
		}
	}
	wasm_builder_append(body, BYTES(WASM_OP_LOCAL_GET, 1, WASM_OP_LOCAL_GET, 0, WASM_OP_END));
	struct fault fault;
	build_surroundings(TYPE_SWAP);
	wasm_builder_body(&builder, body->bytes, body->size);
	finish_surroundings();
	assert_int_equal(judge(&fault), STATUS_OK);
	free(body);
}

/* The limits on parameters, locals and operands leave nothing for a later stage to refuse. */
static void the_largest_frame_is_accepted(void **state)
{
	struct fault fault;
	struct wasm_builder *body = malloc(sizeof *body);
	body->size = 0;
	wasm_builder_append(body, BYTES(1));
	wasm_builder_u32(body, WASM_LOCALS_MAX);
	wasm_builder_append(body, BYTES(WASM_I64));
	for (uint32_t i = 0; i < WASM_OPERANDS_MAX; i++)
		wasm_builder_append(body, BYTES(WASM_OP_LOCAL_GET, 0));
	for (uint32_t i = 0; i < WASM_OPERANDS_MAX; i++)
		wasm_builder_append(body, BYTES(WASM_OP_DROP));
	wasm_builder_append(body, BYTES(WASM_OP_END));
	wasm_builder_begin(&builder);
	wasm_builder_append(&builder, BYTES(1));
	wasm_builder_u32(&builder, WASM_PARAMETERS_MAX + 5);
	wasm_builder_append(&builder, BYTES(1, 0x60));
	wasm_builder_u32(&builder, WASM_PARAMETERS_MAX);
	for (uint32_t i = 0; i < WASM_PARAMETERS_MAX; i++)
		wasm_builder_append(&builder, BYTES(WASM_I32));
	wasm_builder_append(&builder, BYTES(0));
	section(3, BYTES(1, 0));
	wasm_builder_body(&builder, body->bytes, body->size);
	free(body);
	assert_int_equal(judge(&fault), STATUS_OK);
}

static void code_survives_every_refusal_of_memory(void **state)
{
	/* Enough operands, blocks and runs of locals that each buffer has to grow. */
	uint8_t body[1000];
	size_t size = 0;
	body[size++] = 70;
	for (int i = 0; i < 70; i++) {
		body[size++] = 1;
		body[size++] = i % 2 == 0 ? WASM_I32 : WASM_I64;
	}
	for (int i = 0; i < 70; i++) {
		memcpy(body + size, ((uint8_t[]){WASM_OP_BLOCK, EMPTY}), 2);
		size += 2;
	}
	for (int i = 0; i < 70; i++, size += 2)
		memcpy(body + size, ((uint8_t[]){WASM_OP_LOCAL_GET, (uint8_t)i}), 2);
	memset(body + size, WASM_OP_DROP, 70);
	memset(body + size + 70, WASM_OP_END, 71);
	size += 141;
	build_surroundings(TYPE_NONE);
	wasm_builder_body(&builder, body, size);
	finish_surroundings();
	uint64_t live = test_port_live_bytes;
	enum status status = STATUS_NO_MEMORY;
	unsigned refusals = 0;
	for (; status != STATUS_OK; refusals++) {
		struct fault fault;
		test_port_refuse_after = test_port_allocations + refusals;
		status = judge(&fault);
		test_port_refuse_after = UINT64_MAX;
		assert_true(status == STATUS_OK || status == STATUS_NO_MEMORY);
		assert_int_equal(test_port_live_bytes, live);
	}
	assert_true(refusals > 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(valid_code_is_accepted),
	    cmocka_unit_test(unreachable_code_may_take_what_is_not_there),
	    cmocka_unit_test(unreachable_code_must_still_fit_together),
	    cmocka_unit_test(a_type_mismatch_names_both_types_and_the_function),
	    cmocka_unit_test(an_index_that_leads_nowhere_is_refused),
	    cmocka_unit_test(other_rules_of_instructions_are_kept),
	    cmocka_unit_test(malformed_code_is_told_from_invalid_code),
	    cmocka_unit_test(the_fault_points_at_the_instruction),
	    cmocka_unit_test(data_instructions_need_a_data_count_section),
	    cmocka_unit_test(memory_instructions_need_a_memory),
	    cmocka_unit_test(the_rules_of_modules_are_kept),
	    cmocka_unit_test(equal_types_share_the_smallest_index),
	    cmocka_unit_test(blocks_nest_only_so_deep),
	    cmocka_unit_test(the_search_for_malformed_code_is_bounded),
	    cmocka_unit_test(operands_are_limited),
	    cmocka_unit_test(locals_have_the_types_of_their_runs),
	    cmocka_unit_test(long_lists_cannot_be_used_without_end),
	    cmocka_unit_test(the_largest_frame_is_accepted),
	    cmocka_unit_test(code_survives_every_refusal_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
