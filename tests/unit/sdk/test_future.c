/* Futures and their loop, against a fake of the three system calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/group.h>
#include <cairn/loop.h>

#include "fake_system.h"

static struct future *slots[16];
static struct loop loop;
static _Alignas(8) uint8_t memory[256];
static uint8_t large[100000];

static int set_up(void **state)
{
	fake_reset();
	loop_init(&loop, slots, 16, call_buffer_over(memory, sizeof memory));
	return 0;
}

/* A future that remembers what it was told. */
struct told {
	struct future future;
	unsigned count;
	enum call_status status;
	uint32_t value;
	uint32_t length;
};

static unsigned told_count;

static void tell(struct future *future)
{
	struct told *told = future_record(future, struct told, future);
	told->count++;
	told_count++;
	told->status = future_status(future);
	told->length = future->answer->length;
	if (told->length >= sizeof told->value)
		memcpy(&told->value, call_body(future->answer), sizeof told->value);
}

static struct told told_future(void)
{
	return (struct told){.future = {.done = tell}};
}

static void answer(const struct future *future, uint32_t value)
{
	fake_answer(future->message, CAIRN_STATUS_OK, &value, sizeof value);
}

static void answers_find_their_futures_in_any_order(void **state)
{
	struct told told[100];
	uint64_t ids[100];
	for (unsigned i = 0; i < 100; i++) {
		told[i] = told_future();
		future_begin(&loop, &told[i].future, fake_start());
		ids[i] = told[i].future.message;
	}
	for (unsigned i = 0; i < 100; i++) {
		uint32_t value = i * 37 % 100;
		fake_answer(ids[value], CAIRN_STATUS_OK, &value, sizeof value);
	}
	assert_int_equal(loop_run(&loop), CALL_OK);
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(told[i].count, 1);
		assert_int_equal(told[i].status, CALL_OK);
		assert_int_equal(told[i].value, i);
	}
	assert_int_equal(fake.longest_wait_ids, 3);
}

static void the_status_of_an_answer_is_the_futures(void **state)
{
	struct told told = told_future();
	future_begin(&loop, &told.future, fake_start());
	fake_answer(told.future.message, CAIRN_STATUS_HANDLER_ENDED, NULL, 0);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.status, CALL_HANDLER_ENDED);
}

static void a_send_that_failed_is_told_by_the_loop_and_not_at_once(void **state)
{
	static const enum call_status errors[] = {CALL_INVALID,   CALL_NO_HANDLER, CALL_BUSY,
						  CALL_TOO_LARGE, CALL_DENIED,     CALL_LIMIT};
	for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		struct told told = told_future();
		future_begin(&loop, &told.future, errors[i]);
		assert_int_equal(told.count, 0);
		assert_true(future_is_done(&told.future));
		assert_int_equal(loop_run(&loop), CALL_OK);
		assert_int_equal(told.count, 1);
		assert_int_equal(told.status, errors[i]);
	}
}

static void a_future_is_waited_for_in_a_straight_line(void **state)
{
	struct future future = {0};
	future_begin(&loop, &future, fake_start());
	answer(&future, 5);
	assert_int_equal(loop_until(&loop, &future), CALL_OK);
	assert_int_equal(*call_body(future.answer), 5);
}

static void waiting_for_a_future_that_nothing_completes_is_an_error(void **state)
{
	struct future future = {0};
	assert_int_equal(loop_until(&loop, &future), CALL_INVALID);
}

/* ---- Notifications larger than the buffer ---- */

static bool grow(struct call_buffer *buffer, size_t size)
{
	uint8_t *data = realloc(buffer->data, size);
	if (data == NULL)
		return false;
	buffer->data = data;
	buffer->size = size;
	return true;
}

static void the_buffer_grows_with_the_notification(void **state)
{
	loop.buffer = (struct call_buffer){.grow = grow};
	struct told told = told_future();
	future_begin(&loop, &told.future, fake_start());
	fake_answer(told.future.message, CAIRN_STATUS_OK, large, sizeof large);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.length, sizeof large);
	free(loop.buffer.data);
}

