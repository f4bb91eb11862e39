#include "channel.h"

#include "exchange.h"

enum status channel_open(struct party *sender, struct party *handler, struct channel **out)
{
	list_for_each(link, &sender->channels_out)
	{
		struct channel *channel = list_record(link, struct channel, of_sender);
		if (channel->handler != handler)
			continue;
		*out = channel;
		return STATUS_OK;
	}
	struct channel *channel = budget_allocate(&sender->records, sizeof *channel);
	if (channel == NULL)
		return STATUS_NO_MEMORY;
	*channel = (struct channel){.sender = sender, .handler = handler};
	list_init(&channel->messages);
	list_append(&sender->channels_out, &channel->of_sender);
	list_append(&handler->channels_in, &channel->of_handler);
	*out = channel;
	return STATUS_OK;
}

uint32_t channel_messages_max(const struct channel *channel)
{
	const struct kernel_limits *limits = channel->sender->limits;
	const struct party *handler = channel->handler;
	/* What nobody has decided yet (exchange.h) is bounded as if a program had it. */
	bool is_served =
	    handler != NULL && handler->service != NULL && handler != handler->exchange->undecided;
	return is_served ? limits->messages : limits->messages_per_handler;
}

bool channel_has_room(const struct channel *channel, uint64_t size)
{
	const struct kernel_limits *limits = channel->sender->limits;
	return channel->message_count < channel_messages_max(channel) &&
	       size <= limits->bytes_per_handler &&
	       channel->bytes <= limits->bytes_per_handler - size;
}

void channel_add(struct channel *channel, struct message *message, uint64_t size)
{
	message->channel = channel;
	message->charged = size;
	list_append(&channel->messages, &message->of_channel);
	channel->message_count++;
	channel->bytes += size;
}

void channel_remove(struct message *message)
{
	struct channel *channel = message->channel;
	list_remove(&message->of_channel);
	channel->message_count--;
	channel->bytes -= message->charged;
	message->channel = NULL;
}

/* Half of it must have drained, so that a sender in a hurry is not woken for each single place. */
bool channel_owes_room(const struct channel *channel)
{
	const struct kernel_limits *limits = channel->sender->limits;
	return channel->wants_room && channel->message_count <= channel_messages_max(channel) / 2 &&
	       channel->bytes <= limits->bytes_per_handler / 2;
}

void channel_close(struct channel *channel)
{
	core_assert(list_is_empty(&channel->messages));
	list_remove(&channel->of_handler);
	channel->handler = NULL;
	if (!list_is_linked(&channel->room.link))
		channel_destroy(channel);
}

void channel_destroy(struct channel *channel)
{
	core_assert(list_is_empty(&channel->messages));
	inbox_remove(&channel->room);
	if (list_is_linked(&channel->of_handler))
		list_remove(&channel->of_handler);
	list_remove(&channel->of_sender);
	budget_release(&channel->sender->records, channel, sizeof *channel);
}
