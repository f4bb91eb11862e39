#include "message.h"

#include "mem.h"
#include "party.h"

void message_pool_init(struct message_pool *pool)
{
	*pool = (struct message_pool){0};
	list_init(&pool->free);
}

void message_pool_reset(struct message_pool *pool)
{
	core_assert(pool->live_count == 0);
	while (!list_is_empty(&pool->free)) {
		struct message *message =
		    list_record(list_first(&pool->free), struct message, notification.link);
		list_remove(&message->notification.link);
		port_release(message, sizeof *message);
	}
	message_pool_init(pool);
}

static struct message *take_record(struct message_pool *pool)
{
	if (list_is_empty(&pool->free))
		return port_allocate(sizeof(struct message));
	struct message *message =
	    list_record(list_first(&pool->free), struct message, notification.link);
	list_remove(&message->notification.link);
	pool->free_count--;
	return message;
}

struct message *message_create(struct message_pool *pool, struct party *sender)
{
	if (budget_charge(&sender->records, sizeof(struct message)) != STATUS_OK)
		return NULL;
	struct message *message = take_record(pool);
	if (message == NULL) {
		budget_refund(&sender->records, sizeof(struct message));
		return NULL;
	}
	memset(message, 0, offsetof(struct message, small));
	message->state = MESSAGE_NEW;
	message->sender = sender;
	list_init(&message->awaiters);
	sender->message_count++;
	pool->live_count++;
	return message;
}

void message_leave_sender(struct message *message)
{
	struct party *sender = message->sender;
	core_assert(list_is_empty(&message->awaiters));
	if (id_entry_is_linked(&message->sent))
		id_table_remove(&sender->sent, &message->sent);
	budget_refund(&sender->bodies, message->charged);
	budget_refund(&sender->records, sizeof(struct message));
	message->charged = 0;
	sender->message_count--;
	message->sender = NULL;
}

void message_destroy(struct message_pool *pool, struct message *message)
{
	if (message->sender != NULL)
		message_leave_sender(message);
	message_drop_body(message);
	grant_release(message->grant);
	core_assert(!list_is_linked(&message->notification.link));
	core_assert(!list_is_linked(&message->of_channel));
	core_assert(!id_entry_is_linked(&message->received));
	message->state = MESSAGE_FREE;
	pool->live_count--;
	if (pool->free_count >= MESSAGE_POOL_MAX) {
		port_release(message, sizeof *message);
		return;
	}
	list_prepend(&pool->free, &message->notification.link);
	pool->free_count++;
}

enum status message_store(struct message *message, const struct body *body)
{
	uint8_t copy[MESSAGE_INLINE_BYTES];
	bool is_small = body->size <= sizeof copy;
	uint8_t *stored = is_small ? copy : port_allocate(body->size);
	if (stored == NULL)
		return STATUS_NO_MEMORY;
	/* The parts may lie in the body that is replaced: it goes when they are copied. */
	body_copy(body, stored);
	message_drop_body(message);
	if (is_small) {
		memcpy(message->small, copy, body->size);
		stored = message->small;
	}
	message->body = stored;
	message->size = body->size;
	return STATUS_OK;
}

void message_drop_body(struct message *message)
{
	if (message->body != NULL && message->body != message->small)
		port_release(message->body, message->size);
	message->body = NULL;
	message->size = 0;
}
