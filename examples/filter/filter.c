/*
 * Stands between a program and the handler of kv: it writes down what the program asks, lets nobody
 * at keys that begin with `private/`, and sends on the rest. Neither of the two knows of it: what
 * it sends to kv goes to the next handler of the chain, because it is one itself.
 *
 * It looks into a message to decide about it, but sends on the very bytes, and passes back whatever
 * is answered. So it costs no more than a copy, whatever the message means.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/allocated.h>
#include <cairn/loop.h>

#include "kv_calls.h"

static struct future *slots[256];
static struct loop loop;
static bool is_retired;

/* A message that was sent on, and that we owe the answer to. */
struct question {
	struct future future;
	struct question *next;
	uint64_t message;
};
static struct question *questions;

static void forget(struct question *question)
{
	struct question **link = &questions;
	while (*link != question)
		link = &(*link)->next;
	*link = question->next;
	free(question);
	if (is_retired && questions == NULL)
		loop_stop(&loop);
}

static void pass_back(struct future *future)
{
	struct question *question = future_record(future, struct question, future);
	struct cairn_part part = {call_body(future->answer), future->answer->length};
	bool is_answered = future_status(future) == CALL_OK;
	if (question->message != 0)
		cairn_answer((int64_t)question->message, &part, is_answered ? 1 : 0,
			     is_answered ? 0 : CAIRN_ANSWER_REFUSED);
	forget(question);
}

static void send_on(const struct cairn_notification *from)
{
	struct cairn_part part = {call_body(from), from->length};
	struct question *question = calloc(1, sizeof *question);
	if (question == NULL) {
		call_refuse(from->message);
		return;
	}
	question->message = from->message;
	question->future.done = pass_back;
	question->next = questions;
	questions = question;
	future_begin(&loop, &question->future,
		     cairn_send(kv_interface, &part, 1, CAIRN_SEND_ANSWER));
}

static void decide(const struct cairn_notification *from, const char *what, struct wire_string key)
{
	static const char forbidden[] = "private/";
	size_t size = sizeof forbidden - 1;
	bool is_forbidden = key.size >= size && memcmp(key.data, forbidden, size) == 0;
	fprintf(stderr, "filter: %s %.*s%s\n", what, (int)key.size, key.data,
		is_forbidden ? ": not allowed" : "");
	if (is_forbidden)
		call_refuse(from->message);
	else
		send_on(from);
}

static void get(void *self, void *message, const struct kv_get_call *call)
{
	decide(message, "get", call->key);
}

static void put(void *self, void *message, const struct kv_put_call *call)
{
	decide(message, "put", call->key);
}

static void remove_key(void *self, void *message, const struct kv_remove_call *call)
{
	decide(message, "remove", call->key);
}

static const struct kv_handler handler = {.get = get, .put = put, .remove = remove_key};

/* Whoever gave up a question of ours gives up the one that was sent on. */
static void cancel(uint64_t message)
{
	for (struct question *question = questions; question != NULL; question = question->next)
		if (question->message == message)
			future_cancel(&question->future);
}

/* What is malformed is refused here, and never reaches the next handler. */
static void on_incoming(void *self, struct cairn_notification *note)
{
	if (note->kind == CAIRN_KIND_MESSAGE)
		kv_serve(&handler, self, note);
	else if (note->kind == CAIRN_KIND_CANCELLED)
		cancel(note->message);
	else if (note->kind == CAIRN_KIND_RETIRED)
		is_retired = true;
	if (is_retired && questions == NULL)
		loop_stop(&loop);
}

int main(void)
{
	loop_init(&loop, slots, 256, allocated_buffer());
	if (loop_handle(&loop, kv_interface, on_incoming, NULL) != CALL_OK) {
		fputs("this program is not configured to handle kv\n", stderr);
		return 1;
	}
	return loop_run(&loop) == CALL_OK ? 0 : 1;
}
