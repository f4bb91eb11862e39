#include "delivery.h"

#include <cairn/abi.h>

#include "mem.h"
#include "tell.h"

/* ---- What a notification says ---- */

static struct message *message_of(struct notification *notification)
{
	return list_record(notification, struct message, notification);
}

static uint64_t size_of(struct notification *notification)
{
	bool has_body =
	    notification->kind == CAIRN_KIND_ANSWER || notification->kind == CAIRN_KIND_MESSAGE;
	return CAIRN_NOTIFICATION_HEADER_SIZE + (has_body ? message_of(notification)->size : 0);
}

static void write(uint8_t *out, struct cairn_notification *header, const struct digest *interface,
		  const struct body *body)
{
	memcpy(header->interface, interface->bytes, sizeof header->interface);
	header->length = body == NULL ? 0 : (uint32_t)body->size;
	memcpy(out, header, sizeof *header);
	if (body != NULL)
		body_copy(body, out + sizeof *header);
}

/* The handler's program takes a message: it gets an id there if an answer is due. */
static void take_message(struct exchange *exchange, struct message *message, uint8_t *out,
			 uint32_t index, const struct body *body)
{
	struct party *handler = message->handler;
	struct cairn_notification header = {.kind = CAIRN_KIND_MESSAGE,
					    .index = index,
					    .process = message->process,
					    .status = message->grant->number};
	if (message->wants_answer)
		header.message = handler->next_id++;
	handler->received_count++;
	write(out, &header, &message->route->interface, body);
	tell_message(exchange, KERNEL_TRACE_RECEIVED, message);
	if (message->wants_answer) {
		message_drop_body(message);
		message->state = MESSAGE_OWED;
		id_table_add(&handler->received, &message->received, header.message);
	} else {
		delivery_leave_handler(exchange, message);
		delivery_end(exchange, message);
	}
}

/* The sender's program takes an answer, and the message is no more. */
static void take_answer(struct exchange *exchange, struct message *message, uint8_t *out,
			uint32_t index, const struct body *body)
{
	struct cairn_notification header = {.kind = CAIRN_KIND_ANSWER,
					    .index = index,
					    .message = message->sent.id,
					    .status = message->status};
	write(out, &header, &message->route->interface, body);
	delivery_end(exchange, message);
}

static void take_cancelled(struct message *message, uint8_t *out, uint32_t index)
{
	struct cairn_notification header = {.kind = CAIRN_KIND_CANCELLED,
					    .index = index,
					    .message = message->received.id,
					    .process = message->process};
	write(out, &header, &message->route->interface, NULL);
}

static void take_sender_ended(struct access *access, uint8_t *out, uint32_t index)
{
	struct cairn_notification header = {
	    .kind = CAIRN_KIND_SENDER_ENDED, .index = index, .process = access->sender_serial};
	write(out, &header, &access->route->interface, NULL);
	access_destroy(access);
}

/* The stop is out of the routing already; the news was all that was left of it. */
static void take_retired(struct stop *stop, uint8_t *out, uint32_t index)
{
	struct cairn_notification header = {.kind = CAIRN_KIND_RETIRED, .index = index};
	write(out, &header, &stop->route->interface, NULL);
	stop_destroy(stop);
}

static void take_room(struct channel *channel, uint8_t *out, uint32_t index)
{
	struct cairn_notification header = {.kind = CAIRN_KIND_ROOM, .index = index};
	write(out, &header, &channel->refused_last, NULL);
	if (channel->handler == NULL)
		channel_destroy(channel);
}

/* Writes a queued notification to `out`, which has room for it. */
static void take(struct exchange *exchange, struct notification *notification, uint8_t *out,
		 uint32_t index)
{
	inbox_remove(notification);
	struct message *message = message_of(notification);
	switch (notification->kind) {
	case CAIRN_KIND_ANSWER:
	case CAIRN_KIND_MESSAGE: {
		struct wire_part part = {message->body, message->size};
		struct body body = {&part, 1, message->size};
		if (notification->kind == CAIRN_KIND_ANSWER)
			take_answer(exchange, message, out, index, &body);
		else
			take_message(exchange, message, out, index, &body);
		break;
	}
	case CAIRN_KIND_CANCELLED:
		take_cancelled(message, out, index);
		break;
	case CAIRN_KIND_SENDER_ENDED:
		take_sender_ended(list_record(notification, struct access, ended), out, index);
		break;
	case CAIRN_KIND_RETIRED:
		take_retired(list_record(notification, struct stop, retired), out, index);
		break;
	case CAIRN_KIND_ROOM:
		take_room(list_record(notification, struct channel, room), out, index);
		break;
	default:
		core_assert(false);
	}
}

/* ---- Waking ---- */

/* All threads of that list go on; each finds out by itself what that means for it. */
static void wake_all(struct exchange *exchange, struct list *waiting, int32_t result)
{
	while (!list_is_empty(waiting)) {
		struct wait_entry *entry =
		    list_record(list_first(waiting), struct wait_entry, link);
		struct waiter *waiter = entry->waiter;
		waiter_unlink(waiter);
		exchange->hooks->woken(waiter, result);
	}
}

