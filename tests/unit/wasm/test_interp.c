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
#define SET(local)  WASM_OP_LOCAL_SET, (local)
#define TEE(local)  WASM_OP_LOCAL_TEE, (local)
#define I32(number) WASM_OP_I32_CONST, (number)
#define END         WASM_OP_END
#define MINUS_ONE   0x7f /* as the immediate of i32.const */

#define I32_TO_I32   BYTES(0x60, 1, 0x7f, 1, 0x7f)
#define THREE_TO_I32 BYTES(0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f)
#define NO_LOCALS    0
#define ONE_LOCAL    1, 1, 0x7f

static void start(void)
{
	machine.fault.text[0] = '\0';
	enum status status = wasm_machine_start(&machine, NULL, 0);
	assert_string_equal(machine.fault.text, "");
	assert_int_equal(status, STATUS_OK);
}

static uint64_t result(void)
{
	return wasm_thread_results(machine.thread)[0];
}

/* f(n) = n == 0 ? 0 : f(n - 1) + 1 */
static void build_recursion(void)
{
	wasm_machine_build(&machine, I32_TO_I32,
			   BYTES(NO_LOCALS, GET(0), WASM_OP_I32_EQZ, WASM_OP_IF, 0x7f, I32(0),
				 WASM_OP_ELSE, GET(0), I32(MINUS_ONE), WASM_OP_I32_ADD,
				 WASM_OP_CALL, 0, I32(1), WASM_OP_I32_ADD, END, END));
}

static void recursion_that_is_too_deep_traps_and_the_thread_can_go_on(void **state)
{
	build_recursion();
	start();
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){1000}), WASM_FINISHED);
	assert_int_equal(result(), 1000);
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){UINT32_MAX}), WASM_TRAPPED);
	assert_int_equal(wasm_thread_trap(machine.thread), WASM_TRAP_STACK_EXHAUSTED);
	assert_string_equal(wasm_thread_trap_text(machine.thread), "call stack exhausted");
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){7}), WASM_FINISHED);
	assert_int_equal(result(), 7);
	wasm_machine_stop(&machine);
}

static void a_stack_grows_as_far_as_it_may(void **state)
{
	/* A frame takes 6 slots; what the thread may use is far more than is committed at first. */
	build_recursion();
	start();
	uint64_t deep = WASM_MACHINE_STACK_BYTES / (8 * sizeof(uint64_t));
	assert_int_equal(wasm_machine_call(&machine, &deep), WASM_FINISHED);
	assert_int_equal(result(), deep);
	wasm_machine_stop(&machine);
}

static void a_spinning_loop_is_interrupted_and_goes_on_where_it_was(void **state)
{
	/* while (--n != 0) count++; return count */
	wasm_machine_build(&machine, I32_TO_I32,
			   BYTES(ONE_LOCAL, WASM_OP_LOOP, 0x40, GET(1), I32(1), WASM_OP_I32_ADD,
				 SET(1), GET(0), I32(MINUS_ONE), WASM_OP_I32_ADD, TEE(0),
				 WASM_OP_BR_IF, 0, END, GET(1), END));
	start();
	wasm_thread_interrupt(machine.thread);
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){5}), WASM_INTERRUPTED);
	/* The call was seen first, then each taken branch would be. */
	for (int i = 0; i < 4; i++) {
		wasm_thread_interrupt(machine.thread);
		assert_int_equal(wasm_thread_resume(machine.thread), WASM_INTERRUPTED);
	}
	wasm_thread_interrupt(machine.thread);
	assert_int_equal(wasm_thread_resume(machine.thread), WASM_FINISHED);
	assert_int_equal(result(), 5);
	wasm_machine_stop(&machine);
}

