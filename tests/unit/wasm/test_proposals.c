#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/wasm.h"
#include "proposals.h"
#include "support/port.h"
#include "support/wasm_builder.h"

static struct wasm_builder builder;

static void section(uint8_t id, const uint8_t *payload, size_t size)
{
	wasm_builder_section(&builder, id, payload, size);
}

/* What is in the builder is refused with a reason that begins so, at that byte. */
static void check_refused(enum status expected, const char *reason, uint64_t offset)
{
	struct wasm_module *module;
	struct fault fault = {0};
	assert_int_equal(wasm_module_create(builder.bytes, builder.size, &module, &fault),
			 expected);
	if (strncmp(fault.text, reason, strlen(reason)) != 0)
		fail_msg("%s, not %s", fault.text, reason);
	assert_int_equal(fault.offset, offset);
	assert_int_equal(test_port_live_bytes, 0);
}

/* ---- In code ---- */

struct code_row {
	const uint8_t *code;
	size_t size;
	const char *reason;
};

static const struct code_row code_rows[] = {
    {BYTES(0x06, 0x40, 0x0b, 0x0b), "not supported: exception handling (build without "},
    {BYTES(0x08, 0, 0x0b), "not supported: exception handling"},
    {BYTES(0x0a, 0x0b), "not supported: exception handling"},
    {BYTES(0x1f, 0x40, 0, 0x0b, 0x0b), "not supported: exception handling"},
    {BYTES(0x12, 0, 0x0b), "not supported: tail calls (build without -mtail-call)"},
    {BYTES(0x13, 0, 0, 0x0b), "not supported: tail calls"},
    {BYTES(0x14, 0, 0x0b), "not supported: typed function references"},
    {BYTES(0x15, 0, 0x0b), "not supported: tail calls"},
    {BYTES(0xd3, 0x0b), "not supported: garbage collection"},
    {BYTES(0xd4, 0x0b), "not supported: typed function references"},
    {BYTES(0xe0, 0, 0x0b), "not supported: stack switching"},
    {BYTES(0xfb, 0x1c, 0x0b), "not supported: garbage collection"},
    {BYTES(0xfb, 0x80, 0x01, 0x0b), "not supported: string references"},
    {BYTES(0xfc, 0x13, 0x0b), "not supported: wide arithmetic"},
    {BYTES(0xfd, 0x0c, 0x0b), "not supported: SIMD (build without -msimd128)"},
    {BYTES(0xfd, 0xff, 0x01, 0x0b), "not supported: SIMD"},
    {BYTES(0xfd, 0x80, 0x02, 0x0b), "not supported: relaxed SIMD"},
    {BYTES(0xfe, 0x4f, 0x0b), "not supported: shared-everything threads"},
    /* What nobody assigns. */
    {BYTES(0x16, 0x0b), "illegal opcode"},
    {BYTES(0xff, 0x0b), "illegal opcode"},
    {BYTES(0xfb, 0x7f, 0x0b), "illegal opcode"},
    {BYTES(0xfc, 0x17, 0x0b), "illegal opcode"},
    {BYTES(0xfd, 0x94, 0x02, 0x0b), "illegal opcode"},
    {BYTES(0xfd, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0b), "illegal opcode"},
    {BYTES(0xfe, 0x80, 0x01, 0x0b), "illegal opcode"},
    /* The number of the opcode is missing, or none. */
    {BYTES(0xfd), "illegal opcode"},
    {BYTES(0xfb, 0xff, 0xff, 0xff, 0xff, 0xff), "illegal opcode"},
};

static void an_instruction_of_a_proposal_names_it(void **state)
{
	for (size_t i = 0; i < sizeof code_rows / sizeof code_rows[0]; i++) {
		wasm_builder_begin(&builder);
		section(1, BYTES(1, 0x60, 0, 0));
		section(3, BYTES(1, 0));
		section(5, BYTES(1, 0, 1));
		wasm_builder_code(&builder, code_rows[i].code, code_rows[i].size);
		check_refused(STATUS_MALFORMED, code_rows[i].reason,
			      builder.size - code_rows[i].size);
	}
}

/* The same, where the byte that matters is the second one or the third. */
static const struct code_row immediate_rows[] = {
    {BYTES(0x02, 0x7b, 0x0b, 0x0b), "not supported: SIMD"},
    {BYTES(0x02, 0x64, 0x0b, 0x0b), "not supported: typed function references"},
    {BYTES(0xd0, 0x6e, 0x0b), "not supported: garbage collection"},
    {BYTES(0xd0, 0x69, 0x0b), "not supported: exception handling"},
    {BYTES(0x28, 0x42, 0, 0x0b), "not supported: several memories (build with one)"},
    {BYTES(0x28, 0x22, 0, 0x0b), "not supported: shared-everything threads"},
    {BYTES(0x3f, 1, 0x0b), "not supported: several memories"},
    {BYTES(0x40, 1, 0x0b), "not supported: several memories"},
};