/* ---- Giving ---- */

enum status delivery_message(struct exchange *exchange, struct message *message,
			     const struct body *body)
{
	struct inbox *inbox = &message->handler->inbox;
	struct list *waiting = &inbox->waiting[INBOX_INCOMING];
	uint64_t size = CAIRN_NOTIFICATION_HEADER_SIZE + body->size;
	struct wait_entry *entry = inbox_fitting(waiting, size);
	if (entry != NULL) {
		struct waiter *waiter = entry->waiter;
		waiter_unlink(waiter);
		take_message(exchange, message, waiter->out, entry->index, body);
		exchange->hooks->woken(waiter, (int32_t)size);
		return STATUS_OK;
	}
	if (message->body == NULL) {
		enum status status = message_store(message, body);
		if (status != STATUS_OK)
			return status;
	}
	message->state = MESSAGE_QUEUED;
	inbox_queue(inbox, INBOX_INCOMING, &message->notification, CAIRN_KIND_MESSAGE);
	wake_all(exchange, waiting, (int32_t)size);
	return STATUS_OK;
}

/* Where the parts lay may be gone: the body is told from where it is kept. */
static void tell_stored_answer(const struct exchange *exchange, const struct message *message)
{
	struct wire_part part = {message->body, message->size};
	tell_answered(exchange, message, &(struct body){&part, 1, message->size});
}

/* The part of the kernel that asked finds the answer in the message. */
static void answer_to_kernel(const struct exchange *exchange, struct message *message,
			     const struct body *body)
{
	if (message_store(message, body) != STATUS_OK) {
		message_drop_body(message);
		message->status = CAIRN_STATUS_LIMIT;
	}
	tell_stored_answer(exchange, message);
	message->state = MESSAGE_ANSWERED;
	message->answered(message);
}

/* Who waits for the answer with a buffer of at least that size, or NULL. */
static struct wait_entry *find_awaiter(const struct message *message, uint64_t size)
{
	struct wait_entry *entry = inbox_fitting(&message->awaiters, size);
	if (entry == NULL)
		entry = inbox_fitting(&message->sender->inbox.waiting[INBOX_ANSWERS], size);
	return entry;
}

uint8_t *delivery_room(const struct message *message, uint64_t size)
{
	bool is_for_program =
	    message->sender != NULL && message->wants_answer && message->answered == NULL;
	struct wait_entry *entry = NULL;
	if (is_for_program && size <= UINT32_MAX)
		entry = find_awaiter(message, CAIRN_NOTIFICATION_HEADER_SIZE + size);
	return entry == NULL ? NULL : entry->waiter->out + CAIRN_NOTIFICATION_HEADER_SIZE;
}

static void answer_to_program(struct exchange *exchange, struct message *message,
			      const struct body *body)
{
	struct inbox *inbox = &message->sender->inbox;
	struct list *waiting = &inbox->waiting[INBOX_ANSWERS];
	uint64_t size = CAIRN_NOTIFICATION_HEADER_SIZE + body->size;
	struct wait_entry *entry = find_awaiter(message, size);
	if (entry != NULL) {
		struct waiter *waiter = entry->waiter;
		waiter_unlink(waiter);
		tell_answered(exchange, message, body);
		take_answer(exchange, message, waiter->out, entry->index, body);
		exchange->hooks->woken(waiter, (int32_t)size);
		return;
	}
	if (message_store(message, body) != STATUS_OK) {
		message->status = CAIRN_STATUS_LIMIT;
		budget_refund(&message->sender->bodies, message->charged);
		message->charged = 0;
		answer_to_program(exchange, message, &(struct body){0});
		return;
	}
	tell_stored_answer(exchange, message);
	message->state = MESSAGE_ANSWERED;
	inbox_queue(inbox, INBOX_ANSWERS, &message->notification, CAIRN_KIND_ANSWER);
	wake_all(exchange, &message->awaiters, (int32_t)size);
	wake_all(exchange, waiting, (int32_t)size);
}

void delivery_answer(struct exchange *exchange, struct message *message, uint32_t status,
		     const struct body *body)
{
	if (message->sender == NULL || !message->wants_answer) {
		delivery_end(exchange, message);
		return;
	}
	message->status = status;
	struct body nothing = {0};
	if (budget_charge(&message->sender->bodies, body->size) == STATUS_OK) {
		message->charged = body->size;
	} else {
		message->status = CAIRN_STATUS_LIMIT;
		body = &nothing;
	}
	if (message->answered != NULL)
		answer_to_kernel(exchange, message, body);
	else
		answer_to_program(exchange, message, body);
}

