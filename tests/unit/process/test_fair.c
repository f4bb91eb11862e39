/* Who is next: core/process/fair.h by itself, and how CPUs use it. No clock but the tests'. */
#include "puppet.h"

#include <cairn/time.h>

#include "fair.h"
#include "kernel_limits.h"

enum { MS = 1000000, MANY = 200 };

/* ---- The queue ---- */

static void who_has_used_least_is_first(void **state)
{
	struct fair_queue queue = {0};
	struct fair_entry entries[MANY] = {0};
	for (uint32_t i = 0; i < MANY; i++) {
		entries[i].used_ns = i * 7919 % MANY;
		fair_add(&queue, &entries[i]);
	}
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(fair_take(&queue)->used_ns, i);
	assert_true(fair_is_empty(&queue));
}

static void of_equal_ones_who_came_first_is(void **state)
{
	struct fair_queue queue = {0};
	struct fair_entry entries[MANY] = {0};
	for (uint32_t i = 0; i < MANY; i++)
		fair_add(&queue, &entries[i]);
	for (uint32_t i = 0; i < MANY; i++)
		assert_ptr_equal(fair_take(&queue), &entries[i]);
}

static void any_can_be_taken_out_or_be_charged_meanwhile(void **state)
{
	struct fair_queue queue = {0};
	struct fair_entry entries[MANY] = {0};
	for (uint32_t i = 0; i < MANY; i++) {
		entries[i].used_ns = i * 7919 % MANY;
		fair_add(&queue, &entries[i]);
	}
	(void)fair_take(&queue);
	for (uint32_t i = 0; i < MANY; i++) {
		if (!entries[i].is_queued)
			continue;
		if (entries[i].used_ns % 3 == 0)
			fair_remove(&queue, &entries[i]);
		else if (entries[i].used_ns % 3 == 1)
			fair_charge(&queue, &entries[i], MANY);
	}
	for (uint32_t used = 1; used < 2 * MANY; used++)
		if (used % 3 == (used < MANY ? 2 : (MANY + 1) % 3))
			assert_int_equal(fair_take(&queue)->used_ns, used);
	assert_true(fair_is_empty(&queue));
}

static void waiting_saves_up_a_credit_and_no_more(void **state)
{
	struct fair_queue queue = {0};
	struct fair_entry worker = {0}, sleeper = {0};
	for (int i = 0; i < 100; i++) {
		fair_add(&queue, &worker);
		fair_charge(&queue, fair_take(&queue), 10 * MS);
	}
	fair_add(&queue, &worker);
	fair_add(&queue, &sleeper);
	assert_int_equal(sleeper.used_ns, 990 * MS - FAIR_CREDIT_NS);
	uint32_t turns = 0;
	for (struct fair_entry *first; (first = fair_take(&queue)) == &sleeper; turns++) {
		fair_charge(&queue, first, MS);
		fair_add(&queue, first);
	}
	assert_in_range(turns, FAIR_CREDIT_NS / MS, FAIR_CREDIT_NS / MS + 11);
}

/* Who must be first, by looking at all of them. */
static struct fair_entry *first_of(struct fair_entry *entries)
{
	struct fair_entry *first = NULL;
	for (uint32_t i = 0; i < MANY; i++) {
		struct fair_entry *entry = &entries[i];
		if (!entry->is_queued)
			continue;
		if (first == NULL || entry->used_ns < first->used_ns ||
		    (entry->used_ns == first->used_ns && entry->order < first->order))
			first = entry;
	}
	return first;
}

static void whatever_is_done_to_a_queue_the_first_is_first(void **state)
{
	enum { STEPS = 100000 };
	struct fair_queue queue = {0};
	struct fair_entry entries[MANY] = {0};
	uint32_t random = 1;
	for (uint32_t step = 0; step < STEPS; step++) {
		random = random * 1664525 + 1013904223;
		struct fair_entry *entry = &entries[(random >> 8) % MANY];
		if (!entry->is_queued)
			fair_add(&queue, entry);
		else if (random >> 30 == 0)
			fair_remove(&queue, entry);
		if (random >> 29 & 1)
			fair_charge(&queue, entry, (random >> 16 & 7) * MS);
		struct fair_entry *first = first_of(entries);
		assert_ptr_equal(queue.first, first);
		if ((random >> 27 & 3) == 0 && first != NULL) {
			assert_ptr_equal(fair_take(&queue), first);
			fair_charge(&queue, first, random >> 8);
		}
	}
	for (struct fair_entry *first; (first = first_of(entries)) != NULL;)
		assert_ptr_equal(fair_take(&queue), first);
	assert_true(fair_is_empty(&queue));
}

