/*
 * Starts a program with the arguments that follow its CID, waits for its end, and prints its code.
 * The first argument is a letter:
 *
 *     a   everything is passed on
 *     t   the terminal is, and nothing else
 *     2   the program is started twice, and the ends are awaited together
 */
#include <cairn/process_calls.h>
#include <cairn/terminal.h>

#include "standard.h"

enum { CID_BYTES = 36, ARGUMENTS_MAX = 8 };

static _Alignas(8) uint8_t memory[8192];
static _Alignas(8) uint8_t kept[8192];
static uint8_t cid[CID_BYTES];
static struct wire_bytes arguments[ARGUMENTS_MAX];
static uint32_t argument_count;
static char letter;

/* "b" and base32 in small letters. */
static void read_cid(struct wire_bytes text)
{
	uint32_t bits = 0, bit_count = 0;
	size_t filled = 0;
	for (size_t i = 1; i < text.size && filled < CID_BYTES; i++) {
		uint8_t digit = text.data[i];
		bits = bits << 5 | (digit >= 'a' ? digit - 'a' : digit - '2' + 26u);
		bit_count += 5;
		if (bit_count >= 8) {
			bit_count -= 8;
			cid[filled++] = (uint8_t)(bits >> bit_count);
		}
	}
}

static void read_arguments(void)
{
	struct call_buffer buffer = call_buffer_over(kept, sizeof kept);
	struct wire_bytes_list list;
	struct wire_bytes word;
	if (process_arguments(&buffer, &list) != CALL_OK || !wire_bytes_list_next(&list, &word) ||
	    !wire_bytes_list_next(&list, &word) || word.size == 0)
		standard_exit(1);
	letter = (char)word.data[0];
	if (!wire_bytes_list_next(&list, &word))
		standard_exit(1);
	read_cid(word);
	arguments[argument_count++] = word;
	while (argument_count < ARGUMENTS_MAX && wire_bytes_list_next(&list, &word))
		arguments[argument_count++] = word;
}

/* The pid; it ends where there is none. */
static uint64_t start(void)
{
	struct process_u64_or_start_error result;
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	const struct wire_bytes_list list = {.items = arguments, .count = argument_count};
	const struct process_right terminal = {
	    .interface = {terminal_interface, sizeof terminal_interface}};
	const struct process_right_list_option passes = {.has_value = letter == 't',
							 .value = {.items = &terminal, .count = 1}};
	enum call_status status = process_start(&buffer, (struct wire_bytes){cid, CID_BYTES}, list,
						(struct wire_bytes_list){0}, &passes, &result);
	if (status == CALL_OK && !result.is_error)
		return result.value;
	bool is_denied = status == CALL_DENIED || status == CALL_LATER_DENIED ||
			 (status == CALL_OK && result.error == PROCESS_START_ERROR_DENIED);
	standard_print(1, is_denied ? "may not start\n" : "cannot start\n");
	standard_exit(3);
}

static void await(uint64_t pid)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct process_end_or_kill_error end;
	if (process_wait_end(&buffer, pid, &end) != CALL_OK || end.is_error ||
	    end.value.kind != PROCESS_END_EXITED)
		standard_print(1, "ended badly\n");
}

void _start(void);
void _start(void)
{
	read_arguments();
	uint64_t first = start();
	if (letter == '2') {
		uint64_t second = start();
		await(second);
	}
	await(first);
	standard_exit(0);
}
