/* Tasks: functions that wait in the middle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/group.h>
#include <cairn/loop.h>
#include <cairn/task.h>

#include "fake_system.h"

static struct future *slots[16];
static struct loop loop;
static _Alignas(8) uint8_t memory[256];

static int set_up(void **state)
{
	fake_reset();
	loop_init(&loop, slots, 16, call_buffer_over(memory, sizeof memory));
	return 0;
}

static void answer(const struct future *future, uint32_t value)
{
	fake_answer(future->message, CAIRN_STATUS_OK, &value, sizeof value);
}

/* Adds up the answers to as many messages as it is told. */
struct adder {
	struct task task;
	struct future future;
	uint64_t deadline_ns;
	uint32_t rounds;
	uint32_t round;
	uint32_t sum;
	enum call_status status;
};

static void add(struct task *task)
{
	struct adder *self = future_record(task, struct adder, task);
	TASK_BEGIN(task);
	for (self->round = 0; self->round < self->rounds; self->round++) {
		TASK_CALL_UNTIL(task, &self->future, fake_start(), self->deadline_ns);
		self->status = future_status(&self->future);
		if (self->status != CALL_OK)
			TASK_RETURN(task);
		self->sum += *call_body(self->future.answer);
	}
	TASK_END(task);
}

static struct adder adder_of(uint32_t rounds)
{
	return (struct adder){.rounds = rounds, .deadline_ns = UINT64_MAX};
}

static void a_task_goes_on_where_it_was(void **state)
{
	struct adder adder = adder_of(5);
	task_start(&loop, &adder.task, add);
	for (uint32_t i = 1; i <= 5; i++) {
		assert_false(future_is_done(&adder.task.future));
		answer(&adder.future, i);
		assert_int_equal(loop_poll(&loop), CALL_OK);
	}
	assert_true(future_is_done(&adder.task.future));
	assert_int_equal(adder.sum, 15);
}

static void a_task_that_never_waits_is_done_when_it_has_started(void **state)
{
	struct adder adder = adder_of(0);
	task_start(&loop, &adder.task, add);
	assert_true(future_is_done(&adder.task.future));
	assert_int_equal(loop_run(&loop), CALL_OK);
}

static void a_task_waits_for_room_and_sends_again(void **state)
{
	struct adder adder = adder_of(1);
	fake.next_error = CAIRN_BUSY;
	fake.error_count = 3;
	task_start(&loop, &adder.task, add);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fake.sent, 0);
		fake_room();
		assert_int_equal(loop_poll(&loop), CALL_OK);
	}
	assert_int_equal(fake.sent, 1);
	answer(&adder.future, 9);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(adder.sum, 9);
}

static void a_task_sees_why_it_could_not_send(void **state)
{
	struct adder adder = adder_of(1);
	fake.next_error = CAIRN_DENIED;
	fake.error_count = 1;
	task_start(&loop, &adder.task, add);
	assert_true(future_is_done(&adder.task.future));
	assert_int_equal(adder.status, CALL_DENIED);
}

static void a_deadline_ends_a_wait_for_an_answer_and_one_for_room(void **state)
{
	for (unsigned busy = 0; busy < 2; busy++) {
		struct adder adder = adder_of(1);
		adder.deadline_ns = fake.now_ns + 100;
		fake.next_error = CAIRN_BUSY;
		fake.error_count = busy;
		task_start(&loop, &adder.task, add);
		assert_int_equal(loop_run(&loop), CALL_OK);
		assert_true(future_is_done(&adder.task.future));
		assert_int_equal(adder.status, CALL_TIMED_OUT);
	}
	assert_int_equal(fake.sent, 1);
	assert_int_equal(fake.cancelled, 1);
}

static void a_cancelled_task_decides_itself(void **state)
{
	for (unsigned busy = 0; busy < 2; busy++) {
		struct adder adder = adder_of(3);
		fake.next_error = CAIRN_BUSY;
		fake.error_count = busy;
		task_start(&loop, &adder.task, add);
		task_cancel(&adder.task);
		assert_int_equal(loop_run(&loop), CALL_OK);
		assert_int_equal(adder.status, CALL_CANCELLED);
		assert_true(future_is_done(&adder.task.future));
		task_cancel(&adder.task);
	}
	assert_int_equal(fake.sent, 1);
}

/* Starts others and waits for all of them, then sleeps. */
struct parent {
	struct task task;
	struct future timer;
	struct group all;
	struct adder children[20];
	uint32_t sum;
};

static void be_parent(struct task *task)
{
	struct parent *self = future_record(task, struct parent, task);
	TASK_BEGIN(task);
	group_open(&loop, &self->all, 20);
	for (unsigned i = 0; i < 20; i++) {
		self->children[i] = adder_of(i % 4);
		task_start(&loop, &self->children[i].task, add);
		group_add(&self->all, &self->children[i].task.future);
	}
	TASK_AWAIT(task, &self->all.future);
	for (unsigned i = 0; i < 20; i++)
		self->sum += self->children[i].sum;
	TASK_SLEEP(task, &self->timer, 70000);
	TASK_END(task);
}

static void tasks_wait_for_tasks(void **state)
{
	struct parent parent = {0};
	task_start(&loop, &parent.task, be_parent);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned i = 20; i > 0; i--)
			if (parent.children[i - 1].task.awaited != NULL)
				answer(&parent.children[i - 1].future, 1);
		assert_int_equal(loop_poll(&loop), CALL_OK);
	}
	assert_int_equal(loop_until(&loop, &parent.task.future), CALL_OK);
	assert_int_equal(parent.sum, 5 * (0 + 1 + 2 + 3));
	assert_int_equal(fake.now_ns, 70000);
}

/* Each waits for the one before: the ends must not nest. */
struct link {
	struct task task;
	struct link *before;
	struct future *first;
};

static const char *deepest;

static void wait_for_the_one_before(struct task *task)
{
	struct link *self = future_record(task, struct link, task);
	const char *here = __builtin_frame_address(0);
	if (deepest == NULL || here < deepest)
		deepest = here;
	TASK_BEGIN(task);
	if (self->before != NULL)
		TASK_AWAIT(task, &self->before->task.future);
	else
		TASK_AWAIT(task, self->first);
	TASK_END(task);
}

static void a_long_row_of_tasks_needs_no_stack(void **state)
{
	static struct link links[10000];
	struct future first = {0};
	const char *here = __builtin_frame_address(0);
	future_begin(&loop, &first, fake_start());
	for (unsigned i = 0; i < 10000; i++) {
		links[i] = (struct link){.first = &first};
		links[i].before = i == 0 ? NULL : &links[i - 1];
		task_start(&loop, &links[i].task, wait_for_the_one_before);
	}
	deepest = NULL;
	answer(&first, 0);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_true(future_is_done(&links[9999].task.future));
	assert_in_range(here - deepest, 0, 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(a_task_goes_on_where_it_was, set_up),
	    cmocka_unit_test_setup(a_task_that_never_waits_is_done_when_it_has_started, set_up),
	    cmocka_unit_test_setup(a_task_waits_for_room_and_sends_again, set_up),
	    cmocka_unit_test_setup(a_task_sees_why_it_could_not_send, set_up),
	    cmocka_unit_test_setup(a_deadline_ends_a_wait_for_an_answer_and_one_for_room, set_up),
	    cmocka_unit_test_setup(a_cancelled_task_decides_itself, set_up),
	    cmocka_unit_test_setup(tasks_wait_for_tasks, set_up),
	    cmocka_unit_test_setup(a_long_row_of_tasks_needs_no_stack, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
