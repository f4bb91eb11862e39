/*
 * loader: hands programs to the kernel, block by block, out of the node's store. It believes
 * nothing and need not be believed: the store checks what it reads, and the kernel what it gets.
 *
 * It never waits for one block alone. Each request is passed on to `blocks` at once and answered
 * when the block is there, in whatever order; a full table makes it stop taking requests, which
 * stay with the kernel meanwhile.
 */
#include <stdbool.h>

#include <cairn/messages.h>
#include <cairn/system.h>

enum { REQUESTS_MAX = 64, WASM_PAGE_BYTES = 65536 };

/* Both interfaces have the same function in the same place, so bodies pass through unchanged. */
_Static_assert((int)LOADER_GET == (int)BLOCKS_GET, "get has the same number in both");

static const uint8_t interface_digest[] = INTERFACE_DIGEST;
static const uint8_t loader_digest[] = LOADER_DIGEST;
static const uint8_t blocks_digest[] = BLOCKS_DIGEST;

/* What to wait for: incoming messages, then the messages to `blocks`. Their order is that of
 * `owed`, so a notification's index tells whom to answer. */
static int64_t awaited[1 + REQUESTS_MAX] = {CAIRN_ID_INCOMING};
static int64_t owed[REQUESTS_MAX];
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
static const struct cairn_notification *next_notification(const int64_t *ids, uint32_t id_count)
{
	for (;;) {
		uint32_t room = room_for_notification();
		int32_t size = cairn_wait(ids, id_count, __heap_base, room, CAIRN_WAIT_BLOCK);
		if (size <= 0)
			return NULL;
		if ((uint32_t)size <= room)
			return (const struct cairn_notification *)__heap_base;
		if (!make_room((uint32_t)size))
			return NULL;
	}
}

static const uint8_t *body_of(const struct cairn_notification *note)
{
	return (const uint8_t *)(note + 1);
}

static bool register_as_loader(void)
{
	static const struct {
		uint32_t function;
		uint32_t digest_size;
	} head = {INTERFACE_REGISTER, CAIRN_DIGEST_SIZE};
	static const uint8_t options = 0;
	struct cairn_part parts[] = {
	    {&head, sizeof head}, {loader_digest, sizeof loader_digest}, {&options, 1}};
	int64_t message = cairn_send(interface_digest, parts, 3, CAIRN_SEND_ANSWER);
	if (message < CAIRN_ID_FIRST_MESSAGE)
		return false;
	const struct cairn_notification *note = next_notification(&message, 1);
	return note != NULL && note->status == CAIRN_STATUS_OK && note->length == 2 &&
	       body_of(note)[0] == 0;
}

/* The answer err(error.failed). */
static void answer_failed(int64_t message)
{
	static const uint8_t body[] = {1, 4};
	struct cairn_part part = {body, sizeof body};
	cairn_answer(message, &part, 1, 0);
}

/* Is it get(cid), whole? What the CID is worth is for the store to say. */
static bool is_get(const struct cairn_notification *note)
{
	const struct {
		uint32_t function;
		uint32_t cid_size;
	} *head = (const void *)body_of(note);
	return note->length >= sizeof *head && head->function == LOADER_GET &&
	       head->cid_size == note->length - sizeof *head;
}

static void pass_on(const struct cairn_notification *note)
{
	if (note->message == 0) /* Nobody wants the answer. */
		return;
	if (!is_get(note)) {
		cairn_answer((int64_t)note->message, NULL, 0, CAIRN_ANSWER_REFUSED);
		return;
	}
	struct cairn_part part = {body_of(note), note->length};
	int64_t message = cairn_send(blocks_digest, &part, 1, CAIRN_SEND_ANSWER);
	if (message < CAIRN_ID_FIRST_MESSAGE) {
		answer_failed((int64_t)note->message);
		return;
	}
	owed[request_count++] = (int64_t)note->message;
	awaited[request_count] = message;
}

static void pass_back(const struct cairn_notification *note)
{
	uint32_t request = note->index - 1;
	int64_t message = owed[request];
	if (note->status == CAIRN_STATUS_OK) {
		struct cairn_part part = {body_of(note), note->length};
		cairn_answer(message, &part, 1, 0);
	} else {
		answer_failed(message);
	}
	request_count--;
	owed[request] = owed[request_count];
	awaited[1 + request] = awaited[1 + request_count];
}

void _start(void);
void _start(void)
{
	if (!register_as_loader())
		return;
	while (!is_retired || request_count > 0) {
		bool is_full = request_count == REQUESTS_MAX;
		awaited[0] = is_full ? CAIRN_ID_SKIP : CAIRN_ID_INCOMING;
		const struct cairn_notification *note =
		    next_notification(awaited, 1 + request_count);
		if (note == NULL)
			return;
		if (note->kind == CAIRN_KIND_MESSAGE)
			pass_on(note);
		else if (note->kind == CAIRN_KIND_ANSWER)
			pass_back(note);
		else if (note->kind == CAIRN_KIND_RETIRED)
			is_retired = true;
		/* Who cancelled is answered all the same: the block is on its way. */
	}
}