static void what_has_no_room_is_not_lost(void **state)
{
	struct told told[2] = {told_future(), told_future()};
	future_begin(&loop, &told[0].future, fake_start());
	future_begin(&loop, &told[1].future, fake_start());
	fake_answer(told[0].future.message, CAIRN_STATUS_OK, large, sizeof large);
	answer(&told[1].future, 2);
	assert_int_equal(loop_run(&loop), CALL_NO_ROOM);
	assert_int_equal(told[0].count, 0);
	loop.buffer = (struct call_buffer){.grow = grow};
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told[0].length, sizeof large);
	assert_int_equal(told[1].value, 2);
	free(loop.buffer.data);
}

/* A body of 37 bytes makes a notification of 101, the number of CALL_NO_ROOM. */
static void no_size_is_taken_for_an_error(void **state)
{
	for (uint32_t size = 0; size <= 128; size++) {
		struct told told = told_future();
		future_begin(&loop, &told.future, fake_start());
		fake_answer(told.future.message, CAIRN_STATUS_OK, large, size);
		assert_int_equal(loop_run(&loop), CALL_OK);
		assert_int_equal(told.length, size);
	}
}

static void an_answer_is_kept_in_the_futures_own_memory(void **state)
{
	_Alignas(8) uint8_t kept[2][72];
	struct call_buffer keep[2];
	struct future futures[3] = {0};
	for (unsigned i = 0; i < 2; i++) {
		keep[i] = call_buffer_over(kept[i], sizeof kept[i]);
		futures[i].keep = &keep[i];
	}
	struct group all = {0};
	group_open(&loop, &all, 3);
	for (unsigned i = 0; i < 3; i++) {
		future_begin(&loop, &futures[i], fake_start());
		group_add(&all, &futures[i]);
	}
	answer(&futures[0], 11);
	fake_answer(futures[1].message, CAIRN_STATUS_OK, large, 9);
	answer(&futures[2], 13);
	assert_int_equal(loop_until(&loop, &all.future), CALL_OK);
	assert_int_equal(*call_body(futures[0].answer), 11);
	assert_ptr_equal(futures[0].answer, kept[0]);
	assert_int_equal(future_status(&futures[1]), CALL_NO_ROOM);
}

/* ---- Cancelling ---- */

static void a_cancelled_future_is_told_once_and_its_answer_is_swallowed(void **state)
{
	struct told told = told_future();
	struct told other = told_future();
	future_begin(&loop, &told.future, fake_start());
	future_begin(&loop, &other.future, fake_start());
	uint64_t message = told.future.message;
	future_cancel(&told.future);
	future_cancel(&told.future);
	assert_int_equal(told.count, 0);
	assert_true(fake_is_cancelled(message));
	fake_answer(message, CAIRN_STATUS_OK, large, 4);
	answer(&other.future, 1);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.status, CALL_CANCELLED);
	assert_int_equal(other.value, 1);
	assert_int_equal(fake.cancelled, 1);
}

static void an_answer_that_was_there_before_the_cancellation_is_swallowed_too(void **state)
{
	struct told told = told_future();
	future_begin(&loop, &told.future, fake_start());
	answer(&told.future, 1);
	future_cancel(&told.future);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.status, CALL_CANCELLED);
	assert_int_equal(fake.cancelled, 0);
	assert_int_equal(loop_poll(&loop), CALL_OK);
}

static void a_forgotten_future_is_free_at_once(void **state)
{
	struct told *told = malloc(sizeof *told);
	*told = told_future();
	future_begin(&loop, &told->future, fake_start());
	uint64_t message = told->future.message;
	future_until(&told->future, 5000);
	future_forget(&told->future);
	free(told);
	assert_true(fake_is_cancelled(message));
	fake_answer(message, CAIRN_STATUS_OK, NULL, 0);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(loop_poll(&loop), CALL_OK);
}

static void a_future_that_is_done_but_not_told_can_be_forgotten(void **state)
{
	struct told told = told_future();
	future_begin(&loop, &told.future, CAIRN_DENIED);
	future_forget(&told.future);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.count, 0);
}

static struct told *victim;

