/*
 * poll: poll_oneoff, which is how a C library sleeps, and how it waits for descriptors.
 *
 * What can be told at once is told at once: a subscription that is wrong, and a descriptor, because
 * `terminal` has no message for "tell me when there is something to read". So a stream is always
 * ready, as a file is on POSIX systems, and the read behind it waits. With clocks alone, the times
 * are asked of `time`, the earliest deadline is slept for, and every clock that is due by then is
 * told.
 *
 *     now -> (wall, where a subscription means a time of day) -> sleep-until -> events
 */
#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"

#include <cairn/time.h>

enum { SUBSCRIPTIONS_MAX = 1024 }; /* each call looks at all of them, in the kernel's time */

/* Words of call_state. */
enum {
	STATE_NOW, /* the times at the start: from them each subscription's deadline follows */
	STATE_WALL,
	STATE_DEADLINE /* the earliest one */
};

struct subscription {
	uint64_t userdata;
	uint64_t timeout;
	uint32_t descriptor;
	uint32_t clock;
	uint16_t clock_flags;
	uint8_t type;
};

/* One call's arguments: all in the program's memory, checked. */
struct poll {
	const uint8_t *subscriptions;
	uint32_t count;
	uint8_t *events;
	uint8_t *event_count;
};

static enum wasi_error poll_open(struct thread *thread, const uint64_t *slots, struct poll *out)
{
	uint32_t count = wasi_argument(slots, 2);
	if (count == 0 || count > SUBSCRIPTIONS_MAX)
		return WASI_EINVAL;
	struct poll poll = {
	    guest_bytes(thread, wasi_argument(slots, 0), (uint64_t)count * WASI_SUBSCRIPTION_BYTES),
	    count,
	    guest_bytes(thread, wasi_argument(slots, 1), (uint64_t)count * WASI_EVENT_BYTES),
	    guest_bytes(thread, wasi_argument(slots, 3), 4),
	};
	if (poll.subscriptions == NULL || poll.events == NULL || poll.event_count == NULL)
		return WASI_EFAULT;
	*out = poll;
	return WASI_SUCCESS;
}

static struct subscription subscription_at(const struct poll *poll, uint32_t index)
{
	const uint8_t *at = poll->subscriptions + index * WASI_SUBSCRIPTION_BYTES;
	return (struct subscription){
	    .userdata = guest_load_u64(at + WASI_SUBSCRIPTION_USERDATA),
	    .timeout = guest_load_u64(at + WASI_SUBSCRIPTION_TIMEOUT),
	    .descriptor = guest_load_u32(at + WASI_SUBSCRIPTION_DESCRIPTOR),
	    .clock = guest_load_u32(at + WASI_SUBSCRIPTION_CLOCK),
	    .clock_flags = guest_load_u16(at + WASI_SUBSCRIPTION_CLOCK_FLAGS),
	    .type = at[WASI_SUBSCRIPTION_TYPE],
	};
}

/* Writes event number `index`; everything but these three fields is zero. */
static void event_store(const struct poll *poll, uint32_t index,
			const struct subscription *subscription, enum wasi_error error)
{
	uint8_t *at = poll->events + index * WASI_EVENT_BYTES;
	memset(at, 0, WASI_EVENT_BYTES);
	guest_store_u64(at + WASI_EVENT_USERDATA, subscription->userdata);
	guest_store_u16(at + WASI_EVENT_ERROR, (uint16_t)error);
	at[WASI_EVENT_TYPE] = subscription->type;
}

static enum wasi_error check_clock(const struct subscription *subscription)
{
	if (subscription->clock_flags & ~WASI_CLOCK_ABSOLUTE)
		return WASI_EINVAL;
	switch (subscription->clock) {
	case WASI_CLOCK_REALTIME:
	case WASI_CLOCK_MONOTONIC:
		return WASI_SUCCESS;
	case WASI_CLOCK_PROCESS_CPU:
	case WASI_CLOCK_THREAD_CPU:
		return WASI_ENOTSUP;
	default:
		return WASI_EINVAL;
	}
}

static bool is_absolute(const struct subscription *subscription)
{
	return (subscription->clock_flags & WASI_CLOCK_ABSOLUTE) != 0;
}

/* When a valid clock subscription is due, by the clock of time.now. */
static uint64_t deadline_of(const struct subscription *subscription, const uint64_t *state)
{
	uint64_t span = subscription->timeout;
	if (is_absolute(subscription)) {
		if (subscription->clock == WASI_CLOCK_MONOTONIC)
			return span;
		span = span > state[STATE_WALL] ? span - state[STATE_WALL] : 0;
	}
	return span > UINT64_MAX - state[STATE_NOW] ? UINT64_MAX : state[STATE_NOW] + span;
}

/* Writes an event for each subscription that can be told before any clock was asked; returns their
 * number. */
