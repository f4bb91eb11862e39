#include <cairn/abi.h>

#include "invariants_walk.h"

/* What a party's accounts must say. */
struct sums {
	uint64_t bodies;
	uint32_t messages;
	uint64_t records;
};

/* ---- Inboxes: 4, 5, 6, 13 ---- */

/* All that is left of a stop is the news that it is gone. */
static void check_retired(const struct stop *stop, enum inbox_queue queue)
{
	check(19, queue == INBOX_INCOMING);
	check(19, stop->handler == NULL && stop->starting == NULL && stop->program == NULL);
	check(19, list_is_empty(&stop->held) && !list_is_linked(&stop->of_route) &&
		      !list_is_linked(&stop->of_program) && !list_is_linked(&stop->of_party));
}

static void check_queued(struct party *party, struct notification *notification,
			 enum inbox_queue queue)
{
	struct message *message = list_record(notification, struct message, notification);
	switch (notification->kind) {
	case CAIRN_KIND_ANSWER:
		walk_see(message)->answers++;
		check(6, queue == INBOX_ANSWERS && message->sender == party);
		check(5, list_is_empty(&message->awaiters));
		break;
	case CAIRN_KIND_MESSAGE:
		walk_see(message)->queued++;
		check(6, queue == INBOX_INCOMING && message->handler == party);
		break;
	case CAIRN_KIND_CANCELLED:
		walk_see(message)->cancelled++;
		check(6, queue == INBOX_INCOMING && message->handler == party);
		check(6, message->is_cancelled);
		break;
	case CAIRN_KIND_SENDER_ENDED:
		check(11, queue == INBOX_INCOMING &&
			      list_record(notification, struct access, ended)->owner == party);
		break;
	case CAIRN_KIND_RETIRED:
		check_retired(list_record(notification, struct stop, retired), queue);
		break;
	case CAIRN_KIND_ROOM:
		check(11, queue == INBOX_ROOM &&
			      list_record(notification, struct channel, room)->sender == party);
		break;
	default:
		check(6, false);
	}
}

static void check_entries(const struct list *waiting, const struct party *party)
{
	walk_list_length(waiting);
	list_for_each(link, waiting)
	{
		struct wait_entry *entry = list_record(link, struct wait_entry, link);
		struct waiter *waiter = entry->waiter;
		check(4, waiter->party == party);
		check(4, entry >= waiter->entries && entry < waiter->entries + waiter->entry_count);
	}
}

static void check_inbox(struct party *party)
{
	struct inbox *inbox = &party->inbox;
	for (int i = 0; i < INBOX_QUEUES; i++) {
		uint64_t last = 0;
		uint32_t length = walk_list_length(&inbox->queued[i]);
		check_entries(&inbox->waiting[i], party);
		check(5, length == 0 || list_is_empty(&inbox->waiting[i]));
		list_for_each(link, &inbox->queued[i])
		{
			struct notification *notification =
			    list_record(link, struct notification, link);
			check(13, notification->sequence >= last &&
				      notification->sequence < inbox->next_sequence);
			last = notification->sequence + 1;
			check_queued(party, notification, (enum inbox_queue)i);
		}
	}
}

/* ---- Channels: 7, 8, 11, 15 ---- */

static void check_channel(const struct channel *channel)
{
	uint64_t bytes = 0;
	const struct kernel_limits *limits = channel->sender->limits;
	check(8, walk_list_length(&channel->messages) == channel->message_count);
	list_for_each(link, &channel->messages)
	{
		struct message *message = list_record(link, struct message, of_channel);
		walk_see(message)->channels++;
		check(7, message->channel == channel && message->sender == channel->sender &&
			     message->handler == channel->handler);
		bytes += message->charged;
	}
	check(8, bytes == channel->bytes);
	check(8, channel->message_count <= channel_messages_max(channel) &&
		     bytes <= limits->bytes_per_handler);
	check(11, walk_is_alive(channel->sender));
	if (channel->handler == NULL)
		check(11, channel->message_count == 0 && list_is_linked(&channel->room.link));
	else
		check(11,
		      walk_is_alive(channel->handler) &&
			  walk_list_holds(&channel->handler->channels_in, &channel->of_handler));
	check(15, !channel->wants_room || channel->message_count > 0);
}

static void check_estate(struct party *party)
{
	uint64_t bytes = 0;
	check(8, walk_list_length(&party->estate) == party->estate_count);
	list_for_each(link, &party->estate)
	{
		struct message *message = list_record(link, struct message, of_channel);
		walk_see(message)->estates++;
		check(7, message->sender == NULL && message->handler == party &&
			     message->channel == NULL);
		bytes += message->size;
	}
	check(8, bytes == party->estate_bytes);
	if (party->service == NULL)
		check(8, party->estate_count <= party->limits->messages_per_handler &&
			     bytes <= party->limits->bytes_per_handler);
}

/* ---- Parties ---- */

/* What lies in the party's own tables and lists, without a process's threads and the like. */
static uint64_t party_records(struct party *party)
{
	uint64_t bytes = walk_table_bytes(&party->sent) + walk_table_bytes(&party->received) +
			 walk_table_bytes(&party->accesses);
	bytes += (uint64_t)party->accesses.count * sizeof(struct access);
	bytes += (uint64_t)walk_list_length(&party->past) * sizeof(struct access);
	bytes += (uint64_t)walk_list_length(&party->channels_out) * sizeof(struct channel);
	list_for_each(link, &party->inbox.queued[INBOX_INCOMING])
	{
		struct notification *notification = list_record(link, struct notification, link);
		if (notification->kind == CAIRN_KIND_SENDER_ENDED)
			bytes += sizeof(struct access);
	}
	return bytes;
}