static void recursion_without_a_loop_is_interrupted_too(void **state)
{
	build_recursion();
	start();
	uint32_t times = 0;
	wasm_thread_interrupt(machine.thread);
	enum wasm_outcome outcome = wasm_machine_call(&machine, (const uint64_t[]){20});
	for (; outcome == WASM_INTERRUPTED; times++) {
		wasm_thread_interrupt(machine.thread);
		outcome = wasm_thread_resume(machine.thread);
	}
	assert_int_equal(outcome, WASM_FINISHED);
	assert_int_equal(result(), 20);
	assert_true(times >= 21);
	wasm_machine_stop(&machine);
}

static void memory_that_a_callee_grows_is_seen_at_once(void **state)
{
	/* f(n) = n == 0 ? memory.grow(1) : f(0), then a load from the second page */
	wasm_machine_build(&machine, I32_TO_I32,
			   BYTES(NO_LOCALS, GET(0), WASM_OP_I32_EQZ, WASM_OP_IF, 0x40, I32(1),
				 WASM_OP_MEMORY_GROW, 0, WASM_OP_RETURN, END, I32(0), WASM_OP_CALL,
				 0, I32(0xfc), 0xff, 0x07, WASM_OP_I32_LOAD, 2, 0, WASM_OP_I32_ADD,
				 END));
	start();
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){1}), WASM_FINISHED);
	assert_int_equal(result(), 1);
	assert_int_equal(wasm_memory_size(wasm_instance_memory(machine.instance)), 2 << 16);
	wasm_machine_stop(&machine);
}

/* What is asked when memory is refused gives so much back. */
static uint32_t room, asked;

static bool make_room(void *context)
{
	assert_ptr_equal(context, &machine);
	asked++;
	if (room == 0)
		return false;
	room--;
	test_port_refuse_after = UINT64_MAX;
	return true;
}

static void refuse_from_now_on(uint32_t rooms)
{
	wasm_store_set_make_room(machine.store, make_room, &machine);
	asked = 0;
	room = rooms;
	test_port_refuse_after = test_port_allocations;
}

static void a_memory_that_is_refused_grows_where_room_can_be_made(void **state)
{
	wasm_machine_build(&machine, I32_TO_I32,
			   BYTES(NO_LOCALS, GET(0), WASM_OP_MEMORY_GROW, 0, END));
	start();
	refuse_from_now_on(0);
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){1}), WASM_FINISHED);
	assert_int_equal(result(), UINT32_MAX);
	assert_int_equal(asked, 1);
	refuse_from_now_on(1);
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){1}), WASM_FINISHED);
	assert_int_equal(result(), 1);
	assert_int_equal(asked, 1);
	/* What is over the memory's own limit is nobody's to give. */
	refuse_from_now_on(1);
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){9}), WASM_FINISHED);
	assert_int_equal(result(), UINT32_MAX);
	assert_int_equal(asked, 0);
	test_port_refuse_after = UINT64_MAX;
	wasm_machine_stop(&machine);
}

/* 4,000 frames need more than the first page. */
static void so_does_a_stack(void **state)
{
	build_recursion();
	for (uint32_t rooms = 0; rooms < 2; rooms++) {
		start();
		refuse_from_now_on(rooms);
		enum wasm_outcome outcome = wasm_machine_call(&machine, (const uint64_t[]){4000});
		assert_int_equal(outcome, rooms == 0 ? WASM_TRAPPED : WASM_FINISHED);
		assert_int_equal(asked, 1);
		test_port_refuse_after = UINT64_MAX;
		wasm_machine_stop(&machine);
	}
}

static void an_access_may_not_reach_past_the_memory(void **state)
{
	wasm_machine_build(&machine, I32_TO_I32,
			   BYTES(NO_LOCALS, GET(0), WASM_OP_I32_LOAD, 2, 0, END));
	start();
	static const uint64_t inside[] = {0, 65532};
	static const uint64_t outside[] = {65533, 65536, 0x7fffffff, 0xfffffffc, 0xffffffff};
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
		assert_int_equal(wasm_machine_call(&machine, &inside[i]), WASM_FINISHED);
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
		assert_int_equal(wasm_machine_call(&machine, &outside[i]), WASM_TRAPPED);
		assert_string_equal(wasm_thread_trap_text(machine.thread),
				    "out of bounds memory access");
	}
	wasm_machine_stop(&machine);
}

