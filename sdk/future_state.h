/*
 * future_state: what loop.c does to futures. Nobody else includes it.
 */
#ifndef SDK_FUTURE_STATE_H
#define SDK_FUTURE_STATE_H

#include <cairn/loop.h>

void loop_queue_init(struct loop_queue *queue);

/* The pending future that awaits the answer to that message, or NULL. */
struct future *future_find(const struct loop *loop, uint64_t message);

/* The future is done with that answer, and told: it may be gone when this returns. */
void future_finish(struct future *future, const struct cairn_notification *answer);

/* The same with an answer that is nothing but a status. */
void future_fail(struct future *future, enum call_status status);

/* Its time has come. */
void future_expire(struct future *future);

/* Calls `done` of the first that is still to be told. */
void future_tell_first(struct loop *loop);

/* Gives a message up; its answer is dropped when it comes. */
void future_cancel_message(uint64_t message);

#endif