static void an_immediate_of_a_proposal_names_it(void **state)
{
	for (size_t i = 0; i < sizeof immediate_rows / sizeof immediate_rows[0]; i++) {
		wasm_builder_begin(&builder);
		section(1, BYTES(1, 0x60, 0, 0));
		section(3, BYTES(1, 0));
		section(5, BYTES(1, 0, 1));
		wasm_builder_code(&builder, immediate_rows[i].code, immediate_rows[i].size);
		check_refused(STATUS_MALFORMED, immediate_rows[i].reason,
			      builder.size - immediate_rows[i].size + 1);
	}
}

/* ---- In other sections ---- */

/* One section; `at` counts from its payload's first byte, and is -2 for its id. */
static const struct {
	uint8_t id;
	const uint8_t *payload;
	size_t size;
	int at;
	enum status status;
	const char *reason;
} section_rows[] = {
    {13, BYTES(1, 0, 0), -2, STATUS_MALFORMED, "not supported: exception handling"},
    {14, BYTES(0), -2, STATUS_MALFORMED, "not supported: string references"},
    {2, BYTES(1, 1, 'm', 1, 'n', 4, 0, 0), 5, STATUS_MALFORMED,
     "not supported: exception handling"},
    {7, BYTES(1, 1, 'n', 4, 0), 3, STATUS_MALFORMED, "not supported: exception handling"},
    {1, BYTES(1, 0x4e, 0), 1, STATUS_MALFORMED, "not supported: garbage collection"},
    {1, BYTES(1, 0x5f, 0), 1, STATUS_MALFORMED, "not supported: garbage collection"},
    {1, BYTES(1, 0x60, 1, 0x7b, 0), 3, STATUS_MALFORMED, "not supported: SIMD"},
    {1, BYTES(1, 0x60, 0, 1, 0x69), 4, STATUS_MALFORMED, "not supported: exception handling"},
    {1, BYTES(1, 0x60, 1, 0x6d, 0), 3, STATUS_MALFORMED, "not supported: garbage collection"},
    {4, BYTES(1, 0x6b, 0, 1), 1, STATUS_MALFORMED, "not supported: garbage collection"},
    {4, BYTES(1, 0x70, 4, 1), 2, STATUS_MALFORMED, "not supported: 64-bit memories and tables"},
    {5, BYTES(1, 4, 1), 1, STATUS_MALFORMED,
     "not supported: 64-bit memories and tables (build for wasm32, not wasm64)"},
    {5, BYTES(1, 7, 1, 1), 1, STATUS_MALFORMED, "not supported: 64-bit memories and tables"},
    {5, BYTES(1, 8, 1, 0), 1, STATUS_MALFORMED, "not supported: custom page sizes"},
    {5, BYTES(2, 0, 1, 0, 1), 3, STATUS_INVALID, "not supported: several memories"},
    {6, BYTES(1, 0x7f, 0, 0x41, 1, 0x41, 1, 0x6a, 0x0b), 7, STATUS_INVALID,
     "not supported: extended constant expressions (build without -mextended-const)"},
};

static void a_section_of_a_proposal_names_it(void **state)
{
	for (size_t i = 0; i < sizeof section_rows / sizeof section_rows[0]; i++) {
		wasm_builder_begin(&builder);
		section(section_rows[i].id, section_rows[i].payload, section_rows[i].size);
		uint64_t payload = builder.size - section_rows[i].size;
		check_refused(section_rows[i].status, section_rows[i].reason,
			      payload + (uint64_t)(int64_t)section_rows[i].at);
	}
}

static void a_component_is_called_one(void **state)
{
	static const uint8_t header[] = {0, 'a', 's', 'm', 13, 0, 1, 0};
	memcpy(builder.bytes, header, sizeof header);
	builder.size = sizeof header;
	check_refused(STATUS_MALFORMED, "not supported: components (build a module", 4);
}

/* A fault's text holds the longest of them, with the function it is in and its place. */
static void every_reason_fits(void **state)
{
	static const char ending[] = ", in function 999999 at byte 999999999";
	static const char *const reasons[] = {
#define PROPOSAL(place, first, last, reason) reason,
#include "proposals.def"
#undef PROPOSAL
	};
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		assert_true(strlen(reasons[i]) + sizeof ending < FAULT_TEXT_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_instruction_of_a_proposal_names_it),
	    cmocka_unit_test(an_immediate_of_a_proposal_names_it),
	    cmocka_unit_test(a_section_of_a_proposal_names_it),
	    cmocka_unit_test(a_component_is_called_one),
	    cmocka_unit_test(every_reason_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
