#include "standard.h"

#include <cairn/process_calls.h>
#include <cairn/terminal_calls.h>

/* The answer to a read. */
static struct {
	struct cairn_notification head;
	uint8_t body[5 + STANDARD_READ_BYTES_MAX];
} answer;

int32_t standard_read(void *data, uint32_t size)
{
	struct call_buffer buffer = call_buffer_over(&answer, sizeof answer);
	struct terminal_bytes_or_error result;
	if (size > STANDARD_READ_BYTES_MAX)
		size = STANDARD_READ_BYTES_MAX;
	if (terminal_read(&buffer, 0, size, &result) != CALL_OK || result.is_error ||
	    result.value.size > size)
		return -1;
	__builtin_memcpy(data, result.value.data, result.value.size);
	return (int32_t)result.value.size;
}

bool standard_write(uint32_t stream, const void *data, uint32_t size)
{
	struct terminal_u32_or_error result;
	struct wire_bytes bytes = {data, size};
	return terminal_write(stream, bytes, &result) == CALL_OK && !result.is_error;
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
	enum call_status status = process_exit(code);
	while (status == CALL_BUSY || status == CALL_LIMIT) {
		int32_t size = cairn_wait(&any_answer, 1, &answer, sizeof answer, CAIRN_WAIT_BLOCK);
		if (size <= 0 || size > (int32_t)sizeof answer)
			break;
		status = process_exit(code);
	}
	__builtin_trap(); /* Nothing runs after the message. */
}