/* ---- CPUs ---- */

static struct kernel *kernel;
static struct puppet *puppets[8];

static int set_up(void **state)
{
	test_port_stands_still = true;
	kernel = stage_create(NULL);
	return 0;
}

static int tear_down(void **state)
{
	stage_destroy(kernel);
	test_port_stands_still = false;
	return 0;
}

/* What the CPU does: takes the next one, which runs for so long and could go on. */
static struct thread *turn(uint64_t ns)
{
	struct thread *thread = cpu_take(kernel->cpu);
	kernel->cpu->running = thread;
	test_port_ahead_ns += ns;
	kernel->cpu->running = NULL;
	cpu_ready_again(kernel->cpu, thread);
	return thread;
}

static void rest(struct puppet *puppet)
{
	if (puppet->thread->state == THREAD_READY)
		cpu_forget(kernel->cpu, puppet->thread);
	puppet->thread->state = THREAD_CALLING;
}

static void many_threads_are_worth_no_more_than_one(void **state)
{
	enum { THREADS = 7, TURNS = 1000 };
	puppets[0] = puppet_create(kernel);
	puppets[1] = puppet_create(kernel);
	for (int i = 2; i <= THREADS; i++)
		puppets[i] = puppet_add_thread(puppets[1]);
	for (int i = 0; i <= THREADS; i++)
		cpu_ready(kernel->cpu, puppets[i]->thread);
	uint32_t of_one = 0, of_each[THREADS + 1] = {0};
	for (int i = 0; i < TURNS; i++) {
		struct thread *thread = turn(10 * MS);
		of_one += thread == puppets[0]->thread;
		for (int k = 1; k <= THREADS; k++)
			of_each[k] += thread == puppets[k]->thread;
	}
	assert_in_range(of_one, TURNS / 2 - 1, TURNS / 2 + 1);
	for (int k = 1; k <= THREADS; k++)
		assert_in_range(of_each[k], TURNS / 2 / THREADS - 1, TURNS / 2 / THREADS + 2);
	for (int i = 0; i <= THREADS; i++)
		rest(puppets[i]);
}

static void who_wakes_goes_before_those_that_spin(void **state)
{
	struct puppet *sleeper = puppet_create(kernel);
	for (int i = 0; i < 8; i++) {
		puppets[i] = puppet_create(kernel);
		cpu_ready(kernel->cpu, puppets[i]->thread);
	}
	for (int i = 0; i < 100; i++)
		(void)turn(10 * MS);
	for (int i = 0; i < 50; i++) {
		cpu_ready(kernel->cpu, sleeper->thread);
		assert_ptr_equal(turn(MS / 100), sleeper->thread);
		rest(sleeper);
		(void)turn(10 * MS);
	}
	for (int i = 0; i < 8; i++)
		rest(puppets[i]);
}

/* It always comes back at once, and waits just before its slice is over. */
static void who_mixes_work_and_sleep_gets_its_share_alone(void **state)
{
	enum { SPINNERS = 3, TURNS = 4000 };
	struct puppet *cheat = puppet_create(kernel);
	uint64_t cheated_ns = 0, begin_ns = test_port_ahead_ns;
	for (int i = 0; i < SPINNERS; i++) {
		puppets[i] = puppet_create(kernel);
		cpu_ready(kernel->cpu, puppets[i]->thread);
	}
	for (int i = 0; i < TURNS; i++) {
		if (cheat->thread->state != THREAD_READY)
			cpu_ready(kernel->cpu, cheat->thread);
		if (turn(9 * MS) != cheat->thread) {
			test_port_ahead_ns += MS;
			continue;
		}
		cheated_ns += 9 * MS;
		rest(cheat);
	}
	uint64_t fair_ns = (test_port_ahead_ns - begin_ns) / (SPINNERS + 1);
	assert_in_range(cheated_ns, fair_ns * 99 / 100, fair_ns * 101 / 100);
	for (int i = 0; i < SPINNERS; i++)
		rest(puppets[i]);
	rest(cheat);
}

