/* Threads of a process by their numbers, and threads that wait at an address. */
#include <cairn/threads.h>

#include "futex.h"
#include "puppet.h"
#include "threads.h"

static const struct digest of_threads = {THREADS_DIGEST};
static struct kernel *kernel;
static struct puppet *first;

static int set_up(void **state)
{
	kernel = stage_create(NULL);
	first = puppet_create(kernel);
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	return 0;
}

/* ---- Numbers and ends ---- */

static struct threads_u32_or_spawn_error spawn(uint64_t argument)
{
	threads_spawn_encode(request_cursor(), &(struct threads_spawn_call){argument});
	struct request request = request_encoded();
	uint64_t id = puppet_ask(first, &of_threads, &request);
	struct threads_u32_or_spawn_error result;
	assert_int_equal(puppet_take_answer(first, id), CAIRN_STATUS_OK);
	assert_int_equal(
	    threads_spawn_answer_decode(puppet_body(first), first->note.length, &result), WIRE_OK);
	return result;
}

static struct puppet *spawned(uint64_t argument)
{
	struct threads_u32_or_spawn_error result = spawn(argument);
	assert_false(result.is_error);
	list_for_each(link, &first->process->threads)
	{
		struct thread *thread = list_record(link, struct thread, of_process);
		if (thread->number == result.value)
			return list_record(thread->execution, struct puppet, execution);
	}
	fail_msg("there is no thread %u", result.value);
	return NULL;
}

static uint64_t ask_for_end(struct puppet *puppet, uint32_t number)
{
	threads_wait_end_encode(request_cursor(), &(struct threads_wait_end_call){number});
	struct request request = request_encoded();
	return puppet_ask(puppet, &of_threads, &request);
}

static int32_t error_of_end(struct puppet *puppet, uint64_t id)
{
	struct threads_nothing_or_wait_error result;
	assert_int_equal(puppet_take_answer(puppet, id), CAIRN_STATUS_OK);
	assert_int_equal(
	    threads_wait_end_answer_decode(puppet_body(puppet), puppet->note.length, &result),
	    WIRE_OK);
	return result.is_error ? (int32_t)result.error : -1;
}

static void threads_are_numbered_from_1_on(void **state)
{
	struct puppet *second = spawned(0x123456789a), *third = spawned(0);
	assert_int_equal(second->argument, 0x123456789a);
	assert_int_equal(first->thread->number, 0);
	assert_int_equal(second->thread->number, 1);
	assert_int_equal(third->thread->number, 2);
	threads_end(second->thread);
	assert_int_equal(spawned(0)->thread->number, 3);
}

static void numbers_in_use_are_not_given_again(void **state)
{
	spawned(0);
	first->process->last_thread = THREAD_NUMBER_MAX - 1;
	assert_int_equal(spawned(0)->thread->number, THREAD_NUMBER_MAX);
	assert_int_equal(spawned(0)->thread->number, 2);
}

static void there_are_no_more_than_allowed(void **state)
{
	struct threads_u32_or_spawn_error result;
	for (uint32_t i = 1; i < kernel_limits_default().threads; i++)
		assert_false(spawn(0).is_error);
	result = spawn(0);
	assert_true(result.is_error);
	assert_int_equal(result.error, THREADS_SPAWN_ERROR_LIMIT);
}

static void each_knows_its_own_number(void **state)
{
	struct puppet *second = spawned(0);
	threads_current_encode(request_cursor());
	struct request request = request_encoded();
	uint64_t id = puppet_ask(second, &of_threads, &request);
	uint32_t number;
	assert_int_equal(puppet_take_answer(second, id), CAIRN_STATUS_OK);
	assert_int_equal(
	    threads_current_answer_decode(puppet_body(second), second->note.length, &number),
	    WIRE_OK);
	assert_int_equal(number, 1);
}

static void an_end_is_told_to_all_who_wait(void **state)
{
	struct puppet *second = spawned(0), *third = spawned(0);
	uint64_t one = ask_for_end(first, 1), other = ask_for_end(third, 1);
	assert_int_equal(puppet_wait(first, (struct puppet_ids){{one}}, 0), 0);
	threads_end(second->thread);
	assert_int_equal(error_of_end(first, one), -1);
	assert_int_equal(error_of_end(third, other), -1);
	assert_int_equal(error_of_end(first, ask_for_end(first, 1)),
			 THREADS_WAIT_ERROR_NO_SUCH_THREAD);
}