static uint32_t tell_at_once(struct thread *thread, const struct poll *poll)
{
	uint32_t told = 0;
	for (uint32_t i = 0; i < poll->count; i++) {
		struct subscription subscription = subscription_at(poll, i);
		struct descriptor *descriptor;
		enum wasi_error error;
		if (subscription.type == WASI_EVENT_CLOCK)
			error = check_clock(&subscription);
		else if (subscription.type <= WASI_EVENT_FD_WRITE)
			error = descriptor_find(thread, subscription.descriptor, &descriptor);
		else
			error = WASI_EINVAL;
		if (error != WASI_SUCCESS || subscription.type != WASI_EVENT_CLOCK)
			event_store(poll, told++, &subscription, error);
	}
	return told;
}

/* Writes an event for each clock that is due; returns their number. */
static uint32_t tell_due(const struct poll *poll, const uint64_t *state, uint64_t now)
{
	uint32_t told = 0;
	for (uint32_t i = 0; i < poll->count; i++) {
		struct subscription subscription = subscription_at(poll, i);
		if (subscription.type == WASI_EVENT_CLOCK &&
		    deadline_of(&subscription, state) <= now)
			event_store(poll, told++, &subscription, check_clock(&subscription));
	}
	return told;
}

static enum wasm_host_result told(uint64_t *slots, const struct poll *poll, uint32_t count)
{
	guest_store_u32(poll->event_count, count);
	return wasi_result(slots, WASI_SUCCESS);
}

static enum wasm_host_result woken(struct thread *thread, uint64_t *slots,
				   const struct call_answer *answer)
{
	uint64_t now;
	struct poll poll;
	enum wasi_error error = errors_of_answer(
	    answer, time_sleep_until_answer_decode(answer->body, answer->size, &now));
	if (error == WASI_SUCCESS)
		error = poll_open(thread, slots, &poll);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	/* A clock that answers early must not turn a sleep into a busy loop of the program's. */
	const uint64_t *state = call_state(thread);
	if (now < state[STATE_DEADLINE])
		return wasi_result(slots, WASI_EPROTO);
	return told(slots, &poll, tell_due(&poll, state, now));
}

static enum wasm_host_result sleep(struct thread *thread, uint64_t *slots)
{
	struct poll poll;
	enum wasi_error error = poll_open(thread, slots, &poll);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	uint64_t *state = call_state(thread);
	uint64_t deadline = UINT64_MAX;
	for (uint32_t i = 0; i < poll.count; i++) {
		struct subscription subscription = subscription_at(&poll, i);
		uint64_t due = deadline_of(&subscription, state);
		if (due < deadline)
			deadline = due;
	}
	if (deadline <= state[STATE_NOW])
		return told(slots, &poll, tell_due(&poll, state, state[STATE_NOW]));
	state[STATE_DEADLINE] = deadline;
	struct ask ask;
	time_sleep_until_encode(ask_open(&ask), &(struct time_sleep_until_call){deadline});
	return ask_send(thread, time_interface, &ask, woken);
}

static enum wasm_host_result wall_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer)
{
	uint64_t wall;
	enum wasi_error error =
	    errors_of_answer(answer, time_wall_answer_decode(answer->body, answer->size, &wall));
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	call_state(thread)[STATE_WALL] = wall;
	return sleep(thread, slots);
}

static bool has_time_of_day(const struct poll *poll)
{
	for (uint32_t i = 0; i < poll->count; i++) {
		struct subscription subscription = subscription_at(poll, i);
		if (subscription.type == WASI_EVENT_CLOCK && is_absolute(&subscription) &&
		    subscription.clock == WASI_CLOCK_REALTIME)
			return true;
	}
	return false;
}

static enum wasm_host_result now_answered(struct thread *thread, uint64_t *slots,
					  const struct call_answer *answer)
{
	uint64_t now;
	struct poll poll;
	enum wasi_error error =
	    errors_of_answer(answer, time_now_answer_decode(answer->body, answer->size, &now));
	if (error == WASI_SUCCESS)
		error = poll_open(thread, slots, &poll);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	call_state(thread)[STATE_NOW] = now;
	call_state(thread)[STATE_WALL] = 0;
	if (!has_time_of_day(&poll))
		return sleep(thread, slots);
	struct ask ask;
	time_wall_encode(ask_open(&ask));
	return ask_send(thread, time_interface, &ask, wall_answered);
}

enum wasm_host_result wasi_poll_oneoff(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct thread *thread = call_thread(wasm);
	struct poll poll;
	enum wasi_error error = poll_open(thread, slots, &poll);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	uint32_t at_once = tell_at_once(thread, &poll);
	if (at_once > 0)
		return told(slots, &poll, at_once);
	struct ask ask;
	time_now_encode(ask_open(&ask));
	return ask_send(thread, time_interface, &ask, now_answered);
}
