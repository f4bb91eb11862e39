#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cairn/abi.h>
#include <cairn/files.h>
#include <cairn/tcp.h>
#include <cairn/time.h>

#include "call.h"
#include "core/wasi.h"
#include "fake_call.h"

enum { ANSWERS_MAX = 64, MESSAGES_MAX = 64 };

struct thread {
	uint64_t state[CALL_STATE_WORDS];
	uint64_t slots[16];
	call_continuation then; /* of the call under way */
	bool is_continuing;     /* continuations do not nest */
};

/* What is sent together: the first message of it, and which of them is answered. */
struct group {
	bool is_open;
	uint32_t count;
	bool is_answered[16];
	struct answer *answers[16];
};

struct answer {
	uint32_t status;
	uint8_t *body;
	uint32_t size;
};

bool fake_answers_at_once;
bool fake_refuses_record;
uint32_t fake_answered_together;
bool fake_has_files;
bool fake_has_tcp;
void (*fake_before_answer)(void);
uint8_t *fake_memory;
struct fake_message fake_messages[MESSAGES_MAX];
uint32_t fake_message_count;
bool fake_has_exited;
uint32_t fake_exit_code;

static struct thread the_thread;
static struct group group;
static void *record;
static size_t record_size;
static struct answer answers[ANSWERS_MAX];
static uint32_t answers_queued;
static uint32_t answers_used;
static uint8_t encoded_bytes[70000];
static struct wire_out encoded;

/* ---- process/call.h ---- */

struct thread *call_thread(struct wasm_thread *wasm)
{
	return (struct thread *)wasm;
}

uint64_t *call_state(struct thread *thread)
{
	return thread->state;
}

struct call_memory call_memory(struct thread *thread)
{
	return (struct call_memory){fake_memory, FAKE_MEMORY_BYTES};
}

static void record_message(const struct digest *interface, const struct wire_part *parts,
			   uint32_t part_count)
{
	assert_true(fake_message_count < MESSAGES_MAX);
	struct fake_message *message = &fake_messages[fake_message_count++];
	size_t size = 0;
	for (uint32_t i = 0; i < part_count; i++)
		size += parts[i].size;
	*message = (struct fake_message){*interface, malloc(size), (uint32_t)size};
	assert_non_null(message->body);
	uint8_t *to = message->body;
	for (uint32_t i = 0; i < part_count; i++) {
		memcpy(to, parts[i].data, parts[i].size);
		to += parts[i].size;
	}
}

/* Hands the next answer over; its body is gone when the continuation returns. */
static enum wasm_host_result answer_next(struct thread *thread)
{
	call_continuation then = thread->then;
	thread->then = NULL;
	if (fake_before_answer != NULL)
		fake_before_answer();
	assert_true(answers_used < answers_queued);
	struct answer *next = &answers[answers_used++];
	struct call_answer answer = {next->status, next->body, next->size};
	thread->is_continuing = true;
	enum wasm_host_result result = then(thread, thread->slots, &answer);
	thread->is_continuing = false;
	free(next->body);
	next->body = NULL;
	assert_true((result == WASM_HOST_SUSPEND) == (thread->then != NULL));
	return result;
}

enum wasm_host_result call_begin(struct thread *thread, const struct digest *interface,
				 const struct wire_part *parts, uint32_t part_count,
				 call_continuation then)
{
	assert_null(thread->then);
	record_message(interface, parts, part_count);
	thread->then = then;
	if (!fake_answers_at_once || thread->is_continuing)
		return WASM_HOST_SUSPEND;
	enum wasm_host_result result = WASM_HOST_SUSPEND;
	while (thread->then != NULL)
		result = answer_next(thread);
	return result;
}

/* ---- Several at once ---- */

bool call_any_open(struct thread *thread, uint32_t count_max)
{
	assert_false(group.is_open);
	if (fake_refuses_record)
		return false;
	group = (struct group){.is_open = true};
	return true;
}

void call_any_add(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count)
{
	assert_true(group.is_open && group.count < 16);
	record_message(interface, parts, part_count);
	group.count++;
}

