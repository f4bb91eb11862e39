/*
 * What a program with a screen does: takes each key as it is typed, tells each, and each size of
 * the terminal, until `q` is typed. `x` traps. Two requests are in flight all the time.
 */
#include <cairn/terminal_calls.h>

#include "standard.h"

static _Alignas(8) uint8_t answer[4096];

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	standard_print(2, what);
	standard_exit(1);
}

static void print_number(uint32_t number)
{
	char digits[12];
	uint32_t at = sizeof digits - 1;
	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	standard_print(1, digits + at);
}

static void tell_size(struct terminal_size size)
{
	standard_print(1, "size ");
	print_number(size.columns);
	standard_print(1, "x");
	print_number(size.rows);
	standard_print(1, ".");
}

static void tell_key(void)
{
	char key[2] = {0};
	require(standard_read(key, 1) == 1, "no key");
	if (key[0] == 'q')
		standard_exit(0);
	if (key[0] == 'x')
		__builtin_trap();
	standard_print(1, "key ");
	standard_print(1, key);
	standard_print(1, ".");
}

void _start(void);
void _start(void)
{
	struct terminal_nothing_or_error set;
	struct terminal_size_or_error size;
	struct terminal_nothing_or_error readable;
	const struct cairn_notification *head = (const struct cairn_notification *)answer;
	require(terminal_set_mode(0, TERMINAL_MODE_RAW, &set) == CALL_OK, "set-mode");
	require(!set.is_error, "no raw mode");
	require(terminal_size_of(1, &size) == CALL_OK && !size.is_error, "no size");
	tell_size(size.value);
	int64_t ids[] = {terminal_wait_readable_start(0),
			 terminal_wait_resize_start(1, &size.value)};
	for (;;) {
		require(cairn_wait(ids, 2, answer, sizeof answer, CAIRN_WAIT_BLOCK) > 0, "wait");
		if (head->index == 0) {
			require(terminal_wait_readable_finish(head, &readable) == CALL_OK &&
				    !readable.is_error,
				"wait-readable");
			tell_key();
			ids[0] = terminal_wait_readable_start(0);
		} else {
			require(terminal_wait_resize_finish(head, &size) == CALL_OK &&
				    !size.is_error,
				"wait-resize");
			tell_size(size.value);
			ids[1] = terminal_wait_resize_start(1, &size.value);
		}
	}
}
