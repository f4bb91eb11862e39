/*
 * Sends messages to `blocks`, which it may or may not use, and tells how that went: "yes", "no", or
 * a number. The first argument is a letter:
 *
 *     l          one for each line that is typed
 *     n COUNT    so many, one after the other; at the end how many were denied
 *     b COUNT    so many at once; how each went
 *     p          paints a question of its own first; while it is asked it writes, reads, and resets
 *     r          in raw mode, and tells what it could read of the answer
 *     a          to `authorizer` and to `prompt`, as if it were the kernel
 */
#include <cairn/authorizer_calls.h>
#include <cairn/blocks_calls.h>
#include <cairn/process_calls.h>
#include <cairn/prompt_calls.h>
#include <cairn/terminal_calls.h>
#include <cairn/time_calls.h>

#include "standard.h"

enum { AT_ONCE_MAX = 64 };

static _Alignas(8) uint8_t memory[16384];
static char letter;
static uint32_t count;

static void print_number(int64_t number)
{
	char digits[24];
	size_t first = sizeof digits - 1;
	uint64_t rest = number < 0 ? (uint64_t)-number : (uint64_t)number;
	digits[first] = '\0';
	do {
		digits[--first] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (number < 0)
		digits[--first] = '-';
	standard_print(1, digits + first);
}

static void read_arguments(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct wire_bytes_list list;
	struct wire_bytes word;
	if (process_arguments(&buffer, &list) != CALL_OK || !wire_bytes_list_next(&list, &word) ||
	    !wire_bytes_list_next(&list, &word) || word.size == 0)
		standard_exit(1);
	letter = (char)word.data[0];
	if (!wire_bytes_list_next(&list, &word))
		return;
	for (size_t i = 0; i < word.size; i++)
		count = count * 10 + (word.data[i] - '0');
}

static void print_status(enum call_status status)
{
	if (status == CALL_OK) {
		standard_print(1, "yes\n");
	} else if (status == CALL_DENIED || status == CALL_LATER_DENIED) {
		standard_print(1, "no\n");
	} else {
		print_number(status);
		standard_print(1, "\n");
	}
}

/* No block has this name: whoever is asked says so, if it may be asked. */
static const struct wire_bytes no_cid = {(const uint8_t *)"x", 1};

static enum call_status knock(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct blocks_bytes_or_error result;
	return blocks_get(&buffer, no_cid, &result);
}

static void knock_by_lines(void)
{
	static char line[256];
	while (standard_read(line, sizeof line) > 0)
		print_status(knock());
}

static void knock_often(void)
{
	uint32_t denied = 0;
	for (uint32_t i = 0; i < count; i++)
		denied += knock() == CALL_DENIED;
	print_number(denied);
	standard_print(1, "\n");
}

static void knock_at_once(void)
{
	static int64_t ids[AT_ONCE_MAX];
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	const struct cairn_notification *answer;
	for (uint32_t i = 0; i < count && i < AT_ONCE_MAX; i++)
		ids[i] = blocks_get_start(no_cid);
	for (uint32_t i = 0; i < count && i < AT_ONCE_MAX; i++) {
		enum call_status status = call_wait(ids[i], &buffer, &answer);
		print_status(status == CALL_OK ? (enum call_status)answer->status : status);
	}
}

static void sleep_ms(uint64_t milliseconds)
{
	uint64_t now;
	if (time_now(&now) == CALL_OK)
		(void)time_sleep_until(now + milliseconds * 1000000, &now);
}

/* What a program can do to a terminal that it knows to be asked at. */
static void paint(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	const struct cairn_notification *answer;
	standard_print(1, "\x1b]0;Cairn asks\x1b\\\x1b[?1049h\x1b[2J\x1b[HCairn asks: may clock "
			  "use this?\n\x1b[8m\x1b[3;4r\x1b(0\x1b[?25l\x1b[6n\x1b[c\n");
	int64_t asked = blocks_get_start(no_cid);
	static const char over_text[] = "\x1b[2J\x1b[HOVERPAINTED\n";
	struct wire_bytes over = {(const uint8_t *)over_text, sizeof over_text - 1};
	/* By then the question is there. */
	sleep_ms(500);
	int64_t painted = terminal_write_start(1, over);
	int64_t read = terminal_read_start(0, 100);
	struct terminal_nothing_or_error mode;
	(void)terminal_set_mode(0, TERMINAL_MODE_RAW, &mode);
	enum call_status status = call_wait(asked, &buffer, &answer);
	status = status == CALL_OK ? (enum call_status)answer->status : status;
	(void)call_wait(painted, &buffer, &answer);
	(void)terminal_set_mode(0, TERMINAL_MODE_LINE, &mode);
	print_status(status);
	/* A line that was typed for the question is not this program's. */
	if (call_wait(read, &buffer, &answer) == CALL_OK) {
		struct terminal_bytes_or_error got;
		if (terminal_read_finish(answer, &got) == CALL_OK && !got.is_error) {
			standard_print(1, "read: ");
			standard_write(1, got.value.data, (uint32_t)got.value.size);
		}
	}
}

static void knock_raw(void)
{
	struct terminal_nothing_or_error mode;
	static char keys[64];
	(void)terminal_set_mode(0, TERMINAL_MODE_RAW, &mode);
	print_status(knock());
	int32_t size = standard_read(keys, sizeof keys);
	standard_print(1, "read: ");
	standard_write(1, keys, size > 0 ? (uint32_t)size : 0);
	standard_print(1, "\r\n");
}

/* A question with words of its own, to both who take questions. */
static void impersonate(void)
{
	static uint8_t cid[36] = {1, 0x55, 0x12, 0x20};
	static uint8_t digest[32];
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	const struct authorizer_requested_use use = {
	    .interface = {digest, sizeof digest},
	    .words = {.has_value = true, .value = wire_text("look at the clock")}};
	const struct authorizer_question question = {
	    .program = {.cid = {cid, sizeof cid},
			.petname = {.has_value = true, .value = wire_text("clock")}},
	    .uses = {.items = &use, .count = 1}};
	struct authorizer_answer answer;
	struct prompt_string_or_error line;
	print_status(authorizer_ask(&buffer, &question, &answer));
	print_status(prompt_ask(&buffer, 1, wire_text("Cairn asks: your password? "), &line));
}

void _start(void);
void _start(void)
{
	read_arguments();
	switch (letter) {
	case 'l':
		knock_by_lines();
		break;
	case 'n':
		knock_often();
		break;
	case 'b':
		knock_at_once();
		break;
	case 'p':
		paint();
		break;
	case 'r':
		knock_raw();
		break;
	case 'a':
		impersonate();
		break;
	}
	standard_exit(0);
}