static void high_halves_of_arguments_are_ignored(void **state)
{
	wasm_machine_build(&machine, I32_TO_I32,
			   BYTES(NO_LOCALS, GET(0), WASM_OP_I32_LOAD, 2, 0, END));
	start();
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){0xffffffff00000004}),
			 WASM_FINISHED);
	assert_int_equal(result(), 0);
	wasm_machine_stop(&machine);
}

static void branches_beyond_16_bits_reach_their_target(void **state)
{
	/* A block of 40,000 stores that is skipped, in a loop that runs n times around it. */
	enum { STORES = 40000 };
	static uint8_t body[STORES * 11 + 100];
	size_t size = 0;
	static const uint8_t before[] = {
	    ONE_LOCAL, WASM_OP_LOOP, 0x40,           WASM_OP_BLOCK, 0x40,
	    GET(0),    I32(0),       WASM_OP_I32_NE, WASM_OP_BR_IF, 0};
	static const uint8_t store[] = {GET(1), GET(0), WASM_OP_I32_STORE, 2, 0, GET(0), SET(1)};
	static const uint8_t after[] = {END,    GET(1),
					I32(3), WASM_OP_I32_ADD,
					SET(1), GET(0),
					I32(1), WASM_OP_I32_SUB,
					TEE(0), WASM_OP_BR_IF,
					0,      END,
					GET(1), END};
	memcpy(body, before, sizeof before);
	size += sizeof before;
	for (int i = 0; i < STORES; i++, size += sizeof store)
		memcpy(body + size, store, sizeof store);
	memcpy(body + size, after, sizeof after);
	size += sizeof after;
	wasm_machine_build(&machine, I32_TO_I32, body, size);
	start();
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){10}), WASM_FINISHED);
	assert_int_equal(result(), 30);
	wasm_machine_stop(&machine);
}

/* ---- Functions of the host ---- */

static enum wasm_host_result next_result;
static uint64_t *seen_slots;

static enum wasm_host_result host(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	seen_slots = slots;
	slots[0] = slots[0] * 2 + *(uint64_t *)context;
	if (next_result == WASM_HOST_TRAP)
		wasm_thread_fail(thread, "the host said no");
	return next_result;
}

/* f(n) = h(n) + 1, where "m"."h" is imported. */
static void start_with_host(uint64_t *context)
{
	struct wasm_builder *builder = &machine.builder;
	wasm_builder_begin(builder);
	wasm_builder_section(builder, 1, BYTES(1, 0x60, 1, 0x7f, 1, 0x7f));
	wasm_builder_section(builder, 2, BYTES(1, 1, 'm', 1, 'h', 0, 0));
	wasm_builder_section(builder, 3, BYTES(1, 0));
	wasm_builder_section(builder, 7, BYTES(1, 1, 'f', 0, 1));
	wasm_builder_code(builder, BYTES(GET(0), WASM_OP_CALL, 0, I32(1), WASM_OP_I32_ADD, END));
	static const struct wasm_host_function function = {"h", "i:i", host};
	machine.thread = NULL;
	assert_int_equal(
	    wasm_module_create(builder->bytes, builder->size, &machine.module, &machine.fault),
	    STATUS_OK);
	assert_int_equal(wasm_store_create(&wasm_machine_limits, &machine.store), STATUS_OK);
	struct wasm_extern import = {.kind = WASM_FUNCTION};
	assert_int_equal(
	    wasm_host_function_create(machine.store, &function, context, &import.function),
	    STATUS_OK);
	assert_int_equal(wasm_instance_create(machine.store, machine.module, &import, 1,
					      &machine.instance, &machine.fault),
			 STATUS_OK);
	assert_int_equal(wasm_thread_create(machine.store, 65536, NULL, &machine.thread),
			 STATUS_OK);
}

