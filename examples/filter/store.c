/*
 * Handles kv, in memory: 16 keys, values of 32 bytes. It never learns who stands before it.
 */
#include <stdio.h>
#include <string.h>

#include <cairn/allocated.h>
#include <cairn/loop.h>

#include "kv_calls.h"

enum { ENTRIES_MAX = 16, KEY_BYTES_MAX = 32, VALUE_BYTES_MAX = 32 };

static struct entry {
	uint32_t key_size;
	uint32_t value_size;
	char key[KEY_BYTES_MAX];
	uint8_t value[VALUE_BYTES_MAX];
} entries[ENTRIES_MAX];
static uint32_t entry_count;

static struct loop loop;

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

static void get(void *self, void *message, const struct kv_get_call *call)
{
	const struct entry *entry = find(call->key);
	struct kv_bytes_option result = {.has_value = entry != NULL};
	if (entry != NULL)
		result.value = (struct wire_bytes){entry->value, entry->value_size};
	kv_get_answer(id_of(message), &result);
}

static bool try_to_put(const struct kv_put_call *call)
{
	if (call->key.size > KEY_BYTES_MAX || call->value.size > VALUE_BYTES_MAX)
		return false;
	struct entry *entry = find(call->key);
	if (entry == NULL && entry_count == ENTRIES_MAX)
		return false;
	if (entry == NULL) {
		entry = &entries[entry_count++];
		entry->key_size = call->key.size;
		memcpy(entry->key, call->key.data, call->key.size);
	}
	entry->value_size = call->value.size;
	memcpy(entry->value, call->value.data, call->value.size);
	return true;
}

static void put(void *self, void *message, const struct kv_put_call *call)
{
	kv_put_answer(id_of(message), try_to_put(call));
}

static void remove_key(void *self, void *message, const struct kv_remove_call *call)
{
	struct entry *entry = find(call->key);
	if (entry != NULL)
		*entry = entries[--entry_count];
	kv_remove_answer(id_of(message), entry != NULL);
}

static const struct kv_handler handler = {.get = get, .put = put, .remove = remove_key};

/* It answers at once, so that it owes nothing when a successor takes over. */
static void on_incoming(void *self, struct cairn_notification *note)
{
	if (note->kind == CAIRN_KIND_MESSAGE)
		kv_serve(&handler, self, note);
	else if (note->kind == CAIRN_KIND_RETIRED)
		loop_stop(&loop);
}

int main(void)
{
	static struct future *slots[16];
	loop_init(&loop, slots, 16, allocated_buffer());
	if (loop_handle(&loop, kv_interface, on_incoming, NULL) != CALL_OK) {
		fputs("this program is not configured to handle kv\n", stderr);
		return 1;
	}
	return loop_run(&loop) == CALL_OK ? 0 : 1;
}
