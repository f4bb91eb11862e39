/*
 * poll: poll_oneoff, which is how a C library sleeps, and how it waits for descriptors.
 *
 * What can be told at once is: a subscription that is wrong, a file, which never waits, and a
 * stream that is written. For the others a message each is sent, and one that sleeps until the
 * earliest clock is due; when the first of them is answered, everything that is ready by then is
 * told, and the rest is given up. Where something can be told at once nobody waits, but what is
 * ready beside it is told as well.
 *
 *     now -> (wall, where a subscription means a time of day) -> all together -> events
 *
 * A listener has no message for "somebody has connected": the connection itself is accepted, and
 * kept for the sock_accept that follows.
 */
#include "ask.h"
#include "descriptor.h"
#include "errors.h"
#include "functions.h"
#include "guest.h"
#include "mem.h"
#include "preopen.h"

#include <cairn/abi.h>
#include <cairn/tcp.h>
#include <cairn/terminal.h>
#include <cairn/time.h>

enum { SUBSCRIPTIONS_MAX = 1024 }; /* each call looks at all of them, in the kernel's time */

/* Words of call_state. */
enum {
	STATE_NOW, /* the times at the start: from them each subscription's deadline follows */
	STATE_WALL,
	STATE_DEADLINE, /* the earliest one */
	STATE_SLEEPS    /* the first message is the one that sleeps until then */
};

/* STATE_NOW where no clock was asked. */
#define NO_TIME UINT64_MAX

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
	uint32_t told; /* events that are written */
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
	    0,
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

/* How it stands with a subscription. */
struct readiness {
	enum wasi_error error;
	bool is_told;
	uint64_t bytes; /* that can be read, where that is known */
	bool is_hangup;
};

/* Writes the next event; everything but these fields is zero. Events may lie where subscriptions
 * do: there are never more than were looked at. */
static void event_store(struct poll *poll, const struct subscription *subscription,
			const struct readiness *readiness)
{
	if (!readiness->is_told)
		return;
	uint8_t *at = poll->events + poll->told++ * WASI_EVENT_BYTES;
	memset(at, 0, WASI_EVENT_BYTES);
	guest_store_u64(at + WASI_EVENT_USERDATA, subscription->userdata);
	guest_store_u16(at + WASI_EVENT_ERROR, (uint16_t)readiness->error);
	at[WASI_EVENT_TYPE] = subscription->type;
	guest_store_u64(at + WASI_EVENT_READY_BYTES, readiness->bytes);
	guest_store_u16(at + WASI_EVENT_FLAGS, readiness->is_hangup ? WASI_EVENT_HANGUP : 0);
}

static enum wasm_host_result told(uint64_t *slots, const struct poll *poll)
{
	guest_store_u32(poll->event_count, poll->told);
	return wasi_result(slots, WASI_SUCCESS);
}

/* ---- Clocks ---- */

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

/* ---- Descriptors ---- */

/* What a subscription to a descriptor waits for. */
enum wait {
	WAIT_NOTHING, /* it is ready, or wrong */
	WAIT_STREAM,
	WAIT_READABLE,
	WAIT_WRITABLE,
	WAIT_ACCEPT
};

static enum wait wait_of(struct thread *thread, const struct subscription *subscription,
			 struct readiness *readiness, struct descriptor **out)
{
	bool reads = subscription->type == WASI_EVENT_FD_READ;
	readiness->error = subscription->type > WASI_EVENT_FD_WRITE
			       ? WASI_EINVAL
			       : descriptor_find(thread, subscription->descriptor, out);
	if (readiness->error == WASI_SUCCESS)
		readiness->error = descriptor_check_rights(*out, WASI_RIGHTS_POLL_FD_READWRITE);
	if (readiness->error != WASI_SUCCESS)
		return WAIT_NOTHING;
	switch ((*out)->kind) {
	case DESCRIPTOR_STREAM:
		return reads && (*out)->rights & WASI_RIGHTS_FD_READ ? WAIT_STREAM : WAIT_NOTHING;
	case DESCRIPTOR_CONNECTION:
		return reads ? WAIT_READABLE : WAIT_WRITABLE;
	case DESCRIPTOR_LISTENER:
		return reads && (*out)->offset == 0 ? WAIT_ACCEPT : WAIT_NOTHING;
	default:
		return WAIT_NOTHING;
	}
}

