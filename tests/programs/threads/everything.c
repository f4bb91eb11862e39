/*
 * Everything at once, for sanitizers: threads that talk to the system, wait for each other, grow
 * the memory, start and kill processes, start threads, and give up what they have asked. Arguments:
 * its own CID (base32), and `child` for those that are to be killed. Ends with 0, or with the
 * number of the step that failed.
 */
#include <cairn/interface_calls.h>
#include <cairn/process_calls.h>
#include <cairn/random_calls.h>

#include "tools.h"

enum { ROUNDS = 60, CHILD_ROUNDS = 12, CID_BYTES = 36 };

static uint8_t cid[CID_BYTES];
static uint32_t ring[2];
static struct channel channel;

static void talk(void *argument)
{
	static const char line[] = "a line\n";
	struct {
		struct cairn_notification head;
		uint8_t body[64];
	} memory;
	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint64_t now;
		struct wire_bytes bytes;
		struct call_buffer buffer = call_buffer_over(&memory, sizeof memory);
		check(time_now(&now) == CALL_OK, 10);
		check(random_bytes(&buffer, 16, &bytes) == CALL_OK && bytes.size == 16, 11);
		check(standard_write(1, line, sizeof line - 1), 12);
	}
}

static void send_items(void *argument)
{
	for (uint32_t i = 0; i < ROUNDS * 20; i++)
		check(channel_send(&channel, &i), 20);
	channel_close(&channel);
}

static void receive_items(void *argument)
{
	uint32_t item;
	while (channel_receive(&channel, &item)) {
	}
}

static void grow(void *argument)
{
	for (uint32_t i = 0; i < ROUNDS; i++) {
		size_t pages = __builtin_wasm_memory_grow(0, 1);
		check(pages != SIZE_MAX, 30);
		((uint8_t *)(pages * 65536))[i] = 1;
	}
}

static uint64_t start_child(void)
{
	struct {
		struct cairn_notification head;
		uint8_t body[128];
	} memory;
	struct call_buffer buffer = call_buffer_over(&memory, sizeof memory);
	uint8_t encoded[64];
	struct wire_out list = wire_out_over(encoded, sizeof encoded);
	wire_put_bytes(&list, (struct wire_bytes){(const uint8_t *)"me", 2});
	wire_put_bytes(&list, (struct wire_bytes){(const uint8_t *)"child", 5});
	struct wire_bytes_list arguments = {
	    .encoded = encoded, .size = (uint32_t)list.size, .count = 2};
	static const struct process_right_list_option all = {0};
	struct process_u64_or_start_error result;
	check(process_start(&buffer, (struct wire_bytes){cid, sizeof cid}, arguments,
			    (struct wire_bytes_list){0}, &all, &result) == CALL_OK &&
		  !result.is_error,
	      40);
	return result.value;
}

static void rest(uint64_t ns)
{
	uint64_t now;
	check(time_now(&now) == CALL_OK && time_sleep_until(now + ns, &now) == CALL_OK, 50);
}

static void raise_children(void *argument)
{
	struct {
		struct cairn_notification head;
		uint8_t body[256];
	} memory;
	for (uint32_t i = 0; i < CHILD_ROUNDS; i++) {
		struct process_bool_or_kill_error killed;
		struct process_end_or_kill_error end;
		struct call_buffer buffer = call_buffer_over(&memory, sizeof memory);
		uint64_t child = start_child();
		rest(i * 300000);
		check(process_kill(child, &killed) == CALL_OK && !killed.is_error, 41);
		check(process_wait_end(&buffer, child, &end) == CALL_OK && !end.is_error, 42);
		check(end.value.kind == PROCESS_END_KILLED, 43);
	}
}

static void nothing(void *argument)
{
}

static void start_threads(void *argument)
{
	static uint8_t memory[2][4096];
	static struct thread threads[2];
	for (uint32_t i = 0; i < ROUNDS; i++) {
		for (uint32_t j = 0; j < 2; j++)
			check(thread_start(&threads[j], nothing, NULL,
					   (struct thread_memory){memory[j], sizeof memory[j]}) ==
				  THREAD_STARTED,
			      60);
		for (uint32_t j = 0; j < 2; j++)
			check(thread_join(&threads[j]) == CALL_OK, 61);
	}
}

/* Asks for what comes in an hour, and gives it up; the answer is that it was refused. */
static void give_up(void *argument)
{
	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint64_t now;
		bool is_cancelled;
		struct cairn_notification answer;
		check(time_now(&now) == CALL_OK, 70);
		int64_t message = time_sleep_until_start(now + 3600000000000);
		check(message > 0, 71);
		check(interface_cancel((uint64_t)message, &is_cancelled) == CALL_OK && is_cancelled,
		      72);
		check(cairn_wait_answer(message, &answer, sizeof answer) == sizeof answer, 73);
		check(answer.status == CAIRN_STATUS_REFUSED, 74);
	}
}

/* ---- The beginning ---- */

/* (ThreadSanitizer holds signals back until a thread calls the host, and so would the timer that
 * takes it off its CPU be.) */
static void spin(void *argument)
{
	uint64_t now;
	while (time_now(&now) == CALL_OK) {
	}
}

static void be_a_child(void)
{
	start_crew(1, spin, 80);
	mutex_lock(&channel.mutex);
	mutex_lock(&channel.mutex);
}

/* "b" and base32 in small letters. */
static void read_cid(struct wire_bytes text)
{
	uint32_t bits = 0, bit_count = 0;
	size_t filled = 0;
	for (size_t i = 1; i < text.size && filled < CID_BYTES; i++) {
		uint8_t letter = text.data[i];
		bits = bits << 5 | (letter >= 'a' ? letter - 'a' : letter - '2' + 26u);
		bit_count += 5;
		if (bit_count >= 8)
			cid[filled++] = (uint8_t)(bits >> (bit_count -= 8));
	}
}

void _start(void)
{
	static void (*const parts[])(void *) = {talk, talk,           send_items,    receive_items,
						grow, raise_children, start_threads, give_up,
						talk, raise_children};
	enum { COUNT = sizeof parts / sizeof parts[0] };
	static uint8_t memory[1024] __attribute__((aligned(8)));
	struct call_buffer buffer = call_buffer_over(memory, sizeof memory);
	struct wire_bytes_list list;
	struct wire_bytes argument = {0};
	check(process_arguments(&buffer, &list) == CALL_OK, 1);
	wire_bytes_list_next(&list, &argument);
	check(wire_bytes_list_next(&list, &argument), 2);
	if (argument.size == 5)
		be_a_child();
	read_cid(argument);
	channel = channel_over(ring, sizeof ring[0], 2);
	for (uint32_t i = 0; i < COUNT; i++)
		check(thread_start(&crew[i], parts[i], NULL, memory_of(i)) == THREAD_STARTED, 3);
	join_crew(COUNT, 4);
	standard_exit(0);
}
