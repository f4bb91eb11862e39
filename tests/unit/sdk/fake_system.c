#include "fake_system.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <cairn/interface.h>
#include <cairn/system.h>
#include <cairn/time.h>

struct fake_system fake;
const uint8_t fake_interface[32] = {0xfa, 0xce};

enum message_state { MESSAGE_NONE, MESSAGE_OWED, MESSAGE_ANSWERED };

/* By id. */
static struct {
	enum message_state state;
	bool is_cancelled;
	uint64_t deadline_ns; /* of a message to `time` */
} messages[FAKE_MESSAGES_MAX];
static uint64_t next_id;

struct queued {
	struct queued *next;
	struct cairn_notification head;
	uint8_t body[];
};
static struct queued *queue;

void fake_reset(void)
{
	while (queue != NULL) {
		struct queued *first = queue;
		queue = first->next;
		free(first);
	}
	memset(messages, 0, sizeof messages);
	next_id = CAIRN_ID_FIRST_MESSAGE;
	fake = (struct fake_system){.now_ns = 1000};
}

/* ---- What others do ---- */

static void enqueue(const struct cairn_notification *head, const void *body, uint32_t size)
{
	struct queued *last = malloc(sizeof *last + size);
	assert_non_null(last);
	*last = (struct queued){.head = *head};
	last->head.length = size;
	if (size > 0)
		memcpy(last->body, body, size);
	struct queued **end = &queue;
	while (*end != NULL)
		end = &(*end)->next;
	*end = last;
}

void fake_answer(uint64_t message, uint32_t status, const void *body, uint32_t size)
{
	assert_true(fake_is_owed(message));
	messages[message].state = MESSAGE_ANSWERED;
	struct cairn_notification head = {
	    .kind = CAIRN_KIND_ANSWER, .message = message, .status = status};
	enqueue(&head, body, size);
}

void fake_message(uint64_t id, const void *body, uint32_t size)
{
	struct cairn_notification head = {.kind = CAIRN_KIND_MESSAGE, .message = id, .process = 7};
	memcpy(head.interface, fake_interface, sizeof head.interface);
	enqueue(&head, body, size);
}

void fake_news(uint32_t kind, uint64_t id)
{
	struct cairn_notification head = {.kind = kind, .message = id};
	memcpy(head.interface, fake_interface, sizeof head.interface);
	enqueue(&head, NULL, 0);
}

void fake_room(void)
{
	fake_news(CAIRN_KIND_ROOM, 0);
}

bool fake_is_owed(uint64_t message)
{
	assert_in_range(message, CAIRN_ID_FIRST_MESSAGE, FAKE_MESSAGES_MAX - 1);
	return messages[message].state == MESSAGE_OWED;
}

bool fake_is_cancelled(uint64_t message)
{
	return messages[message].is_cancelled;
}

/* ---- What the kernel serves ---- */

static int64_t open_message(void)
{
	assert_true(next_id < FAKE_MESSAGES_MAX);
	messages[next_id].state = MESSAGE_OWED;
	return (int64_t)next_id++;
}

static void cancel(uint64_t message)
{
	if (!fake_is_owed(message))
		return;
	messages[message].is_cancelled = true;
	if (messages[message].deadline_ns == 0) {
		fake.cancelled++;
		return;
	}
	fake.timers_pending--;
	fake_answer(message, CAIRN_STATUS_REFUSED, NULL, 0);
}

static int64_t serve_interface(const uint8_t *body, size_t size, bool wants_answer)
{
	struct interface_cancel_call call;
	if (interface_cancel_decode(body, size, &call) == WIRE_OK) {
		assert_false(wants_answer);
		cancel(call.message);
		return 0;
	}
	struct interface_register_call registration;
	assert_int_equal(interface_register_decode(body, size, &registration), WIRE_OK);
	assert_int_equal(registration.digest.size, 32);
	uint8_t answer[2] = {fake.register_fails, 1};
	int64_t id = open_message();
	fake_answer((uint64_t)id, CAIRN_STATUS_OK, answer, sizeof answer);
	return id;
}