static void forget_the_victim(struct future *future)
{
	future_forget(&victim->future);
	memset(victim, 0xff, sizeof *victim);
}

static void one_future_may_forget_another_that_is_about_to_be_told(void **state)
{
	struct told told = told_future();
	struct future first = {.done = forget_the_victim};
	victim = &told;
	future_begin(&loop, &first, CAIRN_BUSY);
	future_begin(&loop, &told.future, CAIRN_BUSY);
	assert_int_equal(loop_run(&loop), CALL_OK);
	told = told_future();
	future_sleep(&loop, &first, 2000);
	future_sleep(&loop, &told.future, 2000);
	future_until(&told.future, 2001);
	assert_int_equal(loop_run(&loop), CALL_OK);
	told = told_future();
	future_room(&loop, &first);
	future_room(&loop, &told.future);
	fake_room();
	assert_int_equal(loop_run(&loop), CALL_OK);
}

/* ---- Time ---- */

static void timers_fire_in_the_order_of_their_deadlines(void **state)
{
	struct told told[50];
	for (unsigned i = 0; i < 50; i++) {
		told[i] = told_future();
		future_sleep(&loop, &told[i].future, 5000 + i * 31 % 50 * 100);
	}
	for (unsigned i = 0; i < 50; i++) {
		unsigned next = 0;
		while (told[next].count > 0 || (5000 + next * 31 % 50 * 100) != 5000 + i * 100)
			next++;
		assert_int_equal(loop_until(&loop, &told[next].future), CALL_OK);
		assert_int_equal(told[next].count, 1);
		assert_int_equal(fake.now_ns, 5000 + i * 100);
	}
}

static void many_deadlines_keep_one_message_under_way(void **state)
{
	struct told told[100];
	for (unsigned i = 0; i < 100; i++) {
		told[i] = told_future();
		future_begin(&loop, &told[i].future, fake_start());
		future_until(&told[i].future, 900000 - i);
		assert_int_equal(loop_poll(&loop), CALL_OK);
		assert_int_equal(fake.timers_pending, 1);
	}
	for (unsigned i = 0; i < 100; i++)
		answer(&told[i].future, i);
	told_count = 0;
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told_count, 100);
	assert_int_equal(fake.cancelled, 0);
}

static void a_future_out_of_time_cancels_its_message(void **state)
{
	struct told told = told_future();
	future_begin(&loop, &told.future, fake_start());
	uint64_t message = told.future.message;
	future_until(&told.future, loop_now(&loop) + 10);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.status, CALL_TIMED_OUT);
	assert_true(fake_is_cancelled(message));
	fake_answer(message, CAIRN_STATUS_OK, large, 8);
	assert_int_equal(loop_poll(&loop), CALL_OK);
	assert_int_equal(told.count, 1);
}

/* Both are there when the loop looks: whichever was first counts, and the other is nothing. */
static void an_answer_and_a_timeout_at_the_same_moment_are_one_end(void **state)
{
	for (unsigned answer_first = 0; answer_first < 2; answer_first++) {
		set_up(state);
		struct told told = told_future();
		struct future alarm = {0};
		future_begin(&loop, &told.future, fake_start());
		future_until(&told.future, 5000);
		assert_int_equal(loop_poll(&loop), CALL_OK);
		if (answer_first)
			answer(&told.future, 3);
		fake.now_ns = 5000;
		(void)loop_now(&loop);
		if (!answer_first)
			answer(&told.future, 3);
		future_sleep(&loop, &alarm, 6000);
		assert_int_equal(loop_until(&loop, &alarm), CALL_OK);
		assert_int_equal(told.count, 1);
		assert_true(told.status == CALL_OK || told.status == CALL_TIMED_OUT);
		assert_int_equal(told.status == CALL_OK, told.length == 4);
	}
}

static void a_deadline_can_be_moved(void **state)
{
	struct told told = told_future();
	future_sleep(&loop, &told.future, 5000);
	assert_int_equal(loop_poll(&loop), CALL_OK);
	future_until(&told.future, 9000);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(fake.now_ns, 9000);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.status, CALL_OK);
}