static void add(struct thread *thread, const uint8_t *interface, const struct ask *ask)
{
	struct digest digest;
	memcpy(digest.bytes, interface, sizeof digest.bytes);
	call_any_add(thread, &digest, ask->parts, ask->out.part_count);
}

static void send_wait(struct thread *thread, enum wait wait, uint64_t handle)
{
	struct ask ask;
	struct wire_out *out = ask_open(&ask);
	switch (wait) {
	case WAIT_STREAM:
		terminal_wait_readable_encode(
		    out, &(struct terminal_wait_readable_call){(uint32_t)handle});
		add(thread, terminal_interface, &ask);
		break;
	case WAIT_READABLE:
		tcp_wait_readable_encode(out, &(struct tcp_wait_readable_call){handle});
		add(thread, tcp_interface, &ask);
		break;
	case WAIT_WRITABLE:
		tcp_wait_writable_encode(out, &(struct tcp_wait_writable_call){handle});
		add(thread, tcp_interface, &ask);
		break;
	case WAIT_ACCEPT:
		tcp_accept_encode(out, &(struct tcp_accept_call){handle});
		add(thread, tcp_interface, &ask);
		break;
	case WAIT_NOTHING:
		break;
	}
}

static void judge_stream(const struct call_answer *answer, struct readiness *out)
{
	struct terminal_nothing_or_error result;
	out->error = errors_of_answer(
	    answer, terminal_wait_readable_answer_decode(answer->body, answer->size, &result));
	if (out->error == WASI_SUCCESS && result.is_error)
		out->error = errors_of_terminal(result.error);
}

static void judge_readable(const struct call_answer *answer, struct readiness *out)
{
	struct tcp_u32_or_error result;
	out->error = errors_of_answer(
	    answer, tcp_wait_readable_answer_decode(answer->body, answer->size, &result));
	if (out->error == WASI_SUCCESS && result.is_error)
		out->error = errors_of_tcp(result.error);
	if (out->error != WASI_SUCCESS)
		return;
	out->bytes = result.value;
	out->is_hangup = result.value == 0;
}

static void judge_writable(const struct call_answer *answer, struct readiness *out)
{
	struct tcp_nothing_or_error result;
	out->error = errors_of_answer(
	    answer, tcp_wait_writable_answer_decode(answer->body, answer->size, &result));
	if (out->error == WASI_SUCCESS && result.is_error)
		out->error = errors_of_tcp(result.error);
}

static void judge_accepted(const struct call_answer *answer, struct descriptor *listener,
			   struct readiness *out)
{
	struct tcp_connection_or_error result;
	out->error =
	    errors_of_answer(answer, tcp_accept_answer_decode(answer->body, answer->size, &result));
	if (out->error == WASI_SUCCESS && result.is_error)
		out->error = errors_of_tcp(result.error);
	if (out->error == WASI_SUCCESS)
		listener->offset = result.value.handle;
}

/* The answer to what a subscription waited for. A handler that does not know how to tell is taken
 * to be ready, as a file is: the read behind it waits. */
static void judge(const struct call_answer *answer, enum wait wait, struct descriptor *descriptor,
		  struct readiness *out)
{
	out->is_told = true;
	if (answer->status == CAIRN_STATUS_REFUSED)
		return;
	switch (wait) {
	case WAIT_STREAM:
		judge_stream(answer, out);
		break;
	case WAIT_READABLE:
		judge_readable(answer, out);
		break;
	case WAIT_WRITABLE:
		judge_writable(answer, out);
		break;
	case WAIT_ACCEPT:
		judge_accepted(answer, descriptor, out);
		break;
	case WAIT_NOTHING:
		break;
	}
	if (out->error == WASI_SUCCESS)
		descriptor->is_known_ready = true;
}

