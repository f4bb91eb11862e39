/*
 * Passes a pointer outside its memory to a system call: the first argument, a letter, says which.
 * Each call must end the process in a trap; one that returns is printed, and the code is 1.
 */
#include <cairn/process_calls.h>
#include <cairn/time_calls.h>

#include "standard.h"

static struct {
	struct cairn_notification head;
	uint8_t body[4096];
} note;

/* The first byte of the second argument. */
static uint8_t which(void)
{
	struct call_buffer buffer = call_buffer_over(&note, sizeof note);
	struct wire_bytes_list arguments;
	struct wire_bytes argument;
	if (process_arguments(&buffer, &arguments) != CALL_OK ||
	    !wire_bytes_list_next(&arguments, &argument) ||
	    !wire_bytes_list_next(&arguments, &argument) || argument.size == 0)
		return 0;
	return argument.data[0];
}

static void *end_of_memory(int32_t offset)
{
	return (void *)(__builtin_wasm_memory_size(0) * 65536 + (size_t)offset);
}

static int64_t misuse(uint8_t letter)
{
	struct cairn_part outside = {end_of_memory(0), 4};
	struct cairn_part across = {end_of_memory(-2), 4};
	struct cairn_part wrapping = {(void *)16, SIZE_MAX};
	int64_t message;
	switch (letter) {
	case 'a': /* The interface's digest lies outside, */
		return cairn_send(end_of_memory(0), &outside, 0, 0);
	case 'b': /* or its last byte. */
		return cairn_send(end_of_memory(-31), &outside, 0, 0);
	case 'c': /* The array of parts lies outside, */
		return cairn_send(time_interface, end_of_memory(0), 1, 0);
	case 'd': /* or its second row, */
		return cairn_send(time_interface, end_of_memory(-8), 2, 0);
	case 'e': /* or it is longer than any memory. */
		return cairn_send(time_interface, (void *)16, UINT32_MAX, 0);
	case 'f': /* The bytes of a part lie outside, */
		return cairn_send(time_interface, &outside, 1, 0);
	case 'g': /* or end there, */
		return cairn_send(time_interface, &across, 1, 0);
	case 'h': /* or wrap around. */
		return cairn_send(time_interface, &wrapping, 1, 0);
	case 'i': /* The ids to wait for lie outside, */
		return cairn_wait(end_of_memory(0), 1, &note, sizeof note, 0);
	case 'j': /* or are too many. */
		return cairn_wait((void *)16, UINT32_MAX, &note, sizeof note, 0);
	case 'k': /* The notification would be written outside, */
		message = time_now_start();
		return cairn_wait(&message, 1, end_of_memory(0), 128, CAIRN_WAIT_BLOCK);
	case 'l': /* or past the end. */
		message = time_now_start();
		return cairn_wait(&message, 1, end_of_memory(-64), 128, CAIRN_WAIT_BLOCK);
	default:
		return 0;
	}
}

void _start(void);
void _start(void)
{
	misuse(which());
	standard_print(1, "the call has returned\n");
	standard_exit(1);
}