static void who_hands_over_pays_for_those_who_serve(void **state)
{
	struct puppet *client = puppet_create(kernel), *server = puppet_create(kernel);
	cpu_ready(kernel->cpu, client->thread);
	for (int i = 0; i < 10; i++) {
		assert_ptr_equal(cpu_take(kernel->cpu), client->thread);
		client->thread->state = THREAD_CALLING;
		kernel->cpu->running = client->thread;
		cpu_ready_next(kernel->cpu, server->thread);
		assert_ptr_equal(cpu_take(kernel->cpu), server->thread);
		test_port_ahead_ns += 10 * MS;
		server->thread->state = THREAD_CALLING;
		kernel->cpu->running = NULL;
		cpu_ready(kernel->cpu, client->thread);
	}
	cpu_charge(kernel->cpu, port_monotonic_ns());
	assert_int_equal(client->process->share.used_ns, 100 * MS);
	assert_int_equal(server->process->share.used_ns, 0);
	rest(client);
}

static void an_interrupt_ends_handing_over(void **state)
{
	struct puppet *first = puppet_create(kernel), *other = puppet_create(kernel);
	struct puppet *waiting = puppet_create(kernel);
	cpu_ready(kernel->cpu, first->thread);
	assert_ptr_equal(cpu_take(kernel->cpu), first->thread);
	kernel->cpu->running = first->thread;
	cpu_ready(kernel->cpu, waiting->thread);
	cpu_ready_next(kernel->cpu, other->thread);
	kernel->cpu->running = NULL;
	cpu_interrupt(kernel->cpu);
	assert_true(cpu_take_interrupt(kernel->cpu));
	assert_ptr_equal(cpu_take(kernel->cpu), waiting->thread);
	assert_ptr_equal(cpu_take(kernel->cpu), other->thread);
	rest(waiting);
	rest(other);
	rest(first);
}

static void what_nobody_hands_over_goes_by_the_queue(void **state)
{
	struct puppet *first = puppet_create(kernel), *other = puppet_create(kernel);
	cpu_ready(kernel->cpu, first->thread);
	cpu_ready_next(kernel->cpu, other->thread);
	assert_null(kernel->cpu->next);
	assert_ptr_equal(cpu_take(kernel->cpu), first->thread);
	assert_ptr_equal(cpu_take(kernel->cpu), other->thread);
	rest(first);
	rest(other);
}

static void who_wakes_interrupts_a_thread_that_is_ahead_of_it(void **state)
{
	struct puppet *spinner = puppet_create(kernel), *sleeper = puppet_create(kernel);
	cpu_ready(kernel->cpu, spinner->thread);
	kernel->cpu->running = cpu_take(kernel->cpu);
	cpu_ready(kernel->cpu, sleeper->thread);
	assert_false(cpu_is_interrupted(kernel->cpu)); /* by so little */
	rest(sleeper);
	test_port_ahead_ns += PREEMPT_LEAD_NS + MS;
	cpu_ready(kernel->cpu, sleeper->thread);
	assert_true(cpu_take_interrupt(kernel->cpu));
	kernel->cpu->running = NULL;
	cpu_ready_again(kernel->cpu, spinner->thread);
	assert_ptr_equal(cpu_take(kernel->cpu), sleeper->thread);
	rest(sleeper);
	rest(spinner);
}

static void one_that_is_ahead_itself_interrupts_nobody(void **state)
{
	struct puppet *spinner = puppet_create(kernel), *other = puppet_create(kernel);
	cpu_ready(kernel->cpu, other->thread);
	(void)turn(50 * MS);
	assert_ptr_equal(cpu_take(kernel->cpu), other->thread);
	rest(other);
	cpu_ready(kernel->cpu, spinner->thread);
	kernel->cpu->running = cpu_take(kernel->cpu);
	test_port_ahead_ns += FAIR_CREDIT_NS;
	cpu_ready(kernel->cpu, other->thread);
	assert_false(cpu_is_interrupted(kernel->cpu));
	kernel->cpu->running = NULL;
	rest(spinner);
	rest(other);
}