static void a_host_function_gets_arguments_and_gives_results_in_its_slots(void **state)
{
	/* What it leaves in the high half is no part of an i32. */
	uint64_t context = 0xabcd00000000;
	start_with_host(&context);
	next_result = WASM_HOST_CONTINUE;
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){20}), WASM_FINISHED);
	assert_int_equal(result(), 41);
	wasm_machine_stop(&machine);
}

static void a_host_function_that_waits_suspends_the_thread(void **state)
{
	uint64_t context = 0;
	start_with_host(&context);
	next_result = WASM_HOST_SUSPEND;
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){20}), WASM_SUSPENDED);
	assert_ptr_equal(wasm_thread_slots(machine.thread), seen_slots);
	struct wasm_frame frame;
	assert_int_equal(wasm_thread_backtrace(machine.thread, &frame, 1), 1);
	assert_int_equal(frame.function_index, 1);
	wasm_thread_slots(machine.thread)[0] = 0x5500000063;
	assert_int_equal(wasm_thread_resume(machine.thread), WASM_FINISHED);
	assert_int_equal(result(), 100);
	wasm_machine_stop(&machine);
}

static void a_host_function_ends_the_thread_with_its_own_reason(void **state)
{
	uint64_t context = 0;
	start_with_host(&context);
	next_result = WASM_HOST_TRAP;
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){20}), WASM_TRAPPED);
	assert_int_equal(wasm_thread_trap(machine.thread), WASM_TRAP_HOST);
	assert_string_equal(wasm_thread_trap_text(machine.thread), "the host said no");
	wasm_machine_stop(&machine);
}

static void a_suspended_thread_can_be_failed(void **state)
{
	uint64_t context = 0;
	start_with_host(&context);
	next_result = WASM_HOST_SUSPEND;
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){20}), WASM_SUSPENDED);
	wasm_thread_fail(machine.thread, "it takes too long");
	assert_int_equal(wasm_thread_resume(machine.thread), WASM_TRAPPED);
	assert_string_equal(wasm_thread_trap_text(machine.thread), "it takes too long");
	struct wasm_frame frame;
	assert_int_equal(wasm_thread_backtrace(machine.thread, &frame, 1), 1);
	assert_int_equal(machine.builder.bytes[frame.offset], WASM_OP_CALL);
	wasm_machine_stop(&machine);
}

static void a_function_of_the_host_can_be_called_from_outside(void **state)
{
	uint64_t context = 1;
	start_with_host(&context);
	static const struct wasm_host_function row = {"h", "i:i", host};
	struct wasm_function *function;
	assert_int_equal(wasm_host_function_create(machine.store, &row, &context, &function),
			 STATUS_OK);
	next_result = WASM_HOST_CONTINUE;
	assert_int_equal(wasm_thread_call(machine.thread, function, (const uint64_t[]){20}),
			 STATUS_OK);
	assert_int_equal(wasm_thread_resume(machine.thread), WASM_FINISHED);
	assert_int_equal(result(), 41);
	wasm_machine_stop(&machine);
}

static void a_trap_names_functions_and_places(void **state)
{
	/* f(n) = n == 0 ? 1 / n : f(0) */
	wasm_machine_build(&machine, I32_TO_I32,
			   BYTES(NO_LOCALS, GET(0), WASM_OP_I32_EQZ, WASM_OP_IF, 0x40, I32(1),
				 GET(0), WASM_OP_I32_DIV_U, WASM_OP_RETURN, END, I32(0),
				 WASM_OP_CALL, 0, END));
	wasm_builder_section(&machine.builder, 0,
			     BYTES(4, 'n', 'a', 'm', 'e', 1, 6, 1, 0, 3, 'f', 'o', 'o'));
	start();
	assert_int_equal(wasm_machine_call(&machine, (const uint64_t[]){1}), WASM_TRAPPED);
	assert_string_equal(wasm_thread_trap_text(machine.thread), "integer divide by zero");
	struct wasm_frame frames[4];
	assert_int_equal(wasm_thread_backtrace(machine.thread, frames, 4), 2);
	assert_int_equal(machine.builder.bytes[frames[0].offset], WASM_OP_I32_DIV_U);
	assert_int_equal(machine.builder.bytes[frames[1].offset], WASM_OP_CALL);
	assert_int_equal(frames[0].name.size, 3);
	assert_memory_equal(frames[0].name.data, "foo", 3);
	assert_int_equal(wasm_thread_backtrace(machine.thread, frames, 1), 1);
	wasm_machine_stop(&machine);
}

