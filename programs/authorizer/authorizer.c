/*
 * authorizer: asks the person at a program's terminal whether it may do what nobody has decided
 * about. The kernel sends it questions; `prompt` shows them and reads a line, one at a time at a
 * terminal.
 *
 * Questions of different terminals do not wait for each other. A full table makes it stop taking
 * questions, which stay with the kernel meanwhile. Whatever goes wrong is a no.
 */
#include <stdbool.h>

#include <cairn/authorizer_calls.h>
#include <cairn/interface_calls.h>
#include <cairn/memory.h>
#include <cairn/prompt_calls.h>

#include "words.h"

enum {
	QUESTIONS_MAX = 16,
	/* A question about all that a program states to use, with its scopes (64 KiB at most). */
	QUESTION_BYTES_MAX = 128 * 1024,
	TRIES = 3,
	USES_MAX = 256,
	SCOPES_MAX = 64
};

/* A question that is being asked: what the kernel has sent, and whom to answer. */
struct question {
	uint64_t message; /* 0: nobody waits for an answer */
	uint32_t tries;
	uint32_t size;
	uint8_t body[QUESTION_BYTES_MAX];
};

/* Like the ids that are waited for, but for the first, which stands for incoming messages. */
static struct question *questions[QUESTIONS_MAX];
static struct question memory[QUESTIONS_MAX];
static int64_t awaited[1 + QUESTIONS_MAX] = {CAIRN_ID_INCOMING};
static uint32_t question_count;

static struct call_buffer buffer;
static struct words_text text;
static bool is_retired;

/* ---- Answering ---- */

/* The same verdict about each use; the scopes are those that were asked for, or, where there is one
 * use, those that were typed. */
static void answer(uint64_t message, const struct authorizer_question *question,
		   const struct authorizer_decision *decision, const char *reason)
{
	static struct authorizer_decision decisions[USES_MAX];
	static uint8_t room[QUESTION_BYTES_MAX];
	struct call_buffer out = call_buffer_over(room, sizeof room);
	struct authorizer_requested_use_list rest = question->uses;
	struct authorizer_requested_use use;
	uint32_t count = 0;
	while (count < USES_MAX && authorizer_requested_use_list_next(&rest, &use)) {
		decisions[count] = *decision;
		if (decision->scopes.count == 0 &&
		    decision->verdict <= AUTHORIZER_VERDICT_ALLOW_ALWAYS)
			decisions[count].scopes = use.scopes;
		count++;
	}
	const struct authorizer_answer result = {
	    .decisions = {.items = decisions, .count = count},
	    .reason = wire_text(reason),
	};
	if (authorizer_ask_answer(&out, message, &result) == CALL_NO_ROOM)
		call_refuse(message);
}

static void deny(uint64_t message, const struct authorizer_question *question,
		 enum authorizer_verdict verdict, const char *reason)
{
	const struct authorizer_decision decision = {.verdict = verdict};
	if (message != 0)
		answer(message, question, &decision, reason);
}

/* ---- Asking ---- */

static struct question *free_question(void)
{
	for (uint32_t i = 0; i < QUESTIONS_MAX; i++) {
		bool is_used = false;
		for (uint32_t j = 0; j < question_count; j++)
			is_used |= questions[j] == &memory[i];
		if (!is_used)
			return &memory[i];
	}
	return NULL;
}

/* The message to `prompt`, or an error: the answer is no then. */
static int64_t put(const struct authorizer_question *question, const char *complaint)
{
	words_of_question(question, complaint, &text);
	if (text.is_cut)
		return CALL_TOO_LARGE;
	return prompt_ask_start(question->process, (struct wire_string){text.data, text.size});
}

static void take(void *self, void *message, const struct authorizer_ask_call *call)
{
	const struct cairn_notification *note = message;
	struct question *question = free_question();
	if (note->message == 0)
		return;
	if (note->length > QUESTION_BYTES_MAX || call->question.uses.count > USES_MAX ||
	    question == NULL) {
		deny(note->message, &call->question, AUTHORIZER_VERDICT_DENY_ONCE,
		     "the question is too long to be asked");
		return;
	}
	int64_t asked = put(&call->question, NULL);
	if (asked < CAIRN_ID_FIRST_MESSAGE) {
		deny(note->message, &call->question, AUTHORIZER_VERDICT_DENY_ONCE,
		     "nobody could be asked");
		return;
	}
	question->message = note->message;
	question->tries = 1;
	question->size = note->length;
	__builtin_memcpy(question->body, call_body(note), note->length);
	questions[question_count++] = question;
	awaited[question_count] = asked;
}

static void drop(uint32_t index)
{
	question_count--;
	questions[index] = questions[question_count];
	awaited[1 + index] = awaited[1 + question_count];
}

/* ---- What was typed ---- */

