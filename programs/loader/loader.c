/*
 * loader: hands programs to the kernel, block by block, out of the node's store. It believes
 * nothing and need not be believed: the store checks what it reads, and the kernel what it gets.
 *
 * It never waits for one block alone. Each request is passed on to `blocks` at once and answered
 * when the block is there, in whatever order; a full table makes it stop taking requests, which
 * stay with the kernel meanwhile.
 */
#include <stdbool.h>

#include <cairn/blocks_calls.h>
#include <cairn/interface_calls.h>
#include <cairn/loader_calls.h>

enum { REQUESTS_MAX = 64, WASM_PAGE_BYTES = 65536 };

/* What to wait for: incoming messages, then the messages to `blocks`. Their order is that of
 * `owed`, so a notification's index tells whom to answer. */
static int64_t awaited[1 + REQUESTS_MAX] = {CAIRN_ID_INCOMING};
static uint64_t owed[REQUESTS_MAX];
static uint32_t request_count;
static bool is_retired;

/* Notifications arrive in all of the memory that nothing else uses. */
extern uint8_t __heap_base[];

static uint32_t room_for_notification(void)
{
	return (uint32_t)(__builtin_wasm_memory_size(0) * WASM_PAGE_BYTES - (size_t)__heap_base);
}

static bool make_room(uint32_t size)
{
	uint32_t missing = size - room_for_notification();
	return __builtin_wasm_memory_grow(0, missing / WASM_PAGE_BYTES + 1) != SIZE_MAX;
}

/* The next notification. NULL where even more memory would not hold it: the end of this loader, and
 * the kernel starts another. */
static struct cairn_notification *next_notification(const int64_t *ids, uint32_t id_count)
{
	for (;;) {
		uint32_t room = room_for_notification();
		int32_t size = cairn_wait(ids, id_count, __heap_base, room, CAIRN_WAIT_BLOCK);
		if (size <= 0)
			return NULL;
		if ((uint32_t)size <= room)
			return (struct cairn_notification *)__heap_base;
		if (!make_room((uint32_t)size))
			return NULL;
	}
}

static bool register_as_loader(void)
{
	struct interface_bool_or_register_error result;
	struct wire_bytes digest = {loader_interface, sizeof loader_interface};
	return interface_register(digest, 0, &result) == CALL_OK && !result.is_error;
}

static void answer_failed(uint64_t message)
{
	const struct loader_bytes_or_error failed = {.is_error = true,
						     .error = LOADER_ERROR_FAILED};
	loader_get_answer(message, &failed);
}

/* What the CID is worth is for the store to say. */
static void pass_on(void *self, void *message, const struct loader_get_call *call)
{
	const struct cairn_notification *note = message;
	if (note->message == 0) /* Nobody wants the answer. */
		return;
	int64_t asked = blocks_get_start(call->cid);
	if (asked < CAIRN_ID_FIRST_MESSAGE) {
		answer_failed(note->message);
		return;
	}
	owed[request_count++] = note->message;
	awaited[request_count] = asked;
}

static void answer(uint64_t message, const struct blocks_bytes_or_error *block)
{
	static const enum loader_error errors[] = {
	    [BLOCKS_ERROR_NOT_FOUND] = LOADER_ERROR_NOT_FOUND,
	    [BLOCKS_ERROR_CORRUPT] = LOADER_ERROR_CORRUPT,
	    [BLOCKS_ERROR_TOO_LARGE] = LOADER_ERROR_TOO_LARGE,
	    [BLOCKS_ERROR_NOT_A_CID] = LOADER_ERROR_NOT_A_CID,
	    [BLOCKS_ERROR_FAILED] = LOADER_ERROR_FAILED,
	};
	struct loader_bytes_or_error result = {.is_error = block->is_error};
	if (block->is_error)
		result.error = errors[block->error];
	else
		result.value = block->value;
	loader_get_answer(message, &result);
}

static void pass_back(const struct cairn_notification *note)
{
	uint32_t request = note->index - 1;
	struct blocks_bytes_or_error block;
	if (blocks_get_finish(note, &block) == CALL_OK)
		answer(owed[request], &block);
	else
		answer_failed(owed[request]);
	request_count--;
	owed[request] = owed[request_count];
	awaited[1 + request] = awaited[1 + request_count];
}

void _start(void);
void _start(void)
{
	static const struct loader_handler handler = {.get = pass_on};
	if (!register_as_loader())
		return;
	while (!is_retired || request_count > 0) {
		bool is_full = request_count == REQUESTS_MAX;
		awaited[0] = is_full ? CAIRN_ID_SKIP : CAIRN_ID_INCOMING;
		struct cairn_notification *note = next_notification(awaited, 1 + request_count);
		if (note == NULL)
			return;
		if (note->kind == CAIRN_KIND_MESSAGE)
			loader_serve(&handler, NULL, note);
		else if (note->kind == CAIRN_KIND_ANSWER)
			pass_back(note);
		else if (note->kind == CAIRN_KIND_RETIRED)
			is_retired = true;
		/* Who cancelled is answered all the same: the block is on its way. */
	}
}
