/* The threads of a machine: how they begin and end, and wait for each other at addresses. */
#include <string.h>

#include <cairn/threads.h>

#include "act.h"
#include "kernel_state.h"
#include "threads.h"

static const struct digest of_threads = {THREADS_DIGEST};

bool act_has_thread(const struct machine *machine, uint32_t number)
{
	for (uint32_t i = 0; i < THREADS_MAX; i++) {
		const struct machine *other = machine->shared->machines[i];
		if (other != NULL && other->thread->number == number && !other->thread->is_leaving)
			return true;
	}
	return false;
}

/* ---- Beginnings and ends ---- */

static enum act_result ask_number(struct machine *machine)
{
	struct wire_out out = act_request(machine);
	threads_current_encode(&out);
	return act_send_request(machine, &out, &of_threads, REQUEST_THREAD_NUMBER);
}

static enum act_result ask_spawn(struct machine *machine)
{
	if (!machine->shared->spawns)
		return ACT_NOTHING;
	struct wire_out out = act_request(machine);
	threads_spawn_encode(&out, &(struct threads_spawn_call){7});
	return act_send_request(machine, &out, &of_threads, REQUEST_THREAD_SPAWN);
}

static enum act_result ask_wait_end(struct machine *machine)
{
	struct machine_process *shared = machine->shared;
	uint32_t number = chance_below(&shared->chance, shared->last_thread + 2);
	uint32_t count = shared->sent_count;
	struct wire_out out = act_request(machine);
	threads_wait_end_encode(&out, &(struct threads_wait_end_call){number});
	enum act_result done = act_send_request(machine, &out, &of_threads, REQUEST_THREAD_END);
	if (shared->sent_count > count)
		shared->sent[count].thread = number;
	return done;
}

/* Nobody is left behind with what this one would have done. */
static enum act_result leave(struct machine *machine)
{
	struct machine_process *shared = machine->shared;
	if (shared->owed_count > 0 || !shared->is_registering || !shared->spawns)
		return ACT_NOTHING;
	act_notify_all(machine);
	if (machine->thread->number == 0)
		shared->has_left_first = true;
	sim_trace("  %llu.%u ends: thread %u", (unsigned long long)shared->process->party.serial,
		  machine->index, machine->thread->number);
	if (machine->thread->number != 0 && chance_percent(&shared->chance, 50))
		return ACT_FINISHED;
	struct wire_out out = act_request(machine);
	threads_exit_encode(&out);
	int64_t result;
	enum act_result done =
	    act_send_body(machine, &of_threads, (uint32_t)out.size, false, &result);
	if (done != ACT_SUSPENDED)
		sim_fail("a thread that says that it ends goes on");
	return done;
}

static void told_of_end(struct machine *machine, const struct sent_message *sent,
			const uint8_t *body, uint32_t size)
{
	struct threads_nothing_or_wait_error result;
	if (threads_wait_end_answer_decode(body, size, &result) != WIRE_OK)
		sim_fail("a malformed answer of the kernel's");
	bool is_itself = result.is_error && result.error == THREADS_WAIT_ERROR_SELF;
	if (is_itself != (sent->thread == sent->sender))
		sim_fail("thread %u waits for itself, or not", sent->sender);
	if (!result.is_error && act_has_thread(machine, sent->thread))
		sim_fail("thread %u is said to have ended", sent->thread);
}

void act_told_of_thread(struct machine *machine, const struct sent_message *sent,
			const uint8_t *body, uint32_t size)
{
	uint32_t number;
	struct threads_u32_or_spawn_error spawned;
	if (sent->request == REQUEST_THREAD_END) {
		told_of_end(machine, sent, body, size);
	} else if (sent->request == REQUEST_THREAD_NUMBER) {
		if (threads_current_answer_decode(body, size, &number) != WIRE_OK ||
		    number != sent->sender)
			sim_fail("thread %u is told another number", sent->sender);
	} else if (threads_spawn_answer_decode(body, size, &spawned) != WIRE_OK ||
		   (spawned.is_error ? spawned.error != THREADS_SPAWN_ERROR_LIMIT
				     : spawned.value > machine->shared->last_thread)) {
		sim_fail("a malformed answer to a spawn");
	}
}

/* ---- Waits at addresses ---- */

static uint64_t choose_word(struct machine *machine)
{
	return AT_WORDS + 8 * (uint64_t)chance_below(&machine->shared->chance, WORDS);
}

