/*
 * Handles kv2, in memory: 16 keys, values of 32 bytes.
 */
#include <stdio.h>
#include <string.h>

#include <cairn/allocated.h>
#include <cairn/loop.h>

#include "kv2_calls.h"

enum { ENTRIES_MAX = 16, KEY_BYTES_MAX = 32, VALUE_BYTES_MAX = 32 };

static struct entry {
	uint32_t key_size;
	uint32_t value_size;
	char key[KEY_BYTES_MAX];
	uint8_t value[VALUE_BYTES_MAX];
} entries[ENTRIES_MAX];
static uint32_t entry_count;

static struct entry *find(struct wire_string key)
{
	for (uint32_t i = 0; i < entry_count; i++)
		if (entries[i].key_size == key.size &&
		    memcmp(entries[i].key, key.data, key.size) == 0)
			return &entries[i];
	return NULL;
}

static uint64_t id_of(const struct cairn_notification *message)
{
	return message->message;
}

static void get(void *self, void *message, const struct kv2_get_call *call)
{
	const struct entry *entry = find(call->key);
	struct kv2_bytes_option result = {.has_value = entry != NULL};
	if (entry != NULL)
		result.value = (struct wire_bytes){entry->value, entry->value_size};
	kv2_get_answer(id_of(message), &result);
}

static struct kv2_u32_or_put_error try_to_put(const struct kv2_put_call *call)
{
	struct kv2_u32_or_put_error result = {.is_error = true, .error = KV2_PUT_ERROR_TOO_LARGE};
	if (call->key.size > KEY_BYTES_MAX || call->value.size > VALUE_BYTES_MAX)
		return result;
	result.error = KV2_PUT_ERROR_FULL;
	struct entry *entry = find(call->key);
	if (entry == NULL && entry_count == ENTRIES_MAX)
		return result;
	if (entry == NULL) {
		entry = &entries[entry_count++];
		entry->key_size = call->key.size;
		memcpy(entry->key, call->key.data, call->key.size);
	}
	entry->value_size = call->value.size;
	memcpy(entry->value, call->value.data, call->value.size);
	return (struct kv2_u32_or_put_error){.value = entry_count};
}

static void put(void *self, void *message, const struct kv2_put_call *call)
{
	struct kv2_u32_or_put_error result = try_to_put(call);
	kv2_put_answer(id_of(message), &result);
}

static void remove_key(void *self, void *message, const struct kv2_remove_call *call)
{
	struct entry *entry = find(call->key);
	if (entry != NULL)
		*entry = entries[--entry_count];
	kv2_remove_answer(id_of(message), entry != NULL);
}

static const struct kv2_handler handler = {.get = get, .put = put, .remove = remove_key};

static void on_incoming(void *self, struct cairn_notification *note)
{
	if (note->kind == CAIRN_KIND_MESSAGE)
		kv2_serve(&handler, self, note);
}

int main(void)
{
	static struct future *slots[16];
	static struct loop loop;
	loop_init(&loop, slots, 16, allocated_buffer());
	if (loop_handle(&loop, kv2_interface, on_incoming, NULL) != CALL_OK) {
		fputs("this program is not configured to handle kv2\n", stderr);
		return 1;
	}
	return loop_run(&loop) == CALL_OK ? 0 : 1;
}
