/* Prints its arguments and its environment, one a line. */
#include <cairn/process_calls.h>

#include "standard.h"

static struct {
	struct cairn_notification head;
	uint8_t body[65536];
} answer;

static void print_list(struct wire_bytes_list list, const char *title)
{
	struct wire_bytes item;
	while (wire_bytes_list_next(&list, &item)) {
		standard_print(1, title);
		standard_write(1, item.data, item.size);
		standard_print(1, "\n");
	}
}

void _start(void);
void _start(void)
{
	struct call_buffer buffer = call_buffer_over(&answer, sizeof answer);
	struct wire_bytes_list list;
	if (process_arguments(&buffer, &list) != CALL_OK)
		standard_exit(1);
	print_list(list, "argument ");
	if (process_environment(&buffer, &list) != CALL_OK)
		standard_exit(1);
	print_list(list, "variable ");
	standard_exit(0);
}
