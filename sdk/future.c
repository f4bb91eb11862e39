#include <cairn/future.h>

#include <cairn/interface_calls.h>
#include <cairn/loop.h>

#include "future_state.h"

/* ---- Answers that nobody sent ---- */

enum { STATUSES_OF_ANSWERS = 7, ERRORS_OF_CALLS = 6, ERRORS_OF_OURS = 4 };

/* First those of answers (0 and up), then errors of calls (-1 and down), then those of programs'
 * own (CALL_MALFORMED and down). */
static const struct cairn_notification outcomes[] = {
    {.kind = CAIRN_KIND_ANSWER, .status = CALL_OK},
    {.kind = CAIRN_KIND_ANSWER, .status = CALL_REFUSED},
    {.kind = CAIRN_KIND_ANSWER, .status = CALL_LATER_DENIED},
    {.kind = CAIRN_KIND_ANSWER, .status = CALL_HANDLER_NOT_STARTED},
    {.kind = CAIRN_KIND_ANSWER, .status = CALL_HANDLER_ENDED},
    {.kind = CAIRN_KIND_ANSWER, .status = CALL_HANDLER_CHANGED},
    {.kind = CAIRN_KIND_ANSWER, .status = CALL_ANSWER_TOO_LARGE},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_INVALID},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_NO_HANDLER},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_BUSY},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_TOO_LARGE},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_DENIED},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_LIMIT},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_MALFORMED},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_NO_ROOM},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_CANCELLED},
    {.kind = CAIRN_KIND_ANSWER, .status = (uint32_t)CALL_TIMED_OUT},
};

_Static_assert(sizeof outcomes / sizeof outcomes[0] ==
		   STATUSES_OF_ANSWERS + ERRORS_OF_CALLS + ERRORS_OF_OURS,
	       "each status has its place");

static const struct cairn_notification *outcome(enum call_status status)
{
	int place = (int)status;
	if (place >= 0 && place < STATUSES_OF_ANSWERS)
		return &outcomes[place];
	if (place < 0 && place >= -ERRORS_OF_CALLS)
		return &outcomes[STATUSES_OF_ANSWERS + CALL_INVALID - place];
	place = CALL_MALFORMED - place;
	if (place >= 0 && place < ERRORS_OF_OURS)
		return &outcomes[STATUSES_OF_ANSWERS + ERRORS_OF_CALLS + place];
	return outcome(CALL_INVALID);
}

/* ---- Queues, and the table of messages ---- */

void loop_queue_init(struct loop_queue *queue)
{
	*queue = (struct loop_queue){.end = &queue->first};
}

static void queue_append(struct loop_queue *queue, struct future *future)
{
	future->next = NULL;
	future->link = queue->end;
	*queue->end = future;
	queue->end = &future->next;
	queue->count++;
}

static void queue_remove(struct loop_queue *queue, struct future *future)
{
	*future->link = future->next;
	if (future->next != NULL)
		future->next->link = future->link;
	else
		queue->end = future->link;
	queue->count--;
}

/* Chains are linked one way only, so that a future's end touches no other record: with thousands of
 * them, each would be a cache miss. */
static void table_add(struct loop *loop, struct future *future)
{
	struct future **slot = &loop->slots[future->message & loop->mask];
	future->next = *slot;
	*slot = future;
}

static void table_remove(struct loop *loop, struct future *future)
{
	struct future **link = &loop->slots[future->message & loop->mask];
	while (*link != future)
		link = &(*link)->next;
	*link = future->next;
}

struct future *future_find(const struct loop *loop, uint64_t message)
{
	struct future *future = loop->slots[message & loop->mask];
	while (future != NULL && future->message != message)
		future = future->next;
	return future;
}

/* ---- Beginning ---- */

/* A future that is pending cannot begin: its place in the loop would be lost. */
static void open(struct loop *loop, struct future *future, enum future_state state)
{
	if (future->state != FUTURE_IDLE)
		__builtin_trap();
	future->loop = loop;
	future->state = state;
	future->answer = NULL;
	future->message = 0;
	loop->awaited += state == FUTURE_ANSWER || state == FUTURE_ROOM;
}

void future_begin(struct loop *loop, struct future *future, int64_t message)
{
	if (message < CAIRN_ID_FIRST_MESSAGE) {
		open(loop, future, FUTURE_OPEN);
		future_complete(future, (enum call_status)message);
		return;
	}
	open(loop, future, FUTURE_ANSWER);
	future->message = (uint64_t)message;
	table_add(loop, future);
}

