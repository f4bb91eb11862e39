/*
 * Has a kernel for tests touch a byte for it, which the interpreter, who checks each access, would
 * never do:
 *
 *     touch [r|w m|s OFFSET]      reads or writes, so many bytes behind the committed part of the
 *                                 memory or of the thread's stack (before it where negative).
 *                                 Without arguments: w m 0
 */
#include <cairn/process_calls.h>

#include "standard.h"

__attribute__((import_module("selftest"), import_name("touch"))) void
touch(uint32_t is_write, uint32_t is_stack, int64_t offset);

static _Alignas(8) uint8_t answer[1024];

static int64_t number(struct wire_bytes text)
{
	bool is_negative = text.size > 0 && text.data[0] == '-';
	int64_t value = 0;
	for (uint32_t i = is_negative; i < text.size; i++)
		value = value * 10 + (text.data[i] - '0');
	return is_negative ? -value : value;
}

void _start(void);
void _start(void)
{
	struct call_buffer buffer = call_buffer_over(answer, sizeof answer);
	struct wire_bytes_list list;
	struct wire_bytes name;
	struct wire_bytes words[3] = {{0}};
	if (process_arguments(&buffer, &list) != CALL_OK)
		standard_exit(1);
	wire_bytes_list_next(&list, &name);
	for (int i = 0; i < 3; i++)
		wire_bytes_list_next(&list, &words[i]);
	bool is_read = words[0].size > 0 && words[0].data[0] == 'r';
	bool is_stack = words[1].size > 0 && words[1].data[0] == 's';
	standard_print(1, "before\n");
	touch(!is_read, is_stack, number(words[2]));
	standard_print(1, "behind\n");
	standard_exit(0);
}