/* ---- 20 ---- */

static void check_past(struct party *party)
{
	list_for_each(link, &party->past)
	{
		struct access *past = list_record(link, struct access, ended.link);
		check(20, past->owner == party && past->known_handler != 0);
		check(20, id_table_find(&party->accesses, past->route->serial) != NULL);
		list_for_each(other, &party->past)
		{
			struct access *access = list_record(other, struct access, ended.link);
			check(20, access == past || access->route != past->route ||
				      access->known_handler != past->known_handler);
		}
	}
	for (struct id_entry *entry = id_table_next(&party->accesses, NULL); entry != NULL;
	     entry = id_table_next(&party->accesses, entry)) {
		struct access *access = list_record(entry, struct access, of_sender);
		check(20, access->epoch <= walk_kernel->exchange.epoch);
		if (access->epoch == walk_kernel->exchange.epoch)
			check(20, access->stop == route_stop(access->route, party));
	}
}

/* What waits for a decision is asked about, and there is none yet. */
static void check_asked(const struct access *access)
{
	uint32_t length = walk_list_length(&access->asked);
	check(22, length == 0 || access->question != NULL);
	if (length > 0)
		check(22, access_judge(access->owner, &access->route->interface, true).verdict ==
			      KERNEL_UNDECIDED);
	list_for_each(link, &access->asked)
	{
		struct message *message = list_record(list_record(link, struct notification, link),
						      struct message, notification);
		walk_see(message)->asked++;
		check(22, message->sender == access->owner && message->route == access->route);
	}
}

void invariants_party(struct party *party)
{
	walk_check_table(&party->sent, party->next_id);
	walk_check_table(&party->received, party->next_id);
	walk_check_table(&party->accesses, walk_kernel->exchange.router.next_serial);
	for (struct id_entry *entry = id_table_next(&party->sent, NULL); entry != NULL;
	     entry = id_table_next(&party->sent, entry)) {
		struct message *message = list_record(entry, struct message, sent);
		walk_see(message)->sent++;
		check(12, entry->id >= CAIRN_ID_FIRST_MESSAGE && message->sender == party);
		check_entries(&message->awaiters, party);
	}
	for (struct id_entry *entry = id_table_next(&party->received, NULL); entry != NULL;
	     entry = id_table_next(&party->received, entry)) {
		struct message *message = list_record(entry, struct message, received);
		walk_see(message)->received++;
		check(12, entry->id >= CAIRN_ID_FIRST_MESSAGE && message->handler == party);
		check(12, id_table_find(&party->sent, entry->id) == NULL);
	}
	for (struct id_entry *entry = id_table_next(&party->accesses, NULL); entry != NULL;
	     entry = id_table_next(&party->accesses, entry))
		check_asked(list_record(entry, struct access, of_sender));
	check_inbox(party);
	list_for_each(link, &party->channels_out)
	    check_channel(list_record(link, struct channel, of_sender));
	walk_list_length(&party->channels_in);
	walk_list_length(&party->stops);
	check_past(party);
	check_estate(party);
}

/* ---- Messages, each by itself: 6, 7, 9, 11 ---- */

void invariants_message(const struct seen *at)
{
	const struct message *message = at->message;
	enum message_state state = message->state;
	check(6, at->held == (state == MESSAGE_HELD));
	check(6, at->asked == (state == MESSAGE_ASKED));
	check(6, state != MESSAGE_ASKED || message->handler == &walk_kernel->undecided);
	check(6, at->queued == (state == MESSAGE_QUEUED));
	check(6, at->received == (state == MESSAGE_OWED));
	check(6, at->cancelled <= (state == MESSAGE_OWED));
	check(6, at->given_up <= (state == MESSAGE_SERVED && message->is_cancelled));
	check(6, at->answers + at->with_kernel == (state == MESSAGE_ANSWERED));
	check(6, at->with_kernel == 0 || message->answered != NULL);
	check(6, state != MESSAGE_FREE && state != MESSAGE_NEW);
	bool is_under_way = state != MESSAGE_ANSWERED;
	check(7, at->channels + at->estates == is_under_way);
	check(7, (message->handler != NULL) == is_under_way);
	if (message->sender != NULL) {
		check(11, walk_is_alive(message->sender));
		check(6, at->sent == (message->wants_answer && message->answered == NULL));
	} else {
		check(6, at->sent == 0 && list_is_empty(&message->awaiters));
	}
	if (message->handler != NULL)
		check(11, walk_is_alive(message->handler));
	if (state == MESSAGE_SERVED)
		check(6, message->handler->service != NULL);
}

static void add_message(const struct party *party, struct sums *sums)
{
	for (uint32_t i = 0; i < walk_seen_count; i++) {
		const struct message *message = walk_seen[i].message;
		if (message->sender != party)
			continue;
		sums->bodies += message->charged;
		sums->messages++;
		sums->records += sizeof *message;
	}
}

void invariants_accounts(struct party *party, uint64_t other_records)
{
	struct sums sums = {.records = other_records + party_records(party)};
	add_message(party, &sums);
	check(9, sums.bodies == party->bodies.used && sums.bodies <= party->bodies.limit);
	check(9, sums.messages == party->message_count && sums.messages <= party->limits->messages);
	check(10, sums.records == party->records.used);
}