/* ---- Fused instructions compute what the single ones would ---- */

static uint32_t draw_state;

static uint32_t draw(uint32_t below)
{
	draw_state = draw_state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)draw_state * below >> 32);
}

enum { LOCALS = 3, HEIGHT_MAX = 12, SMALL_MEMORY = 256 };

/* A stack machine as the specification has it, run while the code for it is written. */
struct model {
	uint8_t code[4096];
	size_t size;
	uint32_t stack[HEIGHT_MAX + 1];
	uint32_t height;
	uint32_t locals[LOCALS];
	uint8_t memory[SMALL_MEMORY + 64];
};

static void emit(struct model *m, uint8_t byte)
{
	m->code[m->size++] = byte;
}

static void emit_i32(struct model *m, uint32_t value)
{
	emit(m, WASM_OP_I32_CONST);
	int64_t rest = (int32_t)value;
	for (; rest < -64 || rest > 63; rest >>= 7)
		emit(m, (uint8_t)(rest & 0x7f) | 0x80);
	emit(m, (uint8_t)(rest & 0x7f));
}

static uint32_t pop(struct model *m)
{
	return m->stack[--m->height];
}

static void push(struct model *m, uint32_t value)
{
	m->stack[m->height++] = value;
}

static void step_push(struct model *m)
{
	static const uint32_t constants[] = {0, 1, 2, 4, 0xff, 0xffffffff, 0x8000, 0x12345678};
	if (draw(3) == 0) {
		uint32_t value = constants[draw(8)];
		emit_i32(m, value);
		push(m, value);
	} else {
		uint32_t local = draw(LOCALS);
		emit(m, WASM_OP_LOCAL_GET);
		emit(m, (uint8_t)local);
		push(m, m->locals[local]);
	}
}

static void step_set(struct model *m)
{
	uint32_t local = draw(LOCALS);
	bool is_tee = draw(2) == 0;
	emit(m, is_tee ? WASM_OP_LOCAL_TEE : WASM_OP_LOCAL_SET);
	emit(m, (uint8_t)local);
	m->locals[local] = m->stack[m->height - 1];
	if (!is_tee)
		pop(m);
}

static void step_binary(struct model *m)
{
	uint32_t y = pop(m), x = pop(m);
	switch (draw(10)) {
	case 0:
	case 1:
		emit(m, WASM_OP_I32_ADD);
		push(m, x + y);
		return;
	case 2:
		emit(m, WASM_OP_I32_SUB);
		push(m, x - y);
		return;
	case 3:
		emit(m, WASM_OP_I32_MUL);
		push(m, x * y);
		return;
	case 4:
	case 5:
		emit(m, WASM_OP_I32_SHL);
		push(m, x << (y & 31));
		return;
	case 6:
		emit(m, WASM_OP_I32_AND);
		push(m, x & y);
		return;
	case 7:
		emit(m, WASM_OP_I32_LT_S);
		push(m, (int32_t)x < (int32_t)y);
		return;
	case 8:
		emit(m, WASM_OP_I32_EQ);
		push(m, x == y);
		return;
	default:
		emit(m, WASM_OP_I32_XOR);
		push(m, x ^ y);
		return;
	}
}

