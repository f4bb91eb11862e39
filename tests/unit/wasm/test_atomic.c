/* Shared memory: two instances of one module over it, atomic accesses, waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/wasm.h"
#include "support/port.h"
#include "support/wasm_machine.h"

/*
 * (module (import "env" "memory" (memory 1 4 shared))
 *   (global $own (mut i32) (i32.const 5))
 *   (table 1 3 funcref) (elem (i32.const 0) $add)
 *   (data (i32.const 0) "\07\00\00\00")
 *   (func $add (export "add") (param i32 i32) (result i32)
 *     (global.set $own (i32.add (global.get $own) (i32.const 1)))
 *     (i32.atomic.rmw.add (local.get 0) (local.get 1)))
 *   (func (export "own") (result i32) (global.get $own))
 *   (func (export "entries") (result i32)
 *     (drop (table.grow 0 (ref.null func) (i32.const 1))) (table.size 0))
 *   (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
 *   (func (export "size") (result i32) (memory.size))
 *   (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
 *   (func (export "wait") (param i32 i64) (result i32)
 *     (memory.atomic.wait32 offset=4 (local.get 0) (i32.const 3) (local.get 1)))
 *   (func (export "notify") (param i32) (result i32)
 *     (memory.atomic.notify offset=4 (local.get 0) (i32.const 2)))
 *   (func (export "swap") (param i32 i32 i32) (result i32)
 *     (i32.atomic.rmw16.cmpxchg_u offset=65536 (local.get 0) (local.get 1) (local.get 2))))
 */
static const uint8_t shares_memory[] = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x1d, 0x05, 0x60, 0x02, 0x7f, 0x7f, 0x01,
    0x7f, 0x60, 0x00, 0x01, 0x7f, 0x60, 0x01, 0x7f, 0x01, 0x7f, 0x60, 0x02, 0x7f, 0x7e, 0x01, 0x7f,
    0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x01, 0x7f, 0x02, 0x10, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d,
    0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x03, 0x01, 0x04, 0x03, 0x0a, 0x09, 0x00, 0x01, 0x01, 0x02,
    0x01, 0x02, 0x03, 0x02, 0x04, 0x04, 0x05, 0x01, 0x70, 0x01, 0x01, 0x03, 0x06, 0x06, 0x01, 0x7f,
    0x01, 0x41, 0x05, 0x0b, 0x07, 0x43, 0x09, 0x03, 0x61, 0x64, 0x64, 0x00, 0x00, 0x03, 0x6f, 0x77,
    0x6e, 0x00, 0x01, 0x07, 0x65, 0x6e, 0x74, 0x72, 0x69, 0x65, 0x73, 0x00, 0x02, 0x04, 0x6c, 0x6f,
    0x61, 0x64, 0x00, 0x03, 0x04, 0x73, 0x69, 0x7a, 0x65, 0x00, 0x04, 0x04, 0x67, 0x72, 0x6f, 0x77,
    0x00, 0x05, 0x04, 0x77, 0x61, 0x69, 0x74, 0x00, 0x06, 0x06, 0x6e, 0x6f, 0x74, 0x69, 0x66, 0x79,
    0x00, 0x07, 0x04, 0x73, 0x77, 0x61, 0x70, 0x00, 0x08, 0x09, 0x07, 0x01, 0x00, 0x41, 0x00, 0x0b,
    0x01, 0x00, 0x0a, 0x61, 0x09, 0x11, 0x00, 0x23, 0x00, 0x41, 0x01, 0x6a, 0x24, 0x00, 0x20, 0x00,
    0x20, 0x01, 0xfe, 0x1e, 0x02, 0x00, 0x0b, 0x04, 0x00, 0x23, 0x00, 0x0b, 0x0d, 0x00, 0xd0, 0x70,
    0x41, 0x01, 0xfc, 0x0f, 0x00, 0x1a, 0xfc, 0x10, 0x00, 0x0b, 0x07, 0x00, 0x20, 0x00, 0x28, 0x02,
    0x00, 0x0b, 0x04, 0x00, 0x3f, 0x00, 0x0b, 0x06, 0x00, 0x20, 0x00, 0x40, 0x00, 0x0b, 0x0c, 0x00,
    0x20, 0x00, 0x41, 0x03, 0x20, 0x01, 0xfe, 0x01, 0x02, 0x04, 0x0b, 0x0a, 0x00, 0x20, 0x00, 0x41,
    0x02, 0xfe, 0x00, 0x02, 0x04, 0x0b, 0x0e, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfe, 0x4b,
    0x01, 0x80, 0x80, 0x04, 0x0b, 0x0b, 0x0a, 0x01, 0x00, 0x41, 0x00, 0x0b, 0x04, 0x07, 0x00, 0x00,
    0x00,
};

