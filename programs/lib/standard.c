#include "standard.h"

#include <cairn/messages.h>
#include <cairn/system.h>

static const uint8_t terminal_digest[] = TERMINAL_DIGEST;
static const uint8_t process_digest[] = PROCESS_DIGEST;

/* The answer to a read: result<list<u8>, error>. */
static struct {
	struct cairn_notification head;
	uint8_t body[5 + STANDARD_READ_BYTES_MAX];
} answer;

/* Sends to `terminal` and waits. False where the answer is not ok. */
static bool ask_terminal(const struct cairn_part *parts, uint32_t part_count)
{
	int64_t message = cairn_send(terminal_digest, parts, part_count, CAIRN_SEND_ANSWER);
	if (message < CAIRN_ID_FIRST_MESSAGE)
		return false;
	int32_t size = cairn_wait_answer(message, &answer, sizeof answer);
	return size > (int32_t)sizeof answer.head && size <= (int32_t)sizeof answer &&
	       answer.head.status == CAIRN_STATUS_OK && answer.body[0] == 0;
}

int32_t standard_read(void *data, uint32_t size)
{
	if (size > STANDARD_READ_BYTES_MAX)
		size = STANDARD_READ_BYTES_MAX;
	uint32_t body[] = {TERMINAL_READ, 0, size};
	struct cairn_part part = {body, sizeof body};
	if (!ask_terminal(&part, 1))
		return -1;
	uint32_t count = answer.head.length - 5;
	__builtin_memcpy(data, answer.body + 5, count);
	return (int32_t)count;
}

bool standard_write(uint32_t stream, const void *data, uint32_t size)
{
	uint32_t head[] = {TERMINAL_WRITE, stream, size};
	struct cairn_part parts[] = {{head, sizeof head}, {data, size}};
	return ask_terminal(parts, 2);
}

bool standard_print(uint32_t stream, const char *text)
{
	uint32_t size = 0;
	while (text[size] != '\0')
		size++;
	return standard_write(stream, text, size);
}

/* A program that reached its limits has no room for one more message before it takes an answer. */
_Noreturn void standard_exit(uint32_t code)
{
	static const int64_t any_answer = CAIRN_ID_ANY_ANSWER;
	uint32_t body[] = {PROCESS_EXIT, code};
	struct cairn_part part = {body, sizeof body};
	while (cairn_send(process_digest, &part, 1, 0) < 0) {
		int32_t size = cairn_wait(&any_answer, 1, &answer, sizeof answer, CAIRN_WAIT_BLOCK);
		if (size <= 0 || size > (int32_t)sizeof answer)
			break;
	}
	__builtin_trap(); /* Nothing runs after the message. */
}
