/*
 * A program that calls any function of WASI with any arguments, handlers that answer anything, and
 * other threads that change the program's memory meanwhile: the input is the script of all three.
 * The memory is an allocation of exactly its size, and so is each answer, so that the sanitizers
 * see every byte that is touched beside them.
 *
 * Answers are made by hand, for most of them are malformed.
 *
 * The script is read byte by byte; at its end it yields zeros. A call: the function's number, then
 * for each argument a kind and a value. An answer: a status, a shape, a value, a scribble.
 */
#include <stdlib.h>
#include <string.h>

#include <cairn/abi.h>
#include <cairn/files.h>
#include <cairn/process.h>
#include <cairn/random.h>
#include <cairn/tcp.h>
#include <cairn/terminal.h>
#include <cairn/time.h>

#include "bytes.h"
#include "call.h"
#include "core/port.h"
#include "core/wasi.h"
#include "preview1.h"

enum {
	ANY_MAX = 1025,
	MEMORY_BYTES = 8192,
	CALLS_MAX = 200,
	ANSWERS_MAX = 100,
	MESSAGE_BYTES_MAX = 2 * 65536 + 64
};

struct thread {
	uint64_t state[CALL_STATE_WORDS];
	uint64_t slots[16];
	call_continuation then;
	bool has_exited;
	uint32_t any_count; /* messages that were sent together; 0: none are */
	bool any_is_over;
	struct call_answer any_answers[ANY_MAX];
	bool any_is_answered[ANY_MAX];
};

static struct thread program;
static struct bytes script;
static uint8_t *memory;
static void *record;
static size_t record_size;
static uint32_t asked_function;
static bool asked_files;
static uint32_t asked; /* the last word of the last message: a count or a size, often */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t next(void)
{
	return bytes_left(&script) > 0 ? bytes_u8(&script) : 0;
}

static uint32_t next_u32(void)
{
	uint32_t value = 0;
	for (int i = 0; i < 4; i++)
		value = value << 8 | next();
	return value;
}

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
	return (struct call_memory){memory, MEMORY_BYTES};
}

static bool is_one_of_ours(const struct digest *interface)
{
	static const struct digest ours[] = {{PROCESS_DIGEST},  {TIME_DIGEST},  {RANDOM_DIGEST},
					     {TERMINAL_DIGEST}, {FILES_DIGEST}, {TCP_DIGEST}};
	for (int i = 0; i < 6; i++) {
		if (memcmp(interface, &ours[i], sizeof(*interface)) == 0)
			return true;
	}
	return false;
}

/* Reads all of a message. */
static void note(const struct digest *interface, const struct wire_part *parts, uint32_t part_count)
{
	static uint8_t body[MESSAGE_BYTES_MAX];
	size_t size = 0;
	core_assert(is_one_of_ours(interface));
	for (uint32_t i = 0; i < part_count; i++) {
		core_assert(parts[i].size <= sizeof(body) - size);
		memcpy(body + size, parts[i].data, parts[i].size);
		size += parts[i].size;
	}
	core_assert(size >= 4);
	memcpy(&asked, body + (size < 12 ? size - 4 : 8), 4);
	memcpy(&asked_function, body, 4);
	asked_files = memcmp(interface->bytes, files_interface, sizeof interface->bytes) == 0;
}

enum wasm_host_result call_begin(struct thread *thread, const struct digest *interface,
				 const struct wire_part *parts, uint32_t part_count,
				 call_continuation then)
{
	core_assert(thread->then == NULL);
	note(interface, parts, part_count);
	thread->then = then;
	return WASM_HOST_SUSPEND;
}

bool call_any_open(struct thread *thread, uint32_t count_max)
{
	core_assert(count_max <= ANY_MAX);
	thread->any_count = 0;
	return next() % 16 != 0;
}