/* ---- All together ---- */

/* The time by which clocks are judged: that of the start where nobody slept. EPROTO where the sleep
 * was shorter than it had to be: that must not turn it into a busy loop of the program's. */
static enum wasi_error time_of(struct thread *thread, uint64_t *now)
{
	const uint64_t *state = call_state(thread);
	struct call_answer answer;
	*now = state[STATE_NOW];
	if (!state[STATE_SLEEPS] || !call_any_answer(thread, 0, &answer))
		return WASI_SUCCESS;
	enum wasi_error error = errors_of_answer(
	    &answer, time_sleep_until_answer_decode(answer.body, answer.size, now));
	return error == WASI_SUCCESS && *now < state[STATE_DEADLINE] ? WASI_EPROTO : error;
}

static struct readiness readiness_of(struct thread *thread, const struct subscription *subscription,
				     uint64_t now, uint32_t *index)
{
	struct readiness readiness = {0};
	if (subscription->type == WASI_EVENT_CLOCK) {
		readiness.error = check_clock(subscription);
		readiness.is_told = readiness.error != WASI_SUCCESS ||
				    (call_state(thread)[STATE_NOW] != NO_TIME &&
				     deadline_of(subscription, call_state(thread)) <= now);
		return readiness;
	}
	struct descriptor *descriptor;
	struct call_answer answer;
	enum wait wait = wait_of(thread, subscription, &readiness, &descriptor);
	if (wait == WAIT_NOTHING)
		readiness.is_told = true;
	else if (call_any_answer(thread, (*index)++, &answer))
		judge(&answer, wait, descriptor, &readiness);
	return readiness;
}

/* Answers are found by the order in which their questions were asked. */
static enum wasm_host_result answered(struct thread *thread, uint64_t *slots,
				      const struct call_answer *nothing)
{
	struct poll poll;
	uint64_t now;
	uint32_t index = call_state(thread)[STATE_SLEEPS] ? 1 : 0;
	enum wasi_error error = poll_open(thread, slots, &poll);
	if (error == WASI_SUCCESS)
		error = time_of(thread, &now);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	for (uint32_t i = 0; i < poll.count; i++) {
		struct subscription subscription = subscription_at(&poll, i);
		const struct readiness readiness = readiness_of(thread, &subscription, now, &index);
		event_store(&poll, &subscription, &readiness);
	}
	return told(slots, &poll);
}

/* How it stands before anybody is asked. */
struct outlook {
	bool is_over; /* something can be told at once */
	bool has_clock;
	bool has_time_of_day;
	uint32_t waits; /* descriptors to wait for */
};

static struct outlook look(struct thread *thread, const struct poll *poll)
{
	struct outlook outlook = {0};
	for (uint32_t i = 0; i < poll->count; i++) {
		struct subscription subscription = subscription_at(poll, i);
		struct readiness readiness = {0};
		struct descriptor *descriptor;
		if (subscription.type != WASI_EVENT_CLOCK) {
			bool waits =
			    wait_of(thread, &subscription, &readiness, &descriptor) != WAIT_NOTHING;
			outlook.waits += waits;
			outlook.is_over |= !waits;
		} else if (check_clock(&subscription) != WASI_SUCCESS) {
			outlook.is_over = true;
		} else {
			outlook.has_clock = true;
			outlook.has_time_of_day |=
			    is_absolute(&subscription) && subscription.clock == WASI_CLOCK_REALTIME;
		}
	}
	return outlook;
}

static void send_waits(struct thread *thread, const struct poll *poll, uint32_t count)
{
	for (uint32_t i = 0; i < poll->count && count > 0; i++) {
		struct subscription subscription = subscription_at(poll, i);
		struct readiness readiness = {0};
		struct descriptor *descriptor;
		if (subscription.type == WASI_EVENT_CLOCK)
			continue;
		enum wait wait = wait_of(thread, &subscription, &readiness, &descriptor);
		if (wait == WAIT_NOTHING)
			continue;
		send_wait(thread, wait, descriptor->handle);
		count--;
	}
}