enum wasm_host_result call_any_wait(struct thread *thread, bool is_over, call_continuation then)
{
	assert_true(group.is_open);
	for (uint32_t i = 0; i < group.count; i++) {
		group.is_answered[i] = (fake_answered_together & 1u << i) != 0;
		if (!group.is_answered[i])
			continue;
		assert_true(answers_used < answers_queued);
		group.answers[i] = &answers[answers_used++];
		is_over = true;
	}
	assert_true(is_over);
	if (fake_before_answer != NULL)
		fake_before_answer();
	const struct call_answer nothing = {0};
	enum wasm_host_result result = then(thread, thread->slots, &nothing);
	group.is_open = false;
	assert_true((result == WASM_HOST_SUSPEND) == (thread->then != NULL));
	return result;
}

bool call_any_answer(struct thread *thread, uint32_t index, struct call_answer *out)
{
	if (!group.is_open || index >= group.count || !group.is_answered[index])
		return false;
	const struct answer *answer = group.answers[index];
	*out = (struct call_answer){answer->status, answer->body, answer->size};
	return true;
}

int64_t call_send(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count)
{
	record_message(interface, parts, part_count);
	return 0;
}

void call_exit(struct thread *thread, uint32_t code)
{
	fake_has_exited = true;
	fake_exit_code = code;
}

/* Always somewhere else when it grows, so that a sanitizer sees who keeps an old address. */
void *call_process_record(struct thread *thread, size_t size)
{
	if (fake_refuses_record)
		return NULL;
	if (size > record_size) {
		void *larger = calloc(1, size);
		assert_non_null(larger);
		if (record != NULL)
			memcpy(larger, record, record_size);
		free(record);
		record = larger;
		record_size = size;
	}
	return record;
}

bool call_is_granted(struct thread *thread, const struct digest *interface)
{
	return (fake_has_files && memcmp(interface->bytes, files_interface, 32) == 0) ||
	       (fake_has_tcp && memcmp(interface->bytes, tcp_interface, 32) == 0);
}

void *call_scratch(struct thread *thread, uint64_t size)
{
	fail_msg("core/wasi needs no scratch memory");
	return NULL;
}

/* ---- The script ---- */

int fake_begin(void **state)
{
	memset(&the_thread, 0, sizeof(the_thread));
	fake_memory = malloc(FAKE_MEMORY_BYTES);
	fake_answered_together = 1;
	group = (struct group){0};
	fake_refuses_record = fake_has_files = fake_has_tcp = false;
	fake_before_answer = NULL;
	fake_has_exited = false;
	fake_reset();
	return fake_memory == NULL;
}

static void forget(void)
{
	for (uint32_t i = 0; i < fake_message_count; i++)
		free(fake_messages[i].body);
	for (uint32_t i = 0; i < answers_queued; i++)
		free(answers[i].body);
	memset(answers, 0, sizeof(answers));
	fake_message_count = answers_queued = answers_used = 0;
}

int fake_end(void **state)
{
	bool is_complete = answers_used == answers_queued;
	forget();
	free(record);
	free(fake_memory);
	record = NULL;
	record_size = 0;
	fake_memory = NULL;
	if (!is_complete)
		print_error("an answer was never asked for\n");
	return !is_complete;
}

void fake_reset(void)
{
	forget();
	memset(fake_memory, FAKE_UNTOUCHED, FAKE_MEMORY_BYTES);
}

static const struct wasm_host_function *function_of(const char *name)
{
	for (uint32_t i = 0; i < wasi_host_module.function_count; i++) {
		if (strcmp(wasi_host_module.functions[i].name, name) == 0)
			return &wasi_host_module.functions[i];
	}
	fail_msg("no function %s", name);
	return NULL;
}

