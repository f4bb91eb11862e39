/* Pointers outside the memory trap the caller, wherever they stand; those at its very end do not.
 */
#include "puppet.h"

static const uint64_t end = PUPPET_MEMORY_BYTES;

static struct kernel *kernel;
static struct puppet *client;

static int set_up(void **state)
{
	kernel = stage_create(NULL);
	client = puppet_create(kernel);
	puppet_handles(client, 'a');
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	return 0;
}

typedef enum wasm_host_result (*system_call)(struct thread *thread, uint64_t *slots);

static bool traps(system_call call, const uint64_t slots[5])
{
	memcpy(client->slots, slots, sizeof client->slots);
	client->fault = NULL;
	bool is_trapped = call(client->thread, client->slots) == WASM_HOST_TRAP;
	if (is_trapped)
		assert_string_equal(client->fault, "out of bounds memory access");
	return is_trapped;
}

static bool send_traps(uint64_t interface, uint64_t parts, uint64_t count)
{
	return traps(syscall_send, (uint64_t[5]){interface, parts, count, 0, 0});
}

static bool wait_traps(uint64_t ids, uint64_t count, uint64_t out, uint64_t size)
{
	return traps(syscall_wait, (uint64_t[5]){ids, count, out, size, 0});
}

/* Puts one descriptor at AT_PARTS. */
static void put_part(uint32_t address, uint32_t size)
{
	uint32_t part[2] = {address, size};
	memcpy(client->memory + AT_PARTS, part, sizeof part);
}

static void an_interface_outside_traps(void **state)
{
	assert_false(send_traps(end - 32, 0, 0));
	assert_true(send_traps(end - 31, 0, 0));
	assert_true(send_traps(end, 0, 0));
	assert_true(send_traps(UINT32_MAX, 0, 0));
	assert_true(send_traps(UINT64_MAX, 0, 0));
	assert_true(send_traps(UINT64_MAX - 15, 0, 0));
}

static void an_array_of_parts_outside_traps(void **state)
{
	assert_false(send_traps(0, end - 8, 1));
	assert_true(send_traps(0, end - 7, 1));
	assert_true(send_traps(0, end - 8, 2));
	assert_false(send_traps(0, end, 0));
	assert_true(send_traps(0, end + 1, 0));
	assert_true(send_traps(0, UINT64_MAX - 7, 1));
	assert_true(send_traps(0, 16, UINT32_MAX));
}

static void a_part_outside_traps(void **state)
{
	put_part((uint32_t)end - 4, 4);
	assert_false(send_traps(0, AT_PARTS, 1));
	put_part((uint32_t)end - 4, 5);
	assert_true(send_traps(0, AT_PARTS, 1));
	put_part((uint32_t)end, 0);
	assert_false(send_traps(0, AT_PARTS, 1));
	put_part((uint32_t)end + 1, 0);
	assert_true(send_traps(0, AT_PARTS, 1));
	put_part(16, UINT32_MAX);
	assert_true(send_traps(0, AT_PARTS, 1));
	put_part(UINT32_MAX, UINT32_MAX);
	assert_true(send_traps(0, AT_PARTS, 1));
}

static void the_last_part_counts_as_much_as_the_first(void **state)
{
	put_part(0, 4);
	uint32_t outside[2] = {(uint32_t)end, 1};
	memcpy(client->memory + AT_PARTS + 8, outside, sizeof outside);
	assert_false(send_traps(0, AT_PARTS, 1));
	assert_true(send_traps(0, AT_PARTS, 2));
}

static void wide_descriptors_cannot_wrap_around(void **state)
{
	client->is_64 = true;
	uint64_t part[2] = {UINT64_MAX - 3, 8};
	memcpy(client->memory + AT_PARTS, part, sizeof part);
	assert_true(send_traps(0, AT_PARTS, 1));
	part[0] = 8;
	part[1] = UINT64_MAX - 3;
	memcpy(client->memory + AT_PARTS, part, sizeof part);
	assert_true(send_traps(0, AT_PARTS, 1));
	assert_true(send_traps(0, end - 8, 1));
}

static void an_answer_is_checked_like_a_message(void **state)
{
	assert_true(traps(syscall_answer, (uint64_t[5]){16, end - 7, 1, 0, 0}));
	assert_true(traps(syscall_answer, (uint64_t[5]){16, end + 1, 0, 0, 0}));
	put_part((uint32_t)end - 1, 2);
	assert_true(traps(syscall_answer, (uint64_t[5]){16, AT_PARTS, 1, 0, 0}));
	put_part((uint32_t)end - 2, 2);
	assert_false(traps(syscall_answer, (uint64_t[5]){16, AT_PARTS, 1, 0, 0}));
}

static void ids_outside_trap(void **state)
{
	memset(client->memory + end - 16, 0, 16);
	assert_false(wait_traps(end - 16, 2, 0, 64));
	assert_true(wait_traps(end - 15, 2, 0, 64));
	assert_true(wait_traps(end - 16, 3, 0, 64));
	assert_true(wait_traps(UINT64_MAX - 7, 1, 0, 64));
	assert_true(wait_traps(0, UINT32_MAX, 0, 64));
}

static void a_buffer_outside_traps(void **state)
{
	assert_false(wait_traps(0, 0, end - 64, 64));
	assert_true(wait_traps(0, 0, end - 63, 64));
	assert_false(wait_traps(0, 0, end, 0));
	assert_true(wait_traps(0, 0, end + 1, 0));
	assert_true(wait_traps(0, 0, 16, UINT32_MAX));
	assert_true(wait_traps(0, 0, UINT64_MAX, 1));
}

static void a_trap_leaves_no_message_behind(void **state)
{
	put_part((uint32_t)end, 1);
	struct digest interface = stage_interface('a');
	memcpy(client->memory, interface.bytes, sizeof interface.bytes);
	assert_true(send_traps(0, AT_PARTS, 1));
	assert_int_equal(client->process->party.message_count, 0);
	assert_int_equal(client->process->party.bodies.used, 0);
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    test(an_interface_outside_traps),
	    test(an_array_of_parts_outside_traps),
	    test(a_part_outside_traps),
	    test(the_last_part_counts_as_much_as_the_first),
	    test(wide_descriptors_cannot_wrap_around),
	    test(an_answer_is_checked_like_a_message),
	    test(ids_outside_trap),
	    test(a_buffer_outside_traps),
	    test(a_trap_leaves_no_message_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
