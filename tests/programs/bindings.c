/*
 * Calls the kernel's interfaces through their generated bindings: waits for one answer, keeps
 * several messages in flight, walks a list of lists, and writes what it found.
 */
#include <cairn/process_calls.h>
#include <cairn/random_calls.h>
#include <cairn/terminal_calls.h>
#include <cairn/time_calls.h>

static _Alignas(8) uint8_t memory[4096];

static void print(struct wire_string text)
{
	struct terminal_u32_or_error written;
	struct wire_bytes data = {.data = (const uint8_t *)text.data, .size = text.size};
	if (terminal_write(1, data, &written) != CALL_OK || written.is_error)
		process_exit(2);
}

static void require(bool condition, const char *what)
{
	if (condition)
		return;
	print(wire_text(what));
	print(wire_text(" failed\n"));
	process_exit(1);
}

static void print_arguments(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct wire_bytes_list arguments;
	struct wire_bytes argument;
	require(process_arguments(&buffer, &arguments) == CALL_OK, "process.arguments");
	while (wire_bytes_list_next(&arguments, &argument)) {
		print((struct wire_string){(const char *)argument.data, argument.size});
		print(wire_text("\n"));
	}
}

/* Two deadlines in flight, the later one sent first: the answers come in the order of time. */
static void sleep_twice(void)
{
	uint64_t now, woken;
	require(time_now(&now) == CALL_OK, "time.now");
	int64_t ids[] = {time_sleep_until_start(now + 20000000), time_sleep_until_start(now)};
	struct cairn_notification *answer = (struct cairn_notification *)memory;
	for (uint32_t i = 0; i < 2; i++) {
		require(cairn_wait(ids, 2, memory, sizeof memory, CAIRN_WAIT_BLOCK) > 0, "wait");
		require(time_sleep_until_finish(answer, &woken) == CALL_OK, "time.sleep-until");
		require(answer->index == 1 - i && woken >= now, "the order of answers");
		ids[answer->index] = CAIRN_ID_SKIP;
	}
}

static void get_random(void)
{
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct wire_bytes bytes;
	require(random_bytes(&buffer, 32, &bytes) == CALL_OK && bytes.size == 32, "random.bytes");
	require(random_bytes(&buffer, 1000000, &bytes) == CALL_REFUSED, "the refusal");
}

void _start(void);

void _start(void)
{
	print_arguments();
	sleep_twice();
	get_random();
	print(wire_text("all calls were answered\n"));
}