static void a_thread_that_wakes_one_of_its_own_process_runs_on(void **state)
{
	struct puppet *first = puppet_create(kernel), *second = puppet_add_thread(first);
	cpu_ready(kernel->cpu, first->thread);
	kernel->cpu->running = cpu_take(kernel->cpu);
	test_port_ahead_ns += 20 * MS;
	cpu_ready(kernel->cpu, second->thread);
	assert_false(cpu_is_interrupted(kernel->cpu));
	kernel->cpu->running = NULL;
	rest(first);
	rest(second);
}

static void the_dead_pay_for_nobody(void **state)
{
	struct puppet *gone = puppet_create(kernel);
	cpu_ready(kernel->cpu, gone->thread);
	assert_ptr_equal(cpu_take(kernel->cpu), gone->thread);
	assert_ptr_equal(kernel->cpu->account, gone->thread);
	rest(gone);
	puppet_kill(gone);
	assert_null(kernel->cpu->account);
}

static void threads_that_end_have_paid(void **state)
{
	struct puppet *first = puppet_create(kernel);
	for (int i = 0; i < 10; i++) {
		struct puppet *short_one = puppet_add_thread(first);
		cpu_ready(kernel->cpu, short_one->thread);
		assert_ptr_equal(cpu_take(kernel->cpu), short_one->thread);
		test_port_ahead_ns += 5 * MS;
		rest(short_one);
		thread_destroy(short_one->thread);
	}
	assert_int_equal(first->process->share.used_ns, 50 * MS);
}

static void who_runs_when_the_payer_ends_pays_from_then_on(void **state)
{
	struct puppet *payer = puppet_create(kernel), *server = puppet_create(kernel);
	cpu_ready(kernel->cpu, payer->thread);
	assert_ptr_equal(cpu_take(kernel->cpu), payer->thread);
	rest(payer);
	kernel->cpu->running = server->thread;
	test_port_ahead_ns += 5 * MS;
	cpu_close_account(kernel, payer->thread);
	assert_int_equal(payer->process->share.used_ns, 5 * MS);
	assert_ptr_equal(kernel->cpu->account, server->thread);
	test_port_ahead_ns += 3 * MS;
	cpu_charge(kernel->cpu, port_monotonic_ns());
	assert_int_equal(server->process->share.used_ns, 3 * MS);
	kernel->cpu->running = NULL;
}

/* ---- The port ---- */

static void deadlines_are_seen_without_the_lock(void **state)
{
	struct puppet *puppet = puppet_create(kernel);
	assert_false(kernel_is_due(kernel));
	const struct time_sleep_until_call call = {.deadline = port_monotonic_ns() + 1000 * MS};
	time_sleep_until_encode(request_cursor(), &call);
	struct request request = request_encoded();
	(void)puppet_ask(puppet, &(struct digest){TIME_DIGEST}, &request);
	assert_false(kernel_is_due(kernel));
	test_port_ahead_ns += 1001 * (uint64_t)MS;
	assert_true(kernel_is_due(kernel));
	timers_fire(&kernel->timers, port_monotonic_ns());
	assert_false(kernel_is_due(kernel));
}

#define test(sentence) cmocka_unit_test_setup_teardown(sentence, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_has_used_least_is_first),
	    cmocka_unit_test(of_equal_ones_who_came_first_is),
	    cmocka_unit_test(any_can_be_taken_out_or_be_charged_meanwhile),
	    cmocka_unit_test(waiting_saves_up_a_credit_and_no_more),
	    cmocka_unit_test(whatever_is_done_to_a_queue_the_first_is_first),
	    test(many_threads_are_worth_no_more_than_one),
	    test(who_wakes_goes_before_those_that_spin),
	    test(who_mixes_work_and_sleep_gets_its_share_alone),
	    test(who_hands_over_pays_for_those_who_serve),
	    test(an_interrupt_ends_handing_over),
	    test(what_nobody_hands_over_goes_by_the_queue),
	    test(who_wakes_interrupts_a_thread_that_is_ahead_of_it),
	    test(one_that_is_ahead_itself_interrupts_nobody),
	    test(a_thread_that_wakes_one_of_its_own_process_runs_on),
	    test(the_dead_pay_for_nobody),
	    test(threads_that_end_have_paid),
	    test(who_runs_when_the_payer_ends_pays_from_then_on),
	    test(deadlines_are_seen_without_the_lock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