/* The one that waits longest there, and knows of nothing. */
static struct machine *find_parked(const struct machine_process *shared, uint64_t address)
{
	struct machine *found = NULL;
	for (uint32_t i = 0; i < THREADS_MAX; i++) {
		struct machine *machine = shared->machines[i];
		if (machine == NULL || !machine->is_parked || machine->is_notified ||
		    machine->park_address != address || machine->thread->state != THREAD_PARKED)
			continue;
		if (found == NULL || machine->park_sequence < found->park_sequence)
			found = machine;
	}
	return found;
}

static void notify(struct machine *machine, uint64_t address, uint32_t count)
{
	struct machine_process *shared = machine->shared;
	struct machine *woken[THREADS_MAX];
	uint32_t expected = 0;
	struct machine *parked;
	while (expected < count && (parked = find_parked(shared, address)) != NULL) {
		parked->is_notified = true;
		woken[expected++] = parked;
	}
	sim_trace("  %llu.%u notifies %u of %u at %llu",
		  (unsigned long long)shared->process->party.serial, machine->index, expected,
		  count, (unsigned long long)address);
	uint32_t result = futex_notify(shared->process, address, count);
	if (result != expected)
		sim_fail("%u threads were notified where %u wait", result, expected);
	for (uint32_t i = 0; i < expected; i++)
		if (woken[i]->thread->state != THREAD_READY)
			sim_fail("a notified thread is not ready, or another one is");
}

void act_notify_all(struct machine *machine)
{
	for (uint32_t i = 0; i < WORDS; i++)
		notify(machine, AT_WORDS + 8 * i, UINT32_MAX);
}

static enum act_result notify_some(struct machine *machine)
{
	uint64_t address = choose_word(machine);
	if (chance_percent(&machine->shared->chance, 50))
		machine->shared->memory[address]++;
	notify(machine, address, chance_below(&machine->shared->chance, 4));
	return ACT_DONE;
}

void act_unparked(struct machine *machine)
{
	machine->is_parked = false;
	uint64_t result = machine->slots[0];
	sim_trace("  %llu.%u waited at %llu: %llu",
		  (unsigned long long)machine->shared->process->party.serial, machine->index,
		  (unsigned long long)machine->park_address, (unsigned long long)result);
	if (machine->is_notified ? result != FUTEX_WOKEN : result != FUTEX_TIMED_OUT)
		sim_fail("a wait at an address ended with %llu", (unsigned long long)result);
	if (!machine->is_notified && machine->park_deadline > port_monotonic_ns())
		sim_fail("a wait at an address timed out before its time");
}

/* For ever only where thread 0 goes on: so that there is always somebody who takes messages. */
static enum act_result park(struct machine *machine)
{
	struct machine_process *shared = machine->shared;
	struct chance *chance = &shared->chance;
	if (act_owes_at_once(shared) || !shared->is_registering)
		return ACT_NOTHING;
	bool may_stay = machine->thread->number != 0 && !shared->has_left_first;
	bool is_for_ever = may_stay && chance_percent(chance, 40);
	uint32_t bytes = chance_percent(chance, 50) ? 4 : 8;
	uint64_t timeout = chance_below(chance, 10) * 2000;
	uint64_t *slots = machine->slots;
	uint64_t value = 0;
	machine->park_address = choose_word(machine);
	memcpy(&value, shared->memory + machine->park_address, bytes);
	bool is_equal = chance_percent(chance, 90);
	slots[0] = machine->park_address;
	slots[1] = is_equal ? value : value + 1;
	slots[2] = is_for_ever ? UINT64_MAX : timeout;
	bool waits = is_equal && (is_for_ever || timeout > 0);
	enum wasm_host_result host = futex_wait(machine->thread, slots, bytes);
	if (host == WASM_HOST_TRAP)
		return ACT_TRAPPED;
	if ((host == WASM_HOST_SUSPEND) != waits)
		sim_fail("a thread waits at an address that need not, or does not wait");
	if (host == WASM_HOST_SUSPEND) {
		machine->is_parked = true;
		machine->is_notified = false;
		machine->park_sequence = ++shared->parks;
		machine->park_deadline = is_for_ever ? UINT64_MAX : port_monotonic_ns() + timeout;
		return ACT_SUSPENDED;
	}
	if (slots[0] != (is_equal ? FUTEX_TIMED_OUT : FUTEX_NOT_EQUAL))
		sim_fail("a wait at an address returned %llu", (unsigned long long)slots[0]);
	return ACT_DONE;
}

enum act_result act_threads(struct machine *machine)
{
	uint32_t roll = chance_below(&machine->shared->chance, 100);
	if (roll < 8)
		return ask_number(machine);
	if (roll < 30)
		return ask_spawn(machine);
	if (roll < 45)
		return ask_wait_end(machine);
	if (roll < 55)
		return leave(machine);
	if (roll < 75)
		return notify_some(machine);
	return park(machine);
}