/* An address is forced into the small memory, in one of the ways that compilers do. */
static void step_address(struct model *m)
{
	uint32_t mask = draw(2) == 0 ? 63 : 31;
	emit_i32(m, mask);
	emit(m, WASM_OP_I32_AND);
	push(m, pop(m) & mask);
	if (draw(2) == 0) {
		emit_i32(m, 1);
		emit(m, WASM_OP_I32_SHL);
		push(m, pop(m) << 1);
	}
	if (draw(2) == 0) {
		uint32_t addend = draw(64);
		emit_i32(m, addend);
		emit(m, WASM_OP_I32_ADD);
		push(m, pop(m) + addend);
	}
}

static void step_load(struct model *m)
{
	step_address(m);
	uint32_t offset = draw(60);
	emit(m, WASM_OP_I32_LOAD);
	emit(m, 0);
	emit(m, (uint8_t)offset);
	uint32_t value;
	memcpy(&value, m->memory + pop(m) + offset, sizeof value);
	push(m, value);
}

static void step_store(struct model *m)
{
	step_address(m);
	step_push(m);
	if (draw(2) == 0) {
		step_push(m);
		step_binary(m);
	}
	uint32_t offset = draw(60);
	emit(m, WASM_OP_I32_STORE);
	emit(m, 0);
	emit(m, (uint8_t)offset);
	uint32_t value = pop(m);
	memcpy(m->memory + pop(m) + offset, &value, sizeof value);
}

static void emit_set(struct model *m, uint32_t local, uint32_t value)
{
	emit_i32(m, value);
	emit(m, WASM_OP_LOCAL_SET);
	emit(m, (uint8_t)local);
}

/* (block (br_if 0 (condition)) (local.set ...)) */
static void step_branch(struct model *m)
{
	emit(m, WASM_OP_BLOCK);
	emit(m, 0x40);
	step_push(m);
	step_push(m);
	step_binary(m);
	uint32_t condition = pop(m);
	if (draw(2) == 0) {
		emit(m, WASM_OP_I32_EQZ);
		condition = condition == 0;
	}
	emit(m, WASM_OP_BR_IF);
	emit(m, 0);
	uint32_t local = draw(LOCALS);
	emit_set(m, local, 1000 + local);
	emit(m, END);
	if (condition == 0)
		m->locals[local] = 1000 + local;
}

/* (if (result i32) (operand) (then ... ) (else ...)), with operands below that stay. */
static void step_if(struct model *m)
{
	uint32_t condition = pop(m);
	emit(m, WASM_OP_IF);
	emit(m, 0x7f);
	uint32_t local = draw(LOCALS);
	emit_set(m, local, 77);
	emit(m, WASM_OP_LOCAL_GET);
	emit(m, (uint8_t)local);
	emit(m, WASM_OP_ELSE);
	emit(m, WASM_OP_LOCAL_GET);
	emit(m, (uint8_t)local);
	emit(m, END);
	if (condition != 0)
		m->locals[local] = 77;
	push(m, m->locals[local]);
}

/* (local.set l (0)) (loop (br_if 0 (l = l + step) < end)) */
static void step_loop(struct model *m)
{
	uint32_t local = draw(LOCALS);
	uint32_t by = 1 + draw(3);
	uint32_t end = draw(2) == 0 ? draw(10) : 40000 + draw(10);
	emit_set(m, local, 0);
	emit(m, WASM_OP_LOOP);
	emit(m, 0x40);
	emit(m, WASM_OP_LOCAL_GET);
	emit(m, (uint8_t)local);
	emit_i32(m, by);
	emit(m, WASM_OP_I32_ADD);
	emit(m, WASM_OP_LOCAL_TEE);
	emit(m, (uint8_t)local);
	emit_i32(m, end);
	emit(m, WASM_OP_I32_LT_U);
	emit(m, WASM_OP_BR_IF);
	emit(m, 0);
	emit(m, END);
	m->locals[local] = end == 0 ? by : (end + by - 1) / by * by;
}