void future_sleep(struct loop *loop, struct future *future, uint64_t deadline_ns)
{
	open(loop, future, FUTURE_TIME);
	deadlines_add(&loop->deadlines, &future->deadline, deadline_ns);
}

void future_room(struct loop *loop, struct future *future)
{
	open(loop, future, FUTURE_ROOM);
	queue_append(&loop->room, future);
}

void future_open(struct loop *loop, struct future *future)
{
	open(loop, future, FUTURE_OPEN);
}

/* ---- Ending ---- */

/* Takes it out of everything of the loop's. */
static void detach(struct future *future)
{
	struct loop *loop = future->loop;
	switch (future->state) {
	case FUTURE_ANSWER:
		table_remove(loop, future);
		loop->awaited--;
		break;
	case FUTURE_ROOM:
		queue_remove(&loop->room, future);
		loop->awaited--;
		break;
	case FUTURE_UNTOLD:
		queue_remove(&loop->untold, future);
		break;
	case FUTURE_TIME:
	case FUTURE_OPEN:
	case FUTURE_IDLE:
		break;
	}
	deadlines_remove(&loop->deadlines, &future->deadline);
	future->state = FUTURE_IDLE;
}

static bool is_pending(const struct future *future)
{
	return future->state != FUTURE_IDLE && future->state != FUTURE_UNTOLD;
}

void future_cancel_message(uint64_t message)
{
	const struct interface_cancel_call call = {.message = message};
	uint8_t head[WIRE_HEAD_BYTES(12, 0)];
	struct wire_part parts[WIRE_PARTS(0)];
	struct wire_out out = wire_out_parts(head, sizeof head, parts, WIRE_PARTS(0));
	interface_cancel_encode(&out, &call);
	/* Whether it came in time does not matter: an answer that no future awaits is dropped. */
	(void)call_send(interface_interface, &out, 0);
}

/* A copy in the future's own memory, where it has some. */
static const struct cairn_notification *keep(struct future *future,
					     const struct cairn_notification *answer)
{
	size_t size = sizeof *answer + answer->length;
	if (future->keep == NULL)
		return answer;
	if (!call_buffer_reserve(future->keep, size))
		return outcome(CALL_NO_ROOM);
	__builtin_memcpy(future->keep->data, answer, size);
	return (const struct cairn_notification *)future->keep->data;
}

void future_finish(struct future *future, const struct cairn_notification *answer)
{
	detach(future);
	future->answer = keep(future, answer);
	if (future->done != NULL)
		future->done(future);
}

void future_fail(struct future *future, enum call_status status)
{
	detach(future);
	future->answer = outcome(status);
	if (future->done != NULL)
		future->done(future);
}

void future_expire(struct future *future)
{
	bool is_timer = future->state == FUTURE_TIME;
	if (future->state == FUTURE_ANSWER)
		future_cancel_message(future->message);
	future_fail(future, is_timer ? CALL_OK : CALL_TIMED_OUT);
}

/* Done, and told later: whoever calls is somewhere in the middle of something. */
static void finish_later(struct future *future, enum call_status status)
{
	detach(future);
	future->answer = outcome(status);
	if (future->done == NULL)
		return;
	future->state = FUTURE_UNTOLD;
	queue_append(&future->loop->untold, future);
}

void future_tell_first(struct loop *loop)
{
	struct future *future = loop->untold.first;
	detach(future);
	if (future->done != NULL)
		future->done(future);
}

void future_until(struct future *future, uint64_t deadline_ns)
{
	if (!is_pending(future))
		return;
	struct deadlines *deadlines = &future->loop->deadlines;
	deadlines_remove(deadlines, &future->deadline);
	deadlines_add(deadlines, &future->deadline, deadline_ns);
}

void future_cancel(struct future *future)
{
	if (!is_pending(future))
		return;
	if (future->state == FUTURE_ANSWER)
		future_cancel_message(future->message);
	finish_later(future, CALL_CANCELLED);
}

void future_forget(struct future *future)
{
	if (future->state == FUTURE_IDLE)
		return;
	if (future->state == FUTURE_ANSWER)
		future_cancel_message(future->message);
	detach(future);
}

void future_complete(struct future *future, enum call_status status)
{
	if (future->state == FUTURE_OPEN)
		finish_later(future, status);
}