static void an_end_is_kept_until_it_is_told_once(void **state)
{
	threads_end(spawned(0)->thread);
	assert_int_equal(error_of_end(first, ask_for_end(first, 1)), -1);
	assert_int_equal(error_of_end(first, ask_for_end(first, 1)),
			 THREADS_WAIT_ERROR_NO_SUCH_THREAD);
}

static void ends_that_nobody_asks_for_are_forgotten_in_the_end(void **state)
{
	for (uint32_t i = 0; i <= THREAD_ENDS_MAX; i++)
		threads_end(spawned(0)->thread);
	assert_int_equal(error_of_end(first, ask_for_end(first, 1)),
			 THREADS_WAIT_ERROR_NO_SUCH_THREAD);
	assert_int_equal(error_of_end(first, ask_for_end(first, 2)), -1);
}

static void nobody_waits_for_himself_or_for_nobody(void **state)
{
	assert_int_equal(error_of_end(first, ask_for_end(first, 0)), THREADS_WAIT_ERROR_SELF);
	assert_int_equal(error_of_end(first, ask_for_end(first, UINT32_MAX)),
			 THREADS_WAIT_ERROR_NO_SUCH_THREAD);
}

static void a_wait_for_an_end_can_be_given_up(void **state)
{
	struct puppet *second = spawned(0);
	uint64_t one = ask_for_end(first, 1), other = ask_for_end(first, 1);
	assert_true(exchange_cancel(&kernel->exchange, &first->process->party, one));
	assert_int_equal(puppet_take_answer(first, one), CAIRN_STATUS_REFUSED);
	threads_end(second->thread);
	assert_int_equal(error_of_end(first, other), -1);
}

static void the_last_thread_ends_the_process(void **state)
{
	struct puppet *second = spawned(0);
	struct process *process = first->process;
	threads_end(first->thread);
	assert_int_equal(process->state, PROCESS_RUNNING);
	threads_end(second->thread);
	assert_int_equal(process->state, PROCESS_ENDING);
	assert_int_equal(process->end.code, 0);
}

static void names_are_cut(void **state)
{
	char name[70];
	memset(name, 'n', sizeof name);
	threads_set_name_encode(request_cursor(),
				&(struct threads_set_name_call){{name, sizeof name}});
	struct request request = request_encoded();
	assert_int_equal(puppet_send_bytes(first, &of_threads, request.bytes, request.size, 0), 0);
	assert_int_equal(first->thread->name_size, THREAD_NAME_BYTES);
}

/* ---- Waits at an address ---- */

enum { PLACE = 512 };

/* FUTEX_*, or PUPPET_BLOCKED. */
static int64_t wait_at(struct puppet *puppet, uint64_t expected, int64_t ns, uint32_t bytes)
{
	puppet->slots[0] = PLACE;
	puppet->slots[1] = expected;
	puppet->slots[2] = (uint64_t)ns;
	switch (futex_wait(puppet->thread, puppet->slots, bytes)) {
	case WASM_HOST_CONTINUE:
		return (int64_t)puppet->slots[0];
	case WASM_HOST_SUSPEND:
		return PUPPET_BLOCKED;
	case WASM_HOST_TRAP:
		return PUPPET_TRAPPED;
	}
	return 0;
}

static int64_t outcome(const struct puppet *puppet)
{
	return puppet->thread->state == THREAD_PARKED ? PUPPET_BLOCKED : (int64_t)puppet->slots[0];
}

static void another_value_is_not_waited_for(void **state)
{
	first->memory[PLACE] = 1;
	first->memory[PLACE + 7] = 1;
	assert_int_equal(wait_at(first, 0, -1, 4), FUTEX_NOT_EQUAL);
	assert_int_equal(wait_at(first, 1, -1, 8), FUTEX_NOT_EQUAL);
	assert_int_equal(wait_at(first, 1, 0, 4), FUTEX_TIMED_OUT);
	assert_int_equal(wait_at(first, 1, -1, 4), PUPPET_BLOCKED);
}