void call_any_add(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count)
{
	note(interface, parts, part_count);
	core_assert(thread->any_count < ANY_MAX);
	thread->any_is_answered[thread->any_count++] = false;
}

enum wasm_host_result call_any_wait(struct thread *thread, bool is_over, call_continuation then)
{
	core_assert(thread->then == NULL);
	thread->then = then;
	return WASM_HOST_SUSPEND;
}

bool call_any_answer(struct thread *thread, uint32_t index, struct call_answer *out)
{
	if (index >= thread->any_count || !thread->any_is_answered[index])
		return false;
	*out = thread->any_answers[index];
	return true;
}

int64_t call_send(struct thread *thread, const struct digest *interface,
		  const struct wire_part *parts, uint32_t part_count)
{
	core_assert(is_one_of_ours(interface));
	return 0;
}

void call_exit(struct thread *thread, uint32_t code)
{
	thread->has_exited = true;
}

void *call_process_record(struct thread *thread, size_t size)
{
	if (size > record_size) {
		void *larger = calloc(1, size);
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
	return is_one_of_ours(interface);
}

void *call_scratch(struct thread *thread, uint64_t size)
{
	core_assert(false);
	return NULL;
}

/* ---- The script ---- */

/* A number that is small, close to the end of the memory or of all numbers, or any. */
static uint64_t next_argument(char type)
{
	uint8_t kind = next();
	uint8_t value = next();
	switch (kind % 6) {
	case 0:
		return value;
	case 1:
		return (uint64_t)value * 32;
	case 2:
		return MEMORY_BYTES - value;
	case 3:
		return type == 'I' ? UINT64_MAX - value : UINT32_MAX - value;
	case 4:
		return next_u32();
	default:
		return value % 4;
	}
}

static void scribble(void)
{
	for (uint8_t i = next() % 8; i > 0; i--) {
		uint32_t value = (uint32_t)next_argument('i');
		memcpy(memory + next_u32() % (MEMORY_BYTES - 3), &value, 4);
	}
}

/* list<list<u8>> */
static size_t write_lists(uint8_t *body)
{
	size_t size = 4;
	uint32_t count = next() % 8;
	memcpy(body, &count, 4);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t item = next() % 16;
		memcpy(body + size, &item, 4);
		memset(body + size + 4, 'a', item);
		size += 4 + item;
	}
	return size;
}

/* What starts as an answer of bytes or a number does, as a result of `terminal` or not. */
static size_t write_counted(uint8_t *body, size_t room, uint8_t shape)
{
	uint32_t count = next() % 8 == 0 ? next_u32() : asked;
	size_t size = 0;
	if (shape & 1)
		body[size++] = (shape & 6) == 6;
	memcpy(body + size, &count, 4);
	size += 4;
	uint32_t data = shape & 2 ? next() % 8 : count;
	if (data > room - size)
		data = (uint32_t)(room - size);
	memset(body + size, shape, data);
	return size + data;
}

/* What `files` answers to what it was asked, as its bindings encode it. */
static size_t write_files(uint8_t *body, size_t room)
{
	static const uint8_t names[600];
	struct wire_out out = wire_out_over(body, room);
	uint8_t error = next();
	if (error % 4 == 0) {
		files_sync_answer_encode(&out, &(struct files_nothing_or_error){
						   .is_error = true, .error = error / 4 % 20});
		return (size_t)out.size;
	}
	switch (asked_function) {
	case FILES_ROOTS: {
		const struct files_root roots[] = {{1, {names, next()}, true},
						   {2, {names, 3}, false}};
		files_roots_answer_encode(
		    &out, &(struct files_root_list){.items = roots, .count = next() % 3});
		break;
	}
	case FILES_OPEN:
	case FILES_WRITE:
		files_open_answer_encode(
		    &out, &(struct files_u64_or_error){.value = next() % 2 ? asked : next_u32()});
		break;
	case FILES_DESCRIBE:
	case FILES_DESCRIBE_PATH:
		files_describe_answer_encode(
		    &out, &(struct files_info_or_error){
			      .value = {.kind = next() % 8, .size = next_u32()}});
		break;
	case FILES_READ_DIRECTORY: {
		const struct files_entry entries[] = {
		    {next_u32(), 1, next() % 8, {names, next() * 2}},
		    {UINT64_MAX - next() % 4, 2, next() % 8, {names, next() % 8}}};
		files_read_directory_answer_encode(
		    &out, &(struct files_entry_list_or_error){
			      .value = {.items = entries, .count = next() % 3}});
		break;
	}
	default:
		files_sync_answer_encode(&out, &(struct files_nothing_or_error){0});
	}
	return (size_t)out.size;
}

