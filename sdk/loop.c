#include <cairn/loop.h>

#include <cairn/interface_calls.h>
#include <cairn/time_calls.h>

#include "future_state.h"

void loop_init(struct loop *loop, struct future **slots, uint32_t slot_count,
	       struct call_buffer buffer)
{
	if (slot_count == 0 || (slot_count & (slot_count - 1)) != 0)
		__builtin_trap();
	*loop = (struct loop){.buffer = buffer, .slots = slots, .mask = slot_count - 1};
	for (uint32_t i = 0; i < slot_count; i++)
		slots[i] = NULL;
	loop_queue_init(&loop->untold);
	loop_queue_init(&loop->room);
}

enum call_status loop_handle(struct loop *loop, const uint8_t *interface,
			     void (*incoming)(void *self, struct cairn_notification *note),
			     void *self)
{
	struct interface_bool_or_register_error result;
	struct wire_bytes digest = {.data = interface, .size = CAIRN_DIGEST_SIZE};
	enum call_status status = interface_register(digest, 0, &result);
	if (status != CALL_OK)
		return status;
	if (result.is_error)
		return CALL_REFUSED;
	loop->incoming = incoming;
	loop->incoming_self = self;
	return CALL_OK;
}

bool loop_is_for(const struct cairn_notification *note, const uint8_t *interface)
{
	for (int i = 0; i < CAIRN_DIGEST_SIZE; i++)
		if (note->interface[i] != interface[i])
			return false;
	return true;
}

/* ---- Time ---- */

uint64_t loop_now(struct loop *loop)
{
	uint64_t now;
	if (time_now(&now) == CALL_OK)
		loop->now_ns = now;
	return loop->now_ns;
}

static bool has_due(const struct loop *loop)
{
	return loop->deadlines.first != NULL && loop->deadlines.first->at_ns <= loop->now_ns;
}

/* Sees to it that a message from `time` comes no later than the next deadline. */
static enum call_status set_timer(struct loop *loop)
{
	const struct deadline *first = loop->deadlines.first;
	if (first == NULL || has_due(loop) || (loop->timer != 0 && loop->timer_ns <= first->at_ns))
		return CALL_OK;
	if (loop->timer != 0)
		future_cancel_message(loop->timer);
	loop->timer = 0;
	int64_t message = time_sleep_until_start(first->at_ns);
	if (message < 0)
		return (enum call_status)message;
	loop->timer = (uint64_t)message;
	loop->timer_ns = first->at_ns;
	return CALL_OK;
}

static enum call_status take_time(struct loop *loop, const struct cairn_notification *answer)
{
	uint64_t now;
	loop->timer = 0;
	enum call_status status = time_sleep_until_finish(answer, &now);
	if (status == CALL_OK)
		loop->now_ns = now;
	return status;
}

/* ---- Notifications ---- */

/* All that wait now may try; those that fail wait again, behind them. */
static void take_room(struct loop *loop)
{
	for (uint32_t i = loop->room.count; i > 0 && loop->room.first != NULL; i--)
		future_fail(loop->room.first, CALL_OK);
}

static enum call_status take_answer(struct loop *loop, const struct cairn_notification *answer)
{
	if (answer->message == loop->timer)
		return take_time(loop, answer);
	struct future *future = future_find(loop, answer->message);
	if (future != NULL)
		future_finish(future, answer);
	return CALL_OK;
}

static enum call_status take(struct loop *loop, struct cairn_notification *note)
{
	if (note->kind == CAIRN_KIND_ANSWER)
		return take_answer(loop, note);
	if (note->kind == CAIRN_KIND_ROOM)
		take_room(loop);
	else if (loop->incoming != NULL)
		loop->incoming(loop->incoming_self, note);
	return CALL_OK;
}

/* Gets the next notification into the buffer; `*note` stays NULL where there is none. */
static enum call_status receive(struct loop *loop, bool blocks, struct cairn_notification **note)
{
	const int64_t ids[] = {loop->incoming != NULL ? CAIRN_ID_INCOMING : CAIRN_ID_SKIP,
			       CAIRN_ID_ROOM, CAIRN_ID_ANY_ANSWER};
	uint32_t flags = blocks ? CAIRN_WAIT_BLOCK : 0;
	struct call_buffer *buffer = &loop->buffer;
	for (;;) {
		int32_t size = cairn_wait(ids, sizeof ids / sizeof ids[0], buffer->data,
					  (uint32_t)buffer->size, flags);
		if (size < 0)
			return (enum call_status)size;
		if ((uint32_t)size <= buffer->size) {
			*note = size == 0 ? NULL : (struct cairn_notification *)buffer->data;
			return CALL_OK;
		}
		if (!call_buffer_reserve(buffer, (uint32_t)size))
			return CALL_NO_ROOM;
	}
}

/* ---- Running ---- */

/*
 * One thing of each kind: who is still to be told, whose time has come, and a notification. So none
 * of them keeps the others waiting, whatever its callbacks begin anew. `happened` is false where
 * there was nothing at all.
 */
static enum call_status step(struct loop *loop, bool blocks, bool *happened)
{
	*happened = true;
	if (loop->untold.first != NULL)
		future_tell_first(loop);
	else if (has_due(loop))
		future_expire(future_record(loop->deadlines.first, struct future, deadline));
	else
		*happened = false;
	enum call_status status = set_timer(loop);
	struct cairn_notification *note = NULL;
	if (status == CALL_OK)
		status = receive(loop, blocks && !*happened, &note);
	if (status != CALL_OK || note == NULL)
		return status;
	*happened = true;
	return take(loop, note);
}

/* Whether there can be anything to wait for. */
static bool has_work(const struct loop *loop)
{
	return loop->awaited > 0 || loop->incoming != NULL || loop->untold.first != NULL ||
	       loop->deadlines.first != NULL;
}

static enum call_status run(struct loop *loop, const struct future *until)
{
	if (loop->is_running)
		return CALL_INVALID;
	enum call_status status = CALL_OK;
	bool happened;
	loop->is_running = true;
	while (status == CALL_OK && !loop->is_stopped && has_work(loop)) {
		if (until != NULL && until->answer != NULL)
			break;
		status = step(loop, true, &happened);
	}
	loop->is_running = false;
	loop->is_stopped = false;
	return status;
}

enum call_status loop_run(struct loop *loop)
{
	return run(loop, NULL);
}

enum call_status loop_until(struct loop *loop, const struct future *future)
{
	enum call_status status = run(loop, future);
	return status == CALL_OK && future->answer == NULL ? CALL_INVALID : status;
}

enum call_status loop_poll(struct loop *loop)
{
	if (loop->is_running)
		return CALL_INVALID;
	enum call_status status = CALL_OK;
	bool happened = true;
	loop->is_running = true;
	while (status == CALL_OK && happened)
		status = step(loop, false, &happened);
	loop->is_running = false;
	return status;
}

void loop_stop(struct loop *loop)
{
	loop->is_stopped = loop->is_running;
}