static void sleep_again(struct future *future)
{
	tell(future);
	future_sleep(&loop, future, 0);
}

static void a_timer_that_is_always_due_starves_nobody(void **state)
{
	struct told restless = {.future = {.done = sleep_again}};
	struct told told = told_future();
	future_sleep(&loop, &restless.future, 0);
	future_begin(&loop, &told.future, fake_start());
	answer(&told.future, 1);
	assert_int_equal(loop_until(&loop, &told.future), CALL_OK);
	assert_in_range(restless.count, 0, 3);
}

static void a_timer_that_cannot_be_set_is_an_error(void **state)
{
	struct told told = told_future();
	fake.timer_refused = true;
	future_sleep(&loop, &told.future, 5000);
	assert_int_equal(loop_run(&loop), CALL_REFUSED);
	fake.timer_refused = false;
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.count, 1);
}

/* ---- Room ---- */

static void who_waits_for_room_is_told_when_there_is_some(void **state)
{
	struct told told[3] = {told_future(), told_future(), told_future()};
	for (unsigned i = 0; i < 3; i++)
		future_room(&loop, &told[i].future);
	assert_int_equal(loop_poll(&loop), CALL_OK);
	assert_int_equal(told[0].count, 0);
	fake_room();
	assert_int_equal(loop_run(&loop), CALL_OK);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(told[i].count, 1);
}

static void wait_for_room_again(struct future *future)
{
	tell(future);
	future_room(&loop, future);
}

static void who_finds_no_room_waits_for_the_next(void **state)
{
	struct told told[2] = {{.future = {.done = wait_for_room_again}},
			       {.future = {.done = wait_for_room_again}}};
	future_room(&loop, &told[0].future);
	future_room(&loop, &told[1].future);
	for (unsigned i = 1; i <= 3; i++) {
		fake_room();
		assert_int_equal(loop_poll(&loop), CALL_OK);
		assert_int_equal(told[0].count, i);
		assert_int_equal(told[1].count, i);
	}
}

static void a_wait_for_room_can_time_out(void **state)
{
	struct told told = told_future();
	future_room(&loop, &told.future);
	future_until(&told.future, 5000);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.status, CALL_TIMED_OUT);
	assert_int_equal(fake.cancelled, 0);
}

/* ---- Handlers ---- */

static unsigned incoming_kinds[8];

static void on_incoming(void *self, struct cairn_notification *note)
{
	assert_true(loop_is_for(note, fake_interface));
	incoming_kinds[note->kind]++;
	if (note->kind == CAIRN_KIND_RETIRED)
		loop_stop(&loop);
}

static void messages_and_news_come_in_the_same_loop(void **state)
{
	memset(incoming_kinds, 0, sizeof incoming_kinds);
	assert_int_equal(loop_handle(&loop, fake_interface, on_incoming, NULL), CALL_OK);
	struct told told = told_future();
	future_begin(&loop, &told.future, fake_start());
	fake_message(100, large, 10);
	fake_news(CAIRN_KIND_CANCELLED, 100);
	answer(&told.future, 1);
	fake_news(CAIRN_KIND_SENDER_ENDED, 0);
	fake_news(CAIRN_KIND_RETIRED, 0);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(told.count, 1);
	for (unsigned kind = CAIRN_KIND_MESSAGE; kind <= CAIRN_KIND_RETIRED; kind++)
		assert_int_equal(incoming_kinds[kind], 1);
}

static void a_program_that_is_not_configured_is_told_so(void **state)
{
	fake.register_fails = true;
	assert_int_equal(loop_handle(&loop, fake_interface, on_incoming, NULL), CALL_REFUSED);
	fake_message(100, NULL, 0);
	assert_int_equal(loop_poll(&loop), CALL_OK);
}

static enum call_status nested;

static void run_inside(struct future *future)
{
	nested = loop_run(&loop);
}

static void a_loop_does_not_run_inside_itself(void **state)
{
	struct future future = {.done = run_inside};
	future_begin(&loop, &future, CAIRN_BUSY);
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(nested, CALL_INVALID);
}

/* ---- Groups ---- */