static int64_t serve_time(const uint8_t *body, size_t size)
{
	int64_t id = open_message();
	struct time_sleep_until_call call;
	if (time_sleep_until_decode(body, size, &call) != WIRE_OK) {
		fake_answer((uint64_t)id, CAIRN_STATUS_OK, &fake.now_ns, sizeof fake.now_ns);
	} else if (fake.timer_refused) {
		fake_answer((uint64_t)id, CAIRN_STATUS_REFUSED, NULL, 0);
	} else if (call.deadline <= fake.now_ns) {
		fake.timers++;
		fake_answer((uint64_t)id, CAIRN_STATUS_OK, &fake.now_ns, sizeof fake.now_ns);
	} else {
		fake.timers++;
		fake.timers_pending++;
		messages[id].deadline_ns = call.deadline;
	}
	return id;
}

/* The clock goes on to the next deadline; false where there is none. */
static bool pass_time(void)
{
	uint64_t first = 0;
	for (uint64_t i = CAIRN_ID_FIRST_MESSAGE; i < next_id; i++)
		if (messages[i].state == MESSAGE_OWED && messages[i].deadline_ns != 0 &&
		    (first == 0 || messages[i].deadline_ns < messages[first].deadline_ns))
			first = i;
	if (first == 0)
		return false;
	fake.now_ns = messages[first].deadline_ns;
	fake.timers_pending--;
	fake_answer(first, CAIRN_STATUS_OK, &fake.now_ns, sizeof fake.now_ns);
	return true;
}

/* ---- The system calls ---- */

int64_t cairn_send(const uint8_t *interface, const struct cairn_part *parts, uint32_t part_count,
		   uint32_t flags)
{
	uint8_t body[256];
	size_t size = 0;
	for (uint32_t i = 0; i < part_count; i++) {
		assert_true(size + parts[i].size <= sizeof body);
		memcpy(body + size, parts[i].data, parts[i].size);
		size += parts[i].size;
	}
	if (memcmp(interface, interface_interface, 32) == 0)
		return serve_interface(body, size, (flags & CAIRN_SEND_ANSWER) != 0);
	if (memcmp(interface, time_interface, 32) == 0)
		return serve_time(body, size);
	assert_memory_equal(interface, fake_interface, 32);
	if (fake.error_count > 0) {
		fake.error_count--;
		return fake.next_error;
	}
	fake.sent++;
	return open_message();
}

int64_t fake_start(void)
{
	return cairn_send(fake_interface, NULL, 0, CAIRN_SEND_ANSWER);
}

int32_t cairn_answer(int64_t message, const struct cairn_part *parts, uint32_t part_count,
		     uint32_t flags)
{
	return 0;
}

static bool is_for(const struct queued *note, int64_t id)
{
	switch (id) {
	case CAIRN_ID_INCOMING:
		return note->head.kind != CAIRN_KIND_ANSWER && note->head.kind != CAIRN_KIND_ROOM;
	case CAIRN_ID_ROOM:
		return note->head.kind == CAIRN_KIND_ROOM;
	case CAIRN_ID_ANY_ANSWER:
		return note->head.kind == CAIRN_KIND_ANSWER;
	default:
		return id != 0 && note->head.kind == CAIRN_KIND_ANSWER &&
		       note->head.message == (uint64_t)id;
	}
}

static struct queued **find(const int64_t *ids, uint32_t id_count, uint32_t *index)
{
	for (struct queued **link = &queue; *link != NULL; link = &(*link)->next)
		for (*index = 0; *index < id_count; ++*index)
			if (is_for(*link, ids[*index]))
				return link;
	return NULL;
}

int32_t cairn_wait(const int64_t *ids, uint32_t id_count, void *out, uint32_t out_size,
		   uint32_t flags)
{
	uint32_t index = 0;
	if (id_count > fake.longest_wait_ids)
		fake.longest_wait_ids = id_count;
	struct queued **link = find(ids, id_count, &index);
	while (link == NULL && (flags & CAIRN_WAIT_BLOCK) != 0) {
		if (!pass_time())
			fail_msg("it waits for what never comes");
		link = find(ids, id_count, &index);
	}
	if (link == NULL)
		return 0;
	struct queued *note = *link;
	uint32_t size = sizeof note->head + note->head.length;
	if (size > out_size)
		return (int32_t)size;
	note->head.index = index;
	memcpy(out, &note->head, size);
	*link = note->next;
	free(note);
	return (int32_t)size;
}
