/*
 * loop: waits for everything that a thread has under way (future.h), and for messages to the
 * interfaces that the program handles.
 *
 *     static struct future *slots[1024];
 *     static struct loop loop;
 *
 *     loop_init(&loop, slots, 1024, memory_buffer());
 *     loop_handle(&loop, greeting_interface, on_message, NULL);     where it is a handler
 *     ... begin futures, start tasks ...
 *     loop_run(&loop);
 *
 * All memory is the caller's. What a completion costs depends neither on the number of futures nor
 * on the number of messages under way, as long as there are about as many slots as messages. All
 * deadlines together keep one message to `time` under way.
 *
 * One thread, one loop. While a program uses one, an answer that no future awaits is dropped: a
 * message is either given to a future before the loop runs again, or waited for on the spot (the
 * blocking form of a call, which works inside `done` too).
 */
#ifndef CAIRN_LOOP_H
#define CAIRN_LOOP_H

#include <cairn/future.h>

#define LOOP_MILLISECOND ((uint64_t)1000000)
#define LOOP_SECOND      (1000 * LOOP_MILLISECOND)

/* Futures in the order in which they came. */
struct loop_queue {
	struct future *first;
	struct future **end; /* the link of the one that comes next */
	uint32_t count;
};

struct loop {
	struct call_buffer buffer; /* for the notification that is being handled */

	struct future **slots; /* futures by the last bits of their message's id */
	uint32_t mask;
	uint32_t awaited; /* futures that the loop waits for, or is going to tell */
	struct loop_queue untold;
	struct loop_queue room;

	struct deadlines deadlines;
	uint64_t timer; /* the message to `time`, or 0 */
	uint64_t timer_ns;
	uint64_t now_ns; /* as far as the loop knows */

	void (*incoming)(void *self, struct cairn_notification *note);
	void *incoming_self;
	bool is_running;
	bool is_stopped;
};

/* `slot_count` is a power of two. The buffer must hold a notification's header; larger ones make it
 * grow where it can. */
void loop_init(struct loop *loop, struct future **slots, uint32_t slot_count,
	       struct call_buffer buffer);

/*
 * Becomes the handler of the interface with that digest, which the node's configuration must have
 * named this program for; CALL_REFUSED where not. From now on incoming messages, and news about
 * them (kinds 2 to 5), are given to `incoming`, which most of the time hands a message on to the
 * generated NAME_serve. Who handles several interfaces calls this for each, with the same
 * `incoming`, and tells them apart by loop_is_for. The notification lives until the loop waits
 * again; an answer may come later, from anywhere.
 */
enum call_status loop_handle(struct loop *loop, const uint8_t *interface,
			     void (*incoming)(void *self, struct cairn_notification *note),
			     void *self);

bool loop_is_for(const struct cairn_notification *note, const uint8_t *interface);

/*
 * Each of these waits, and calls `done` and `incoming`, from which it must not be called itself
 * (CALL_INVALID). CALL_NO_ROOM says that the next notification is larger than the buffer, which
 * cannot grow: nothing is lost, and with a larger one in `buffer` it goes on. Other errors are
 * those of a timer that cannot be set.
 */

/* Until nothing is awaited and no interface is handled, or loop_stop. */
enum call_status loop_run(struct loop *loop);

/* Until that future is done. */
enum call_status loop_until(struct loop *loop, const struct future *future);

/* Handles what is there, and returns when there is nothing. */
enum call_status loop_poll(struct loop *loop);

/* Makes loop_run return when the present callback does. */
void loop_stop(struct loop *loop);

/* The time of time.now. It asks, so that many deadlines share one call rather than make their own.
 */
uint64_t loop_now(struct loop *loop);

#endif