uint32_t fake_run(const char *name, uint32_t count, ...)
{
	const struct wasm_host_function *function = function_of(name);
	assert_int_equal(strcspn(function->signature, ":"), count);
	va_list arguments;
	va_start(arguments, count);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t value = va_arg(arguments, uint64_t);
		if (function->signature[i] == 'i')
			assert_true(value <= UINT32_MAX);
		the_thread.slots[i] = value;
	}
	va_end(arguments);
	enum wasm_host_result result =
	    function->call(NULL, (struct wasm_thread *)&the_thread, the_thread.slots);
	while (the_thread.then != NULL)
		result = answer_next(&the_thread);
	if (fake_has_exited)
		return UINT32_MAX;
	assert_int_equal(result, WASM_HOST_CONTINUE);
	return (uint32_t)the_thread.slots[0];
}

void fake_close_all(void)
{
	struct thread other = {.is_continuing = true};
	for (uint64_t number = 0; number < 3; number++) {
		other.slots[0] = number;
		function_of("fd_close")->call(NULL, (struct wasm_thread *)&other, other.slots);
		assert_int_equal(other.slots[0], 0);
	}
}

void fake_answer(uint32_t status, const void *body, uint32_t size)
{
	assert_true(answers_queued < ANSWERS_MAX);
	uint8_t *copy = malloc(size);
	if (size > 0)
		memcpy(copy, body, size);
	answers[answers_queued++] = (struct answer){status, copy, size};
}

struct wire_out *fake_body(void)
{
	encoded = wire_out_over(encoded_bytes, sizeof(encoded_bytes));
	return &encoded;
}

void fake_answer_body(void)
{
	assert_true(wire_is_whole(&encoded));
	fake_answer(CAIRN_STATUS_OK, encoded_bytes, (uint32_t)encoded.size);
}

void fake_assert_message(uint32_t index, const uint8_t *interface)
{
	assert_true(wire_is_whole(&encoded) && index < fake_message_count);
	assert_memory_equal(fake_messages[index].interface.bytes, interface, 32);
	assert_int_equal(fake_messages[index].size, encoded.size);
	assert_memory_equal(fake_messages[index].body, encoded_bytes, encoded.size);
}

void fake_answer_time(uint64_t value)
{
	time_now_answer_encode(fake_body(), value);
	fake_answer_body();
}

void fake_answer_written(uint32_t count)
{
	const struct terminal_u32_or_error result = {.value = count};
	terminal_write_answer_encode(fake_body(), &result);
	fake_answer_body();
}

void fake_answer_read(const void *data, uint32_t size)
{
	const struct terminal_bytes_or_error result = {.value = {data, size}};
	terminal_read_answer_encode(fake_body(), &result);
	fake_answer_body();
}

void fake_answer_described(bool is_terminal)
{
	const struct terminal_stream_info_or_error result = {.value = {is_terminal}};
	terminal_describe_answer_encode(fake_body(), &result);
	fake_answer_body();
}

void fake_answer_terminal_error(enum terminal_error error)
{
	const struct terminal_u32_or_error result = {.is_error = true, .error = error};
	terminal_write_answer_encode(fake_body(), &result);
	fake_answer_body();
}

void fake_store_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

void fake_store_u64(uint8_t *at, uint64_t value)
{
	fake_store_u32(at, (uint32_t)value);
	fake_store_u32(at + 4, (uint32_t)(value >> 32));
}

uint32_t fake_load_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t fake_load_u64(const uint8_t *at)
{
	return fake_load_u32(at) | (uint64_t)fake_load_u32(at + 4) << 32;
}

void fake_assert_untouched(void)
{
	for (uint32_t i = 0; i < FAKE_MEMORY_BYTES; i++) {
		if (fake_memory[i] != FAKE_UNTOUCHED)
			fail_msg("the memory was changed at %u", i);
	}
}

void fake_each_broken(void (*check)(void))
{
	uint32_t size = (uint32_t)encoded.size;
	uint8_t *longer = calloc(1, size + 1);
	memcpy(longer, encoded_bytes, size);
	for (uint32_t broken = 0; broken <= size + 1; broken++) {
		if (broken == size)
			continue; /* that one is whole */
		fake_reset();
		fake_answer(CAIRN_STATUS_OK, longer, broken);
		check();
	}
	free(longer);
}
