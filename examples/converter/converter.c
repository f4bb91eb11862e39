/*
 * Answers kv1 by way of kv2. It is a handler and a caller at once: each question is passed on when
 * it comes, and its answer passed back when that is there, so that no caller waits for another's.
 */
#include <stdio.h>
#include <stdlib.h>

#include <cairn/allocated.h>
#include <cairn/loop.h>

#include "kv1_calls.h"
#include "kv2_calls.h"

static struct future *slots[256];
static struct loop loop;

/* A message of kv1 that we owe an answer to, and the message of kv2 that it waits for. */
struct question {
	struct future future;
	uint64_t message;
};

static void pass_on(const struct cairn_notification *from, int64_t message,
		    void (*done)(struct future *future))
{
	struct question *question = calloc(1, sizeof *question);
	if (question == NULL) {
		call_refuse(from->message);
		return;
	}
	question->message = from->message;
	question->future.done = done;
	future_begin(&loop, &question->future, message);
}

/* ---- get ---- */

/* None at all was an empty value then. */
static void pass_back_get(struct future *future)
{
	struct question *question = future_record(future, struct question, future);
	struct kv2_bytes_option value;
	if (kv2_get_finish(future->answer, &value) != CALL_OK)
		call_refuse(question->message);
	else
		kv1_get_answer(question->message,
			       value.has_value ? value.value : (struct wire_bytes){0});
	free(question);
}

static void get(void *self, void *message, const struct kv1_get_call *call)
{
	pass_on(message, kv2_get_start(call->key), pass_back_get);
}

/* ---- put ---- */

/* Why a value cannot be put was not told then. */
static void pass_back_put(struct future *future)
{
	struct question *question = future_record(future, struct question, future);
	struct kv2_u32_or_put_error result;
	if (kv2_put_finish(future->answer, &result) != CALL_OK)
		call_refuse(question->message);
	else
		kv1_put_answer(question->message, !result.is_error);
	free(question);
}

static void put(void *self, void *message, const struct kv1_put_call *call)
{
	pass_on(message, kv2_put_start(call->key, call->value), pass_back_put);
}

/* ---- The handler ---- */

static const struct kv1_handler handler = {.get = get, .put = put};

static void on_incoming(void *self, struct cairn_notification *note)
{
	if (note->kind == CAIRN_KIND_MESSAGE)
		kv1_serve(&handler, self, note);
}

int main(void)
{
	loop_init(&loop, slots, 256, allocated_buffer());
	if (loop_handle(&loop, kv1_interface, on_incoming, NULL) != CALL_OK) {
		fputs("this program is not configured to handle kv1\n", stderr);
		return 1;
	}
	return loop_run(&loop) == CALL_OK ? 0 : 1;
}
