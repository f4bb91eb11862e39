/*
 * Handles @NAME@. The node starts it when the first message comes; it waits for the next, and never
 * knows more of a sender than the message.
 */
#include <stdio.h>

#include <cairn/allocated.h>
#include <cairn/loop.h>

#include "@PREFIX@_calls.h"

static void greet(void *self, void *message, const struct @PREFIX@_greet_call *call)
{
	const struct cairn_notification *from = message;
	char text[100];
	if (call->name.size > 80) {
		call_refuse(from->message);
		return;
	}
	int size = snprintf(text, sizeof text, "Hello, %.*s!", (int)call->name.size, call->name.data);
	struct wire_string greeting = {.data = text, .size = (uint32_t)size};
	@PREFIX@_greet_answer(from->message, greeting);
}

static const struct @PREFIX@_handler handler = {.greet = greet};

static void on_incoming(void *self, struct cairn_notification *note)
{
	if (note->kind == CAIRN_KIND_MESSAGE)
		@PREFIX@_serve(&handler, self, note);
}

int main(void)
{
	static struct future *slots[16];
	static struct loop loop;
	loop_init(&loop, slots, 16, allocated_buffer());
	if (loop_handle(&loop, @PREFIX@_interface, on_incoming, NULL) != CALL_OK) {
		fputs("this program is not configured to handle @NAME@\n", stderr);
		return 1;
	}
	return loop_run(&loop) == CALL_OK ? 0 : 1;
}