/* A body that perhaps is cut. */
static size_t write_answer(uint8_t *body, size_t room)
{
	size_t size;
	uint8_t shape = next();
	if (asked_files && asked_function != FILES_READ && shape % 32 < 28) {
		size = write_files(body, room);
	} else if (shape % 32 < 24) {
		size = write_counted(body, room, shape);
	} else if (shape % 32 < 28) {
		size = write_lists(body);
	} else {
		uint64_t number = (uint64_t)next_u32() << shape / 16;
		memcpy(body, &number, 8);
		size = 8;
	}
	uint8_t cut = next();
	return cut % 4 != 0 ? size : cut / 4 < size ? size - cut / 4 : 0;
}

/* An answer, its body an allocation of exactly its size. */
static struct call_answer make_answer(void)
{
	static uint8_t prepared[MESSAGE_BYTES_MAX + 16];
	uint8_t status = next();
	size_t size = write_answer(prepared, sizeof(prepared));
	uint8_t *body = malloc(size);
	memcpy(body, prepared, size);
	return (struct call_answer){status % 4 == 0 ? status / 4 : CAIRN_STATUS_OK, body,
				    (uint32_t)size};
}

static void answer(struct thread *thread)
{
	call_continuation then = thread->then;
	uint32_t together = thread->any_count;
	thread->then = NULL;
	for (uint32_t i = 0; i < together; i++) {
		thread->any_is_answered[i] = next() % 2 == 0;
		if (thread->any_is_answered[i])
			thread->any_answers[i] = make_answer();
	}
	struct call_answer answer = make_answer();
	scribble();
	enum wasm_host_result result = then(thread, thread->slots, &answer);
	core_assert((result == WASM_HOST_SUSPEND) == (thread->then != NULL));
	free((uint8_t *)answer.body);
	for (uint32_t i = 0; i < together; i++)
		if (thread->any_is_answered[i])
			free((uint8_t *)thread->any_answers[i].body);
	thread->any_count = 0;
}

static void call(void)
{
	const struct wasm_host_function *function =
	    &wasi_host_module.functions[next() % wasi_host_module.function_count];
	for (int i = 0; function->signature[i] != ':'; i++)
		program.slots[i] = next_argument(function->signature[i]);
	function->call(NULL, (struct wasm_thread *)&program, program.slots);
	for (int i = 0; i < ANSWERS_MAX && program.then != NULL; i++)
		answer(&program);
	if (program.then != NULL) /* its process is killed in the middle of it */
		program.has_exited = true;
	else if (!program.has_exited)
		core_assert(program.slots[0] <= WASI_ENOTCAPABLE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	script = bytes_over(data, size);
	program = (struct thread){.has_exited = false};
	memory = malloc(MEMORY_BYTES);
	for (int i = 0; i < MEMORY_BYTES; i++)
		memory[i] = (uint8_t)(i % 8 == 4 ? 16 : i % 8 == 1 ? i / 256 : 0);
	scribble();
	for (int i = 0; i < CALLS_MAX && bytes_left(&script) > 0 && !program.has_exited; i++)
		call();
	free(memory);
	free(record);
	record = NULL;
	record_size = 0;
	return 0;
}