static void step_select(struct model *m)
{
	emit(m, WASM_OP_SELECT);
	uint32_t condition = pop(m), y = pop(m), x = pop(m);
	push(m, condition != 0 ? x : y);
}

static void step(struct model *m)
{
	uint32_t choice = draw(14);
	if (m->height < 2 || (choice < 4 && m->height < HEIGHT_MAX - 3))
		step_push(m);
	else if (choice < 7 || m->height >= HEIGHT_MAX - 3)
		step_binary(m);
	else if (choice == 7)
		step_set(m);
	else if (choice == 8)
		step_load(m);
	else if (choice == 9)
		step_store(m);
	else if (choice == 10 && m->height >= 3)
		step_select(m);
	else if (choice == 11)
		step_if(m);
	else if (choice == 12)
		step_loop(m);
	else
		step_branch(m);
}

/* Everything that is left is mixed into one result. */
static void finish(struct model *m)
{
	while (m->height < 2)
		step_push(m);
	while (m->height > 1) {
		emit(m, WASM_OP_I32_XOR);
		uint32_t y = pop(m), x = pop(m);
		push(m, x ^ y);
	}
	for (uint32_t i = 0; i < LOCALS; i++) {
		emit(m, WASM_OP_LOCAL_GET);
		emit(m, (uint8_t)i);
		emit(m, WASM_OP_I32_ADD);
		push(m, pop(m) + m->locals[i]);
	}
	emit(m, END);
}

static void random_code_computes_what_a_stack_machine_does(void **state)
{
	for (uint32_t seed = 0; seed < 3000; seed++) {
		static struct model model;
		model = (struct model){0};
		draw_state = seed;
		uint64_t arguments[LOCALS];
		for (uint32_t i = 0; i < LOCALS; i++)
			arguments[i] = model.locals[i] =
			    draw(2) == 0 ? draw(100) : draw(UINT32_MAX);
		emit(&model, NO_LOCALS);
		for (uint32_t i = 0; i < 60; i++)
			step(&model);
		finish(&model);
		wasm_machine_build(&machine, THREE_TO_I32, model.code, model.size);
		start();
		assert_int_equal(wasm_machine_call(&machine, arguments), WASM_FINISHED);
		if (result() != model.stack[0])
			fail_msg("seed %u: expected %u, found %u", seed, model.stack[0],
				 (uint32_t)result());
		assert_memory_equal(wasm_memory_base(wasm_instance_memory(machine.instance)),
				    model.memory, SMALL_MEMORY);
		wasm_machine_stop(&machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(recursion_that_is_too_deep_traps_and_the_thread_can_go_on),
	    cmocka_unit_test(a_stack_grows_as_far_as_it_may),
	    cmocka_unit_test(a_spinning_loop_is_interrupted_and_goes_on_where_it_was),
	    cmocka_unit_test(recursion_without_a_loop_is_interrupted_too),
	    cmocka_unit_test(memory_that_a_callee_grows_is_seen_at_once),
	    cmocka_unit_test(a_memory_that_is_refused_grows_where_room_can_be_made),
	    cmocka_unit_test(so_does_a_stack),
	    cmocka_unit_test(an_access_may_not_reach_past_the_memory),
	    cmocka_unit_test(high_halves_of_arguments_are_ignored),
	    cmocka_unit_test(branches_beyond_16_bits_reach_their_target),
	    cmocka_unit_test(a_host_function_gets_arguments_and_gives_results_in_its_slots),
	    cmocka_unit_test(a_host_function_that_waits_suspends_the_thread),
	    cmocka_unit_test(a_host_function_ends_the_thread_with_its_own_reason),
	    cmocka_unit_test(a_suspended_thread_can_be_failed),
	    cmocka_unit_test(a_function_of_the_host_can_be_called_from_outside),
	    cmocka_unit_test(a_trap_names_functions_and_places),
	    cmocka_unit_test(random_code_computes_what_a_stack_machine_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
