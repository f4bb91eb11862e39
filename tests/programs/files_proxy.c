/*
 * Stands between a program and the handler of `files`, and passes everything on, until a name that
 * is opened says otherwise: behind `exit-read`, the second read ends this program, behind
 * `trap-list` the second part of a directory does so by a trap, and behind `hang-write` the second
 * write is never answered. What it knew is gone with it: started anew, it passes everything on.
 */
#include <cairn/files_calls.h>
#include <cairn/interface_calls.h>

#include "standard.h"

enum { BUFFER_BYTES = 2 << 20, PASSED_ON = 1 };

static _Alignas(8) uint8_t question_bytes[BUFFER_BYTES];
static _Alignas(8) uint8_t answer_bytes[BUFFER_BYTES];

static enum { OPERATION_NONE, OPERATION_READ, OPERATION_WRITE, OPERATION_LIST } awaited;
static enum { END_EXIT, END_TRAP, END_HANG } ending;
static uint32_t seen;

static bool has_prefix(struct wire_bytes text, const char *prefix)
{
	uint32_t size = 0;
	for (; prefix[size] != '\0'; size++)
		if (size >= text.size || text.data[size] != (uint8_t)prefix[size])
			return false;
	return true;
}

/* `exit-read`: both words, at the beginning. */
static void plan(struct wire_bytes path)
{
	static const char *const endings[] = {"exit-", "trap-", "hang-"};
	static const char *const operations[] = {"", "read", "write", "list"};
	for (uint32_t i = 0; i < 3; i++) {
		if (!has_prefix(path, endings[i]))
			continue;
		struct wire_bytes rest = {path.data + 5, path.size - 5};
		for (uint32_t j = OPERATION_READ; j <= OPERATION_LIST; j++) {
			if (!has_prefix(rest, operations[j]))
				continue;
			ending = i;
			awaited = j;
			seen = 0;
		}
	}
}

static uint32_t operation_of(const uint8_t *body, size_t size)
{
	struct files_read_call read;
	struct files_write_call write;
	struct files_read_directory_call list;
	if (files_read_decode(body, size, &read) == WIRE_OK)
		return OPERATION_READ;
	if (files_write_decode(body, size, &write) == WIRE_OK)
		return OPERATION_WRITE;
	return files_read_directory_decode(body, size, &list) == WIRE_OK ? OPERATION_LIST
									 : OPERATION_NONE;
}

/* Whether the message is to be passed on. */
static bool look_at(const struct cairn_notification *question)
{
	const uint8_t *body = call_body(question);
	struct files_open_call open;
	if (files_open_decode(body, question->length, &open) == WIRE_OK)
		plan(open.path);
	if (awaited == OPERATION_NONE || operation_of(body, question->length) != awaited ||
	    seen++ < PASSED_ON)
		return true;
	if (ending == END_EXIT)
		standard_exit(0);
	if (ending == END_TRAP)
		__builtin_trap();
	return false;
}

static void pass_on(const struct cairn_notification *question)
{
	struct call_buffer buffer = call_buffer_over(answer_bytes, sizeof answer_bytes);
	struct cairn_part part = {call_body(question), question->length};
	const struct cairn_notification *answer;
	bool is_asked = question->message != 0;
	int64_t sent = cairn_send(files_interface, &part, 1, is_asked ? CAIRN_SEND_ANSWER : 0);
	if (!is_asked)
		return;
	if (call_wait(sent, &buffer, &answer) != CALL_OK || answer->status != CAIRN_STATUS_OK) {
		call_refuse(question->message);
		return;
	}
	part = (struct cairn_part){call_body(answer), answer->length};
	(void)cairn_answer((int64_t)question->message, &part, 1, 0);
}

void _start(void);
void _start(void)
{
	struct interface_bool_or_register_error result;
	struct wire_bytes digest = {files_interface, sizeof files_interface};
	if (interface_register(digest, 0, &result) != CALL_OK || result.is_error)
		standard_exit(1);
	for (;;) {
		int64_t incoming = CAIRN_ID_INCOMING;
		const struct cairn_notification *question = (const void *)question_bytes;
		int32_t size = cairn_wait(&incoming, 1, question_bytes, sizeof question_bytes,
					  CAIRN_WAIT_BLOCK);
		if (size < 0)
			standard_exit(2);
		if (question->kind == CAIRN_KIND_RETIRED)
			standard_exit(0);
		if (question->kind == CAIRN_KIND_MESSAGE && look_at(question))
			pass_on(question);
	}
}