static void any_of_many_is_the_first(void **state)
{
	struct future futures[5] = {0};
	struct group any = {0};
	group_open(&loop, &any, 1);
	for (unsigned i = 0; i < 5; i++) {
		future_begin(&loop, &futures[i], fake_start());
		group_add(&any, &futures[i]);
	}
	answer(&futures[3], 1);
	answer(&futures[2], 1);
	assert_int_equal(loop_until(&loop, &any.future), CALL_OK);
	assert_true(future_is_done(&futures[3]));
	assert_ptr_equal(any.latest, &futures[3]);
	for (unsigned i = 0; i < 5; i++)
		future_forget(&futures[i]);
	assert_int_equal(fake.cancelled, 3);
}

static void members_that_are_done_already_count(void **state)
{
	struct future futures[2] = {0};
	struct group all = {0};
	group_open(&loop, &all, 2);
	for (unsigned i = 0; i < 2; i++) {
		future_begin(&loop, &futures[i], CAIRN_DENIED);
		group_add(&all, &futures[i]);
	}
	assert_true(future_is_done(&all.future));
	struct group none = {0};
	group_open(&loop, &none, 0);
	assert_true(future_is_done(&none.future));
}

static void a_group_can_time_out(void **state)
{
	struct future future = {0};
	struct group all = {0};
	group_open(&loop, &all, 1);
	future_begin(&loop, &future, fake_start());
	group_add(&all, &future);
	future_until(&all.future, 5000);
	assert_int_equal(loop_until(&loop, &all.future), CALL_OK);
	assert_int_equal(future_status(&all.future), CALL_TIMED_OUT);
	assert_false(future_is_done(&future));
}

/* ---- Everything at once ---- */

/* What the test knows of a future, which lies in memory of its own so that a stray access shows. */
struct subject {
	struct told *told; /* NULL while there is none */
	uint64_t message;
	bool is_ended; /* cancelled, answered or failed: it is to be told once */
};

enum { SUBJECTS = 200, OWED_MAX = 20000 };

static struct subject subjects[SUBJECTS];
static uint64_t owed[OWED_MAX];
static uint32_t owed_count;
static uint64_t seed;

static uint32_t random_below(uint32_t limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % limit;
}

static unsigned ends;

static void end_subject(struct future *future)
{
	struct subject *subject = future->owner;
	assert_ptr_equal(&subject->told->future, future);
	assert_non_null(future->answer);
	if (future_status(future) == CALL_OK && subject->message != 0) {
		assert_int_equal(future->answer->message, subject->message);
		assert_int_equal(future->answer->length, subject->message % 300);
	}
	free(subject->told);
	*subject = (struct subject){0};
	ends++;
}

static void begin_subject(struct subject *subject)
{
	subject->told = malloc(sizeof *subject->told);
	*subject->told = (struct told){.future = {.done = end_subject, .owner = subject}};
	struct future *future = &subject->told->future;
	switch (random_below(8)) {
	case 0:
		future_sleep(&loop, future, fake.now_ns + random_below(1000));
		return;
	case 1:
		future_room(&loop, future);
		return;
	case 2:
		fake.error_count = 1;
		fake.next_error = -1 - (int)random_below(6);
		break;
	}
	int64_t message = fake_start();
	future_begin(&loop, future, message);
	if (message > 0) {
		subject->message = (uint64_t)message;
		owed[owed_count++] = subject->message;
	}
}

static void touch_subject(struct subject *subject)
{
	struct future *future = &subject->told->future;
	switch (random_below(6)) {
	case 0:
		future_cancel(future);
		break;
	case 1:
		future_forget(future);
		free(subject->told);
		*subject = (struct subject){0};
		ends++;
		break;
	default:
		future_until(future, fake.now_ns + random_below(500));
	}
}

static void answer_one(void)
{
	if (owed_count == 0)
		return;
	uint32_t place = random_below(owed_count);
	uint64_t message = owed[place];
	owed[place] = owed[--owed_count];
	fake_answer(message, random_below(4) == 0 ? CAIRN_STATUS_REFUSED : CAIRN_STATUS_OK, large,
		    (uint32_t)(message % 300));
}

