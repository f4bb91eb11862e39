/*
 * Handles kv, in memory: 64 keys, values of 64 bytes. What it keeps lasts as long as it runs.
 */
#include <cairn/loop.h>
#include <cairn/memory.h>

#include "kv_calls.h"

enum { ENTRIES_MAX = 64, KEY_BYTES_MAX = 64, VALUE_BYTES_MAX = 64 };

static struct entry {
	uint32_t key_size;
	uint32_t value_size;
	char key[KEY_BYTES_MAX];
	uint8_t value[VALUE_BYTES_MAX];
} entries[ENTRIES_MAX];
static uint32_t entry_count;

static bool is_of_key(const struct entry *entry, struct wire_string key)
{
	if (entry->key_size != key.size)
		return false;
	for (uint32_t i = 0; i < key.size; i++)
		if (entry->key[i] != key.data[i])
			return false;
	return true;
}

static struct entry *find(struct wire_string key)
{
	for (uint32_t i = 0; i < entry_count; i++)
		if (is_of_key(&entries[i], key))
			return &entries[i];
	return NULL;
}

static void get(void *self, void *message, const struct kv_get_call *call)
{
	const struct cairn_notification *from = message;
	const struct entry *entry = find(call->key);
	struct kv_bytes_option result = {.has_value = entry != NULL};
	if (entry != NULL)
		result.value = (struct wire_bytes){entry->value, entry->value_size};
	kv_get_answer(from->message, &result);
}

static struct kv_nothing_or_put_error try_to_put(const struct kv_put_call *call)
{
	struct kv_nothing_or_put_error result = {.is_error = true, .error = KV_PUT_ERROR_TOO_LARGE};
	if (call->key.size > KEY_BYTES_MAX || call->value.size > VALUE_BYTES_MAX)
		return result;
	result.error = KV_PUT_ERROR_FULL;
	struct entry *entry = find(call->key);
	if (entry == NULL && entry_count == ENTRIES_MAX)
		return result;
	if (entry == NULL) {
		entry = &entries[entry_count++];
		entry->key_size = call->key.size;
		__builtin_memcpy(entry->key, call->key.data, call->key.size);
	}
	entry->value_size = call->value.size;
	__builtin_memcpy(entry->value, call->value.data, call->value.size);
	result.is_error = false;
	return result;
}

static void put(void *self, void *message, const struct kv_put_call *call)
{
	const struct cairn_notification *from = message;
	struct kv_nothing_or_put_error result = try_to_put(call);
	kv_put_answer(from->message, &result);
}

static const struct kv_handler handler = {.get = get, .put = put};

static void on_incoming(void *self, struct cairn_notification *note)
{
	if (note->kind == CAIRN_KIND_MESSAGE)
		kv_serve(&handler, self, note);
}

void _start(void);
void _start(void)
{
	static struct future *slots[16];
	static struct loop loop;
	loop_init(&loop, slots, 16, memory_buffer());
	if (loop_handle(&loop, kv_interface, on_incoming, NULL) == CALL_OK)
		(void)loop_run(&loop);
}
