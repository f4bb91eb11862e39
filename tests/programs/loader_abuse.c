/*
 * Sends `loader` what no kernel would send, and prints for each message how it was answered: the
 * status, and the body of the answer in hexadecimal digits. The malformed ones are made by hand.
 */
#include <cairn/loader_calls.h>

#include "standard.h"

static struct {
	struct cairn_notification head;
	uint8_t body[64];
} answer;

static void print_hex(const uint8_t *bytes, uint32_t size)
{
	char text[2 * sizeof answer.body];
	for (uint32_t i = 0; i < size; i++) {
		text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	standard_write(1, text, 2 * size);
}

static void print_answer(const char *title, int64_t message)
{
	standard_print(1, title);
	if (message < CAIRN_ID_FIRST_MESSAGE) {
		standard_print(1, ": not sent\n");
		return;
	}
	int32_t answer_size = cairn_wait_answer(message, &answer, sizeof answer);
	if (answer_size > (int32_t)sizeof answer)
		standard_exit(1);
	static const char *const statuses[] = {": ok ", ": refused "};
	standard_print(1, answer.head.status < 2 ? statuses[answer.head.status] : ": other ");
	print_hex(answer.body, answer.head.length);
	standard_print(1, "\n");
}

static void ask(const char *title, const void *body, uint32_t size)
{
	struct cairn_part part = {body, size};
	print_answer(title, cairn_send(loader_interface, &part, 1, CAIRN_SEND_ANSWER));
}

static void ask_for(const char *title, const void *cid, uint32_t size)
{
	print_answer(title, loader_get_start((struct wire_bytes){cid, size}));
}

/* A CID that no store has: version 1, raw, SHA-256, and 32 zeros. */
static const uint8_t unknown[36] = {1, 0x55, 0x12, 0x20};

static const uint8_t get_three[] = {0, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c', 'd'};
static const uint8_t get_endless[] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0x55};
static const uint8_t other_function[] = {1, 0, 0, 0, 36, 0, 0, 0};
static uint8_t large[1 << 20];

void _start(void);
void _start(void)
{
	ask("empty", NULL, 0);
	ask("cut in the count", get_three, 7);
	ask("cut in the list", get_three, sizeof get_three - 2);
	ask("too long", get_three, sizeof get_three);
	ask("endless", get_endless, sizeof get_endless);
	ask("other function", other_function, sizeof other_function);
	ask("a megabyte of zeros", large, sizeof large);
	ask_for("no CID", "abc", 3);
	ask_for("unknown", unknown, sizeof unknown);
	standard_exit(0);
}