static void whatever_happens_each_future_ends_once(void **state)
{
	seed = 1;
	loop.buffer = (struct call_buffer){.grow = grow};
	owed_count = ends = 0;
	unsigned begun = 0;
	for (unsigned turn = 0; turn < 20000; turn++) {
		struct subject *subject = &subjects[random_below(SUBJECTS)];
		if (subject->told == NULL && ++begun)
			begin_subject(subject);
		else if (random_below(2) == 0)
			touch_subject(subject);
		if (random_below(3) != 0)
			answer_one();
		if (random_below(50) == 0)
			fake_room();
		if (random_below(10) == 0)
			fake.now_ns += random_below(200);
		if (random_below(4) == 0)
			assert_int_equal(loop_poll(&loop), CALL_OK);
	}
	while (owed_count > 0)
		answer_one();
	fake_room();
	assert_int_equal(loop_run(&loop), CALL_OK);
	assert_int_equal(ends, begun);
	for (unsigned i = 0; i < SUBJECTS; i++)
		assert_null(subjects[i].told);
	free(loop.buffer.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(answers_find_their_futures_in_any_order, set_up),
	    cmocka_unit_test_setup(the_status_of_an_answer_is_the_futures, set_up),
	    cmocka_unit_test_setup(a_send_that_failed_is_told_by_the_loop_and_not_at_once, set_up),
	    cmocka_unit_test_setup(a_future_is_waited_for_in_a_straight_line, set_up),
	    cmocka_unit_test_setup(waiting_for_a_future_that_nothing_completes_is_an_error, set_up),
	    cmocka_unit_test_setup(the_buffer_grows_with_the_notification, set_up),
	    cmocka_unit_test_setup(what_has_no_room_is_not_lost, set_up),
	    cmocka_unit_test_setup(no_size_is_taken_for_an_error, set_up),
	    cmocka_unit_test_setup(an_answer_is_kept_in_the_futures_own_memory, set_up),
	    cmocka_unit_test_setup(a_cancelled_future_is_told_once_and_its_answer_is_swallowed,
				   set_up),
	    cmocka_unit_test_setup(
		an_answer_that_was_there_before_the_cancellation_is_swallowed_too, set_up),
	    cmocka_unit_test_setup(a_forgotten_future_is_free_at_once, set_up),
	    cmocka_unit_test_setup(a_future_that_is_done_but_not_told_can_be_forgotten, set_up),
	    cmocka_unit_test_setup(one_future_may_forget_another_that_is_about_to_be_told, set_up),
	    cmocka_unit_test_setup(timers_fire_in_the_order_of_their_deadlines, set_up),
	    cmocka_unit_test_setup(many_deadlines_keep_one_message_under_way, set_up),
	    cmocka_unit_test_setup(a_future_out_of_time_cancels_its_message, set_up),
	    cmocka_unit_test_setup(an_answer_and_a_timeout_at_the_same_moment_are_one_end, set_up),
	    cmocka_unit_test_setup(a_deadline_can_be_moved, set_up),
	    cmocka_unit_test_setup(a_timer_that_is_always_due_starves_nobody, set_up),
	    cmocka_unit_test_setup(a_timer_that_cannot_be_set_is_an_error, set_up),
	    cmocka_unit_test_setup(who_waits_for_room_is_told_when_there_is_some, set_up),
	    cmocka_unit_test_setup(who_finds_no_room_waits_for_the_next, set_up),
	    cmocka_unit_test_setup(a_wait_for_room_can_time_out, set_up),
	    cmocka_unit_test_setup(messages_and_news_come_in_the_same_loop, set_up),
	    cmocka_unit_test_setup(a_program_that_is_not_configured_is_told_so, set_up),
	    cmocka_unit_test_setup(a_loop_does_not_run_inside_itself, set_up),
	    cmocka_unit_test_setup(any_of_many_is_the_first, set_up),
	    cmocka_unit_test_setup(members_that_are_done_already_count, set_up),
	    cmocka_unit_test_setup(a_group_can_time_out, set_up),
	    cmocka_unit_test_setup(whatever_happens_each_future_ends_once, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
