/*
 * Starts other programs, and says what becomes of them. The first argument is a letter, the second
 * the CID of the program, in base32:
 *
 *     s CID        starts it once, waits for its end, and prints how it ended
 *     m CID COUNT  the same so many times, saying only how many ended by themselves
 *     k CID        starts it, kills it twice, waits for its end, kills it again
 *     t CID COUNT  starts so many, and waits for none
 */
#include <cairn/cid_text.h>
#include <cairn/process_calls.h>
#include <cairn/terminal_calls.h>

#include "standard.h"

enum { ARGUMENTS_MAX = 4 };

static _Alignas(8) uint8_t memory[4096];
static uint8_t cid[CID_TEXT_BINARY_BYTES];
static struct wire_bytes arguments[ARGUMENTS_MAX];
static uint8_t argument_bytes[1024];

static void print_number(uint64_t number)
{
	char digits[21];
	size_t first = sizeof digits - 1;
	digits[first] = '\0';
	do {
		digits[--first] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	standard_print(1, digits + first);
}

static void read_arguments(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct wire_bytes_list list;
	if (process_arguments(&buffer, &list) != CALL_OK)
		standard_exit(1);
	size_t used = 0;
	for (size_t i = 0; i < ARGUMENTS_MAX && wire_bytes_list_next(&list, &arguments[i]); i++) {
		if (arguments[i].size > sizeof argument_bytes - used)
			standard_exit(1);
		__builtin_memcpy(argument_bytes + used, arguments[i].data, arguments[i].size);
		arguments[i].data = argument_bytes + used;
		used += arguments[i].size;
	}
}

static void read_cid(struct wire_bytes text)
{
	if (!cid_text_read((const char *)text.data, text.size, cid))
		standard_exit(1);
}

static uint32_t read_number(struct wire_bytes text)
{
	uint32_t number = 0;
	for (size_t i = 0; i < text.size; i++)
		number = number * 10 + (text.data[i] - '0');
	return number;
}

/* The pid, or 0 after an error, which is printed. */
static uint64_t start(void)
{
	static const char *const errors[] = {"not a CID\n", "denied\n", "limit\n"};
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct process_u64_or_start_error result;
	struct wire_bytes program = {cid, sizeof cid};
	struct wire_bytes_list none = {0};
	struct process_right_list_option all = {0};
	if (process_start(&buffer, program, none, none, &all, &result) != CALL_OK)
		standard_exit(1);
	if (!result.is_error)
		return result.value;
	standard_print(1, errors[result.error]);
	return 0;
}

static void wait_end(uint64_t pid, struct process_end_or_kill_error *end)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	if (process_wait_end(&buffer, pid, end) != CALL_OK)
		standard_exit(1);
}

static void print_end(uint64_t pid)
{
	static const char *const words[] = {"exited\n", "trapped\n", "killed\n", "not started\n"};
	struct process_end_or_kill_error end;
	wait_end(pid, &end);
	standard_print(1, end.is_error ? "no such process\n" : words[end.value.kind]);
}

static void print_kill(uint64_t pid)
{
	struct process_bool_or_kill_error killed;
	if (process_kill(pid, &killed) != CALL_OK)
		standard_exit(1);
	standard_print(1, killed.is_error ? "kill: no such process\n"
			  : killed.value  ? "kill: true\n"
					  : "kill: false\n");
}

static void start_many(uint32_t count, bool waits)
{
	uint32_t good = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t pid = start();
		if (pid == 0)
			break;
		struct process_end_or_kill_error end = {0};
		if (waits)
			wait_end(pid, &end);
		if (!end.is_error && end.value.kind == PROCESS_END_EXITED)
			good++;
	}
	print_number(good);
	standard_print(1, "\n");
}

void _start(void);
void _start(void)
{
	read_arguments();
	read_cid(arguments[2]);
	uint8_t what = arguments[1].size > 0 ? arguments[1].data[0] : 0;
	if (what == 'm' || what == 't') {
		start_many(read_number(arguments[3]), what == 'm');
		standard_exit(0);
	}
	uint64_t pid = start();
	if (pid == 0)
		standard_exit(3);
	if (what == 'k') {
		print_kill(pid);
		print_kill(pid);
	}
	print_end(pid);
	print_kill(pid);
	standard_exit(0);
}
