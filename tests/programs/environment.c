/* Prints its arguments and its environment, one a line. */
#include <cairn/messages.h>
#include <cairn/system.h>

#include "standard.h"

static const uint8_t process_digest[] = PROCESS_DIGEST;

static struct {
	struct cairn_notification head;
	uint8_t body[65536];
} answer;

static uint32_t u32_at(const uint8_t *bytes)
{
	uint32_t value;
	__builtin_memcpy(&value, bytes, sizeof value);
	return value;
}

/* Asks for one of the lists, a list<list<u8>>, and prints it. */
static void print_list(uint32_t function, const char *title)
{
	struct cairn_part part = {&function, sizeof function};
	int64_t message = cairn_send(process_digest, &part, 1, CAIRN_SEND_ANSWER);
	int32_t size = cairn_wait_answer(message, &answer, sizeof answer);
	if (size > (int32_t)sizeof answer || answer.head.status != CAIRN_STATUS_OK)
		standard_exit(1);
	const uint8_t *next = answer.body + 4;
	for (uint32_t i = u32_at(answer.body); i > 0; i--) {
		standard_print(1, title);
		standard_write(1, next + 4, u32_at(next));
		standard_print(1, "\n");
		next += 4 + u32_at(next);
	}
}

void _start(void);
void _start(void)
{
	print_list(PROCESS_ARGUMENTS, "argument ");
	print_list(PROCESS_ENVIRONMENT, "variable ");
	standard_exit(0);
}
