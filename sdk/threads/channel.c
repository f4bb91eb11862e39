#include <cairn/channel.h>

static uint8_t *place(const struct channel *channel, uint32_t index)
{
	return channel->ring + (index % channel->capacity) * channel->item_size;
}

/* Both hold the mutex. */

static bool put(struct channel *channel, const void *item)
{
	if (channel->is_closed || channel->count == channel->capacity)
		return false;
	__builtin_memcpy(place(channel, channel->first + channel->count), item, channel->item_size);
	channel->count++;
	condition_signal(&channel->has_items);
	return true;
}

static bool take(struct channel *channel, void *item)
{
	if (channel->count == 0)
		return false;
	__builtin_memcpy(item, place(channel, channel->first), channel->item_size);
	channel->first = (channel->first + 1) % channel->capacity;
	channel->count--;
	condition_signal(&channel->has_room);
	return true;
}

bool channel_send(struct channel *channel, const void *item)
{
	mutex_lock(&channel->mutex);
	while (!channel->is_closed && channel->count == channel->capacity)
		condition_wait(&channel->has_room, &channel->mutex);
	bool is_sent = put(channel, item);
	mutex_unlock(&channel->mutex);
	return is_sent;
}

bool channel_try_send(struct channel *channel, const void *item)
{
	mutex_lock(&channel->mutex);
	bool is_sent = put(channel, item);
	mutex_unlock(&channel->mutex);
	return is_sent;
}

bool channel_receive(struct channel *channel, void *item)
{
	mutex_lock(&channel->mutex);
	while (!channel->is_closed && channel->count == 0)
		condition_wait(&channel->has_items, &channel->mutex);
	bool is_received = take(channel, item);
	mutex_unlock(&channel->mutex);
	return is_received;
}

bool channel_try_receive(struct channel *channel, void *item)
{
	mutex_lock(&channel->mutex);
	bool is_received = take(channel, item);
	mutex_unlock(&channel->mutex);
	return is_received;
}

void channel_close(struct channel *channel)
{
	mutex_lock(&channel->mutex);
	channel->is_closed = true;
	mutex_unlock(&channel->mutex);
	condition_broadcast(&channel->has_items);
	condition_broadcast(&channel->has_room);
}
