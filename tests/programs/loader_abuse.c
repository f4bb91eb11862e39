/*
 * Sends `loader` what no kernel would send, and prints for each message how it was answered: the
 * status, and the body of the answer in hexadecimal digits.
 */
#include <cairn/messages.h>
#include <cairn/system.h>

#include "standard.h"

static const uint8_t loader_digest[] = LOADER_DIGEST;

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

static void ask(const char *title, const void *body, uint32_t size)
{
	struct cairn_part part = {body, size};
	int64_t message = cairn_send(loader_digest, &part, 1, CAIRN_SEND_ANSWER);
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

/* get of a CID that no store has: version 1, raw, SHA-256, and 32 zeros. */
static const uint8_t get_unknown[] = {0, 0, 0, 0, 36, 0, 0, 0, 1, 0x55, 0x12, 0x20, [43] = 0};
static const uint8_t get_no_cid[] = {0, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c'};
static const uint8_t get_endless[] = {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0x55};
static const uint8_t other_function[] = {1, 0, 0, 0, 36, 0, 0, 0};
static uint8_t large[1 << 20];

void _start(void);
void _start(void)
{
	ask("empty", NULL, 0);
	ask("cut short", get_unknown, 7);
	ask("too long", get_no_cid, sizeof get_no_cid - 1);
	ask("endless", get_endless, sizeof get_endless);
	ask("other function", other_function, sizeof other_function);
	ask("a megabyte of zeros", large, sizeof large);
	ask("no CID", get_no_cid, sizeof get_no_cid);
	ask("unknown", get_unknown, sizeof get_unknown);
	standard_exit(0);
}