static void those_who_wait_longest_are_woken_first(void **state)
{
	struct puppet *puppets[4] = {first};
	for (int i = 1; i < 4; i++)
		puppets[i] = spawned(0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(wait_at(puppets[i], 0, -1, 4), PUPPET_BLOCKED);
	assert_int_equal(futex_notify(first->process, PLACE + 4, 4), 0);
	assert_int_equal(futex_notify(first->process, PLACE, 0), 0);
	assert_int_equal(futex_notify(first->process, PLACE, 2), 2);
	assert_int_equal(outcome(puppets[0]), FUTEX_WOKEN);
	assert_int_equal(outcome(puppets[1]), FUTEX_WOKEN);
	assert_int_equal(outcome(puppets[2]), PUPPET_BLOCKED);
	assert_int_equal(futex_notify(first->process, PLACE, UINT32_MAX), 2);
	assert_int_equal(futex_notify(first->process, PLACE, UINT32_MAX), 0);
}

static void other_processes_are_not_woken(void **state)
{
	struct puppet *other = puppet_create(kernel);
	assert_int_equal(wait_at(first, 0, -1, 4), PUPPET_BLOCKED);
	assert_int_equal(futex_notify(other->process, PLACE, 1), 0);
}

static void a_wait_ends_when_its_time_is_up(void **state)
{
	struct puppet *second = spawned(0);
	uint64_t before = port_monotonic_ns();
	assert_int_equal(wait_at(first, 0, 2000000000000, 4), PUPPET_BLOCKED);
	assert_int_equal(wait_at(second, 0, 1000000000000, 4), PUPPET_BLOCKED);
	assert_in_range(timers_next_ns(&kernel->timers), before + 1000000000000,
			port_monotonic_ns() + 1000000000000);
	timers_fire(&kernel->timers, port_monotonic_ns() + 1000000000000);
	assert_int_equal(outcome(second), FUTEX_TIMED_OUT);
	assert_int_equal(outcome(first), PUPPET_BLOCKED);
	assert_int_equal(futex_notify(first->process, PLACE, 2), 1);
	assert_int_equal(kernel->timers.count, 0);
}

static void a_time_that_never_comes_is_one(void **state)
{
	assert_int_equal(wait_at(first, 0, INT64_MAX, 4), PUPPET_BLOCKED);
	assert_int_equal(kernel->timers.count, 1);
}

static void no_room_for_a_deadline_is_a_trap(void **state)
{
	test_port_refuse_after = test_port_allocations;
	assert_int_equal(wait_at(first, 0, 1000, 4), PUPPET_TRAPPED);
	test_port_refuse_after = UINT64_MAX;
	assert_int_equal(first->thread->state, THREAD_CALLING);
}

/* stage_destroy checks that nothing is left. */
static void a_process_ends_while_its_threads_wait(void **state)
{
	struct puppet *second = spawned(0);
	assert_int_equal(wait_at(first, 0, 1000000000000, 4), PUPPET_BLOCKED);
	assert_int_equal(wait_at(second, 0, -1, 4), PUPPET_BLOCKED);
	puppet_kill(first);
	assert_int_equal(kernel->timers.count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(threads_are_numbered_from_1_on),
	    TEST(numbers_in_use_are_not_given_again),
	    TEST(there_are_no_more_than_allowed),
	    TEST(each_knows_its_own_number),
	    TEST(an_end_is_told_to_all_who_wait),
	    TEST(an_end_is_kept_until_it_is_told_once),
	    TEST(ends_that_nobody_asks_for_are_forgotten_in_the_end),
	    TEST(nobody_waits_for_himself_or_for_nobody),
	    TEST(a_wait_for_an_end_can_be_given_up),
	    TEST(the_last_thread_ends_the_process),
	    TEST(names_are_cut),
	    TEST(another_value_is_not_waited_for),
	    TEST(those_who_wait_longest_are_woken_first),
	    TEST(other_processes_are_not_woken),
	    TEST(a_wait_ends_when_its_time_is_up),
	    TEST(a_time_that_never_comes_is_one),
	    TEST(no_room_for_a_deadline_is_a_trap),
	    TEST(a_process_ends_while_its_threads_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