static const char *const reasons[] = {
    [AUTHORIZER_VERDICT_ALLOW_ONCE] = "asked at the terminal: once",
    [AUTHORIZER_VERDICT_ALLOW_RUN] = "asked at the terminal: as long as it runs",
    [AUTHORIZER_VERDICT_ALLOW_ALWAYS] = "asked at the terminal: always",
    [AUTHORIZER_VERDICT_DENY_ONCE] = "asked at the terminal: not now",
    [AUTHORIZER_VERDICT_DENY_RUN] = "asked at the terminal: not as long as it runs",
    [AUTHORIZER_VERDICT_DENY_ALWAYS] = "asked at the terminal: never",
};

/* False where it means nothing. */
static bool take_line(uint64_t message, const struct authorizer_question *asked,
		      struct wire_string line)
{
	static struct wire_string items[SCOPES_MAX];
	struct authorizer_decision decision;
	struct wire_string rest;
	if (!words_of_answer(line, &decision.verdict, &rest))
		return false;
	uint32_t count = 0;
	while (count < SCOPES_MAX && words_next_scope(&rest, &items[count]))
		count++;
	/* Which of several uses the scopes would be for nobody has said. */
	if (count > 0 && asked->uses.count > 1)
		return false;
	decision.scopes = (struct wire_string_list){.items = items, .count = count};
	answer(message, asked, &decision, reasons[decision.verdict]);
	return true;
}

/* Whether it is asked once more. */
static bool ask_again(uint32_t index, const struct authorizer_question *asked)
{
	struct question *question = questions[index];
	if (question->tries >= TRIES)
		return false;
	question->tries++;
	int64_t message = put(asked, "That is none of the answers.\n");
	if (message < CAIRN_ID_FIRST_MESSAGE)
		return false;
	awaited[1 + index] = message;
	return true;
}

static void take_prompt(const struct cairn_notification *note, uint32_t index)
{
	const struct question *question = questions[index];
	uint64_t message = question->message;
	struct authorizer_ask_call call;
	struct prompt_string_or_error typed;
	/* It was decoded before: these are the same bytes. */
	if (authorizer_ask_decode(question->body, question->size, &call) != WIRE_OK)
		__builtin_trap();
	bool is_typed = prompt_ask_finish(note, &typed) == CALL_OK && !typed.is_error;
	if (message == 0) {
		drop(index);
	} else if (!is_typed) {
		drop(index);
		deny(message, &call.question, AUTHORIZER_VERDICT_DENY_RUN, "nobody could be asked");
	} else if (take_line(message, &call.question, typed.value)) {
		drop(index);
	} else if (!ask_again(index, &call.question)) {
		drop(index);
		deny(message, &call.question, AUTHORIZER_VERDICT_DENY_ONCE,
		     "asked at the terminal: what was typed was no answer");
	}
}

/* Its process has ended, or it was decided elsewhere: the person is left alone, and whoever asked
 * gets some answer. */
static void cancel(uint64_t message)
{
	for (uint32_t i = 0; i < question_count; i++) {
		if (questions[i]->message != message)
			continue;
		questions[i]->message = 0;
		bool is_cancelled;
		(void)interface_cancel((uint64_t)awaited[1 + i], &is_cancelled);
		call_refuse(message);
		return;
	}
}

/* ---- The loop ---- */

static bool register_as_authorizer(void)
{
	struct interface_bool_or_register_error result;
	struct wire_bytes digest = {authorizer_interface, sizeof authorizer_interface};
	return interface_register(digest, 0, &result) == CALL_OK && !result.is_error;
}

static const struct cairn_notification *next_notification(void)
{
	for (;;) {
		awaited[0] = question_count == QUESTIONS_MAX ? CAIRN_ID_SKIP : CAIRN_ID_INCOMING;
		int32_t size = cairn_wait(awaited, 1 + question_count, buffer.data,
					  (uint32_t)buffer.size, CAIRN_WAIT_BLOCK);
		if (size <= 0)
			return NULL;
		if ((uint32_t)size <= buffer.size)
			return buffer.data;
		if (!call_buffer_reserve(&buffer, (uint32_t)size))
			return NULL;
	}
}

void _start(void);
void _start(void)
{
	static const struct authorizer_handler handler = {.ask = take};
	buffer = memory_buffer();
	if (!register_as_authorizer())
		return;
	while (!is_retired || question_count > 0) {
		const struct cairn_notification *note = next_notification();
		if (note == NULL)
			return;
		if (note->kind == CAIRN_KIND_MESSAGE)
			authorizer_serve(&handler, NULL, (struct cairn_notification *)note);
		else if (note->kind == CAIRN_KIND_ANSWER)
			take_prompt(note, note->index - 1);
		else if (note->kind == CAIRN_KIND_CANCELLED)
			cancel(note->message);
		else if (note->kind == CAIRN_KIND_RETIRED)
			is_retired = true;
	}
}