static struct wasm_module *module;
static struct wasm_store *store;
static struct wasm_memory *memory;
static struct wasm_instance *instances[2];
static struct wasm_thread *threads[2];
static uint64_t waited[3];
static enum wasm_host_result wait_result;

static enum wasm_host_result on_wait(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	memcpy(waited, slots, sizeof waited);
	assert_ptr_equal(wasm_thread_memory(thread), memory);
	slots[0] = UINT64_MAX;
	return wait_result;
}

static const struct wasm_host_function waits[WASM_WAIT_COUNT] = {
    {"wait32", "IiI:i", on_wait}, {"wait64", "III:i", on_wait}, {"notify", "Ii:i", on_wait}};

static int set_up(void **state)
{
	struct fault fault;
	assert_int_equal(wasm_module_create(shares_memory, sizeof shares_memory, &module, &fault),
			 STATUS_OK);
	assert_int_equal(wasm_store_create(&wasm_machine_limits, &store), STATUS_OK);
	assert_int_equal(wasm_store_set_waits(store, waits, NULL), STATUS_OK);
	assert_int_equal(wasm_host_shared_memory_create(store, 1, 4, &memory), STATUS_OK);
	struct wasm_extern import = {.kind = WASM_MEMORY, .memory = memory};
	assert_int_equal(wasm_instance_create(store, module, &import, 1, &instances[0], &fault),
			 STATUS_OK);
	wasm_memory_base(memory)[0] = 9;
	assert_int_equal(wasm_instance_clone(instances[0], &instances[1], &fault), STATUS_OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(wasm_thread_create(store, 1 << 16, NULL, &threads[i]), STATUS_OK);
	wait_result = WASM_HOST_CONTINUE;
	return 0;
}

static int tear_down(void **state)
{
	wasm_thread_destroy(threads[0]);
	wasm_thread_destroy(threads[1]);
	wasm_store_destroy(store);
	wasm_module_destroy(module);
	assert_int_equal(test_port_live_bytes, 0);
	return 0;
}

static enum wasm_outcome call(int index, const char *name, const uint64_t *arguments)
{
	struct wasm_extern found;
	assert_int_equal(
	    wasm_instance_export(instances[index], (const uint8_t *)name, strlen(name), &found),
	    STATUS_OK);
	assert_int_equal(wasm_thread_call(threads[index], found.function, arguments), STATUS_OK);
	return wasm_thread_resume(threads[index]);
}

static uint32_t result(int index, const char *name, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t arguments[] = {a, b, c};
	assert_int_equal(call(index, name, arguments), WASM_FINISHED);
	return (uint32_t)wasm_thread_results(threads[index])[0];
}

static void expect_trap(const char *name, uint64_t a, const char *text)
{
	const uint64_t arguments[] = {a, 0, 0};
	assert_int_equal(call(0, name, arguments), WASM_TRAPPED);
	assert_string_equal(wasm_thread_trap_text(threads[0]), text);
}

static void data_is_written_once(void **state)
{
	assert_int_equal(result(1, "load", 0, 0, 0), 9);
}

static void both_see_one_memory(void **state)
{
	assert_int_equal(result(0, "add", 0, 1, 0), 9);
	assert_int_equal(result(1, "add", 0, 1, 0), 10);
	assert_int_equal(result(0, "load", 0, 0, 0), 11);
}

static void each_has_globals_and_tables_of_its_own(void **state)
{
	result(0, "add", 0, 1, 0);
	assert_int_equal(result(0, "own", 0, 0, 0), 6);
	assert_int_equal(result(1, "own", 0, 0, 0), 5);
	assert_int_equal(result(0, "entries", 0, 0, 0), 2);
	assert_int_equal(result(1, "entries", 0, 0, 0), 2);
}

static void one_that_is_reset_is_as_at_first(void **state)
{
	result(1, "add", 0, 1, 0);
	result(1, "entries", 0, 0, 0);
	result(1, "entries", 0, 0, 0);
	wasm_instance_reset(instances[1]);
	assert_int_equal(result(1, "own", 0, 0, 0), 5);
	assert_int_equal(result(1, "entries", 0, 0, 0), 2);
	assert_int_equal(result(1, "load", 0, 0, 0), 10);
}

static void growth_is_seen_by_all(void **state)
{
	expect_trap("load", 65536, "out of bounds memory access");
	assert_int_equal(result(1, "grow", 1, 0, 0), 1);
	assert_int_equal(result(0, "load", 65536, 0, 0), 0);
	assert_int_equal(result(0, "size", 0, 0, 0), 2);
	assert_int_equal(result(0, "grow", 3, 0, 0), UINT32_MAX);
	assert_int_equal(result(0, "grow", 2, 0, 0), 2);
}

/* The size that a running function knows is that of its beginning, until it does not do. */
static void growth_is_seen_in_the_middle_of_a_function(void **state)
{
	assert_int_equal(result(0, "grow", 1, 0, 0), 1);
	assert_int_equal(result(1, "swap", 0, 0, 0x12345), 0);
	assert_int_equal(result(1, "swap", 0, 0xffff2345, 1), 0x2345);
	assert_int_equal(result(0, "load", 65536, 0, 0), 1);
}

static void what_is_not_aligned_is_a_trap(void **state)
{
	expect_trap("add", 2, "unaligned atomic");
	expect_trap("wait", 1, "unaligned atomic");
	expect_trap("notify", 3, "unaligned atomic");
	expect_trap("add", 65534, "out of bounds memory access");
	expect_trap("wait", 65532, "out of bounds memory access");
	expect_trap("wait", UINT32_MAX, "out of bounds memory access");
}

/* The address is whole, and results are cut to their type. */
static void waits_are_calls_of_the_host(void **state)
{
	assert_int_equal(result(0, "wait", 8, 77, 0), UINT32_MAX);
	assert_int_equal(waited[0], 12);
	assert_int_equal(waited[1], 3);
	assert_int_equal(waited[2], 77);
	assert_int_equal(wasm_thread_results(threads[0])[0], UINT32_MAX);
	assert_int_equal(result(0, "notify", 16, 0, 0), UINT32_MAX);
	assert_int_equal(waited[0], 20);
	assert_int_equal(waited[1], 2);
}

static void a_wait_can_suspend_its_thread(void **state)
{
	const uint64_t arguments[] = {0, UINT64_MAX};
	wait_result = WASM_HOST_SUSPEND;
	assert_int_equal(call(0, "wait", arguments), WASM_SUSPENDED);
	assert_int_equal(result(1, "own", 0, 0, 0), 5);
	wasm_thread_slots(threads[0])[0] = 2;
	assert_int_equal(wasm_thread_resume(threads[0]), WASM_FINISHED);
	assert_int_equal(wasm_thread_results(threads[0])[0], 2);
}

static void an_instance_that_does_not_fit_is_refused(void **state)
{
	struct fault fault;
	struct wasm_instance *more;
	enum status status;
	test_port_refuse_after = test_port_allocations;
	do
		status = wasm_instance_clone(instances[0], &more, &fault);
	while (status == STATUS_OK);
	test_port_refuse_after = UINT64_MAX;
	assert_int_equal(status, STATUS_NO_MEMORY);
	assert_int_equal(result(0, "own", 0, 0, 0), 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(data_is_written_once),
	    TEST(both_see_one_memory),
	    TEST(each_has_globals_and_tables_of_its_own),
	    TEST(one_that_is_reset_is_as_at_first),
	    TEST(growth_is_seen_by_all),
	    TEST(growth_is_seen_in_the_middle_of_a_function),
	    TEST(what_is_not_aligned_is_a_trap),
	    TEST(waits_are_calls_of_the_host),
	    TEST(a_wait_can_suspend_its_thread),
	    TEST(an_instance_that_does_not_fit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