void delivery_news(struct exchange *exchange, struct party *party, enum inbox_queue queue,
		   struct notification *notification, uint32_t kind)
{
	struct list *waiting = &party->inbox.waiting[queue];
	inbox_queue(&party->inbox, queue, notification, kind);
	struct wait_entry *entry = inbox_fitting(waiting, CAIRN_NOTIFICATION_HEADER_SIZE);
	if (entry == NULL) {
		wake_all(exchange, waiting, CAIRN_NOTIFICATION_HEADER_SIZE);
		return;
	}
	struct waiter *waiter = entry->waiter;
	waiter_unlink(waiter);
	take(exchange, notification, waiter->out, entry->index);
	exchange->hooks->woken(waiter, CAIRN_NOTIFICATION_HEADER_SIZE);
}

/* ---- Leaving ---- */

static inline void leave(struct exchange *exchange, struct message *message)
{
	inbox_remove(&message->notification);
	if (id_entry_is_linked(&message->received))
		id_table_remove(&message->handler->received, &message->received);
	struct party *handler = message->handler;
	struct channel *channel = message->channel;
	message->handler = NULL;
	if (channel == NULL) {
		list_remove(&message->of_channel);
		handler->estate_count--;
		handler->estate_bytes -= message->size;
		return;
	}
	channel_remove(message);
	if (!channel_owes_room(channel))
		return;
	channel->wants_room = false;
	if (!list_is_linked(&channel->room.link))
		delivery_news(exchange, channel->sender, INBOX_ROOM, &channel->room,
			      CAIRN_KIND_ROOM);
}

void delivery_take_back(struct exchange *exchange, struct message *message)
{
	leave(exchange, message);
}

void delivery_leave_handler(struct exchange *exchange, struct message *message)
{
	leave(exchange, message);
	if (message->sender != NULL)
		budget_refund(&message->sender->bodies, message->charged);
	message->charged = 0;
}

void delivery_end(struct exchange *exchange, struct message *message)
{
	wake_all(exchange, &message->awaiters, CAIRN_INVALID);
	tell_message(exchange, KERNEL_TRACE_OVER, message);
	message_destroy(&exchange->pool, message);
}

/* ---- Waiting ---- */

/* Where one id leads: to the list that a waiting thread joins, and what is queued there. */
struct wait_target {
	struct list *waiting;
	struct notification *queued; /* the oldest, or NULL */
};

static bool find_target(struct party *party, uint64_t id, struct wait_target *out)
{
	struct inbox *inbox = &party->inbox;
	if (id >= CAIRN_ID_INCOMING && id <= CAIRN_ID_ANY_ANSWER) {
		enum inbox_queue queue = (enum inbox_queue)(id - CAIRN_ID_INCOMING);
		*out = (struct wait_target){&inbox->waiting[queue], inbox_oldest(inbox, queue)};
		return true;
	}
	struct id_entry *entry = id_table_find(&party->sent, id);
	if (entry == NULL)
		return false;
	struct message *message = list_record(entry, struct message, sent);
	bool is_answered = message->state == MESSAGE_ANSWERED;
	*out =
	    (struct wait_target){&message->awaiters, is_answered ? &message->notification : NULL};
	return true;
}

struct wait_found {
	struct notification *oldest;
	uint32_t index;
	bool has_target;
};

/* Looks at one id: remembers what is queued for it, or else joins the list. */
static bool look(struct waiter *waiter, uint64_t id, uint32_t index, struct wait_found *found,
		 bool blocks)
{
	struct wait_target target;
	if (!find_target(waiter->party, id, &target))
		return false;
	found->has_target = true;
	if (target.queued != NULL &&
	    (found->oldest == NULL || target.queued->sequence < found->oldest->sequence)) {
		found->oldest = target.queued;
		found->index = index;
	}
	if (blocks && found->oldest == NULL) {
		struct wait_entry *entry = &waiter->entries[waiter->entry_count++];
		*entry = (struct wait_entry){.waiter = waiter, .index = index};
		list_append(target.waiting, &entry->link);
	}
	return true;
}

int32_t delivery_wait(struct exchange *exchange, struct waiter *waiter, struct wait_ids ids,
		      bool blocks)
{
	core_assert(waiter->entry_count == 0);
	if (blocks && ids.count > waiter->entry_capacity &&
	    waiter_reserve(waiter, ids.count) != STATUS_OK)
		return CAIRN_LIMIT;
	struct wait_found found = {0};
	for (uint32_t i = 0; i < ids.count; i++) {
		uint64_t id;
		memcpy(&id, ids.data + (size_t)i * sizeof id, sizeof id);
		if (id != CAIRN_ID_SKIP && !look(waiter, id, i, &found, blocks)) {
			waiter_unlink(waiter);
			return CAIRN_INVALID;
		}
	}
	if (!found.has_target)
		return CAIRN_INVALID;
	if (found.oldest == NULL)
		return blocks ? DELIVERY_WAITS : 0;
	waiter_unlink(waiter);
	uint64_t size = size_of(found.oldest);
	if (size <= waiter->out_size)
		take(exchange, found.oldest, waiter->out, found.index);
	return (int32_t)size;
}