static void send_sleep(struct thread *thread)
{
	struct ask ask;
	time_sleep_until_encode(
	    ask_open(&ask), &(struct time_sleep_until_call){call_state(thread)[STATE_DEADLINE]});
	add(thread, time_interface, &ask);
}

/* Waits for what there is to wait for; with the deadline in the state where a clock is there. */
static enum wasm_host_result wait_for_all(struct thread *thread, uint64_t *slots, bool is_over)
{
	struct poll poll;
	enum wasi_error error = poll_open(thread, slots, &poll);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	const struct outlook outlook = look(thread, &poll);
	is_over |= outlook.is_over;
	bool sleeps = !is_over && call_state(thread)[STATE_NOW] != NO_TIME;
	call_state(thread)[STATE_SLEEPS] = sleeps;
	if (outlook.waits == 0 && !sleeps)
		return answered(thread, slots, NULL);
	if (!call_any_open(thread, outlook.waits + 1))
		return wasi_result(slots, WASI_ENOMEM);
	if (sleeps)
		send_sleep(thread);
	send_waits(thread, &poll, outlook.waits);
	return call_any_wait(thread, is_over, answered);
}

static enum wasm_host_result wait_with_clocks(struct thread *thread, uint64_t *slots)
{
	struct poll poll;
	enum wasi_error error = poll_open(thread, slots, &poll);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	uint64_t *state = call_state(thread);
	state[STATE_DEADLINE] = UINT64_MAX;
	for (uint32_t i = 0; i < poll.count; i++) {
		struct subscription subscription = subscription_at(&poll, i);
		if (subscription.type == WASI_EVENT_CLOCK &&
		    deadline_of(&subscription, state) < state[STATE_DEADLINE])
			state[STATE_DEADLINE] = deadline_of(&subscription, state);
	}
	return wait_for_all(thread, slots, state[STATE_DEADLINE] <= state[STATE_NOW]);
}

/* ---- The times at the start ---- */

static enum wasm_host_result wall_answered(struct thread *thread, uint64_t *slots,
					   const struct call_answer *answer)
{
	uint64_t wall;
	enum wasi_error error =
	    errors_of_answer(answer, time_wall_answer_decode(answer->body, answer->size, &wall));
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	call_state(thread)[STATE_WALL] = wall;
	return wait_with_clocks(thread, slots);
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
	if (!look(thread, &poll).has_time_of_day)
		return wait_with_clocks(thread, slots);
	struct ask ask;
	time_wall_encode(ask_open(&ask));
	return ask_send(thread, time_interface, &ask, wall_answered);
}

static enum wasm_host_result poll_oneoff(struct thread *thread, uint64_t *slots)
{
	struct poll poll;
	enum wasi_error error = poll_open(thread, slots, &poll);
	if (error != WASI_SUCCESS)
		return wasi_result(slots, error);
	const struct outlook outlook = look(thread, &poll);
	call_state(thread)[STATE_NOW] = NO_TIME;
	call_state(thread)[STATE_WALL] = 0;
	if (outlook.is_over || !outlook.has_clock)
		return wait_for_all(thread, slots, outlook.is_over);
	struct ask ask;
	time_now_encode(ask_open(&ask));
	return ask_send(thread, time_interface, &ask, now_answered);
}

/* Whether a descriptor is among them that might be open in advance. */
static bool needs_preopens(struct thread *thread, const uint64_t *slots)
{
	struct poll poll;
	if (poll_open(thread, slots, &poll) != WASI_SUCCESS)
		return false;
	for (uint32_t i = 0; i < poll.count; i++) {
		struct subscription subscription = subscription_at(&poll, i);
		if (subscription.type != WASI_EVENT_CLOCK &&
		    subscription.descriptor >= DESCRIPTORS_STANDARD)
			return true;
	}
	return false;
}

enum wasm_host_result wasi_poll_oneoff(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	struct thread *thread = call_thread(wasm);
	return needs_preopens(thread, slots) ? preopen_for_all(wasm, slots, poll_oneoff)
					     : poll_oneoff(thread, slots);
}
