/*
 * channel: items of one size that threads hand to each other, in their order, through a ring in the
 * caller's memory. A sender waits while it is full, a receiver while it is empty.
 *
 *     static struct job ring[16];
 *     struct channel jobs = channel_over(ring, sizeof ring[0], 16);
 *
 * It needs no destruction; nobody may use it when its memory goes.
 */
#ifndef CAIRN_CHANNEL_H
#define CAIRN_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cairn/condition.h>
#include <cairn/mutex.h>

struct channel {
	struct mutex mutex;
	struct condition has_items;
	struct condition has_room;
	uint8_t *ring;
	size_t item_size;
	uint32_t capacity;
	uint32_t first;
	uint32_t count;
	bool is_closed;
};

static inline struct channel channel_over(void *ring, size_t item_size, uint32_t capacity)
{
	return (struct channel){.ring = ring, .item_size = item_size, .capacity = capacity};
}

/* Copies an item in. False where the channel is closed; try: also where it is full. */
bool channel_send(struct channel *channel, const void *item);
bool channel_try_send(struct channel *channel, const void *item);

/* Copies an item out. False where the channel is closed and empty; try: also where it is empty. */
bool channel_receive(struct channel *channel, void *item);
bool channel_try_receive(struct channel *channel, void *item);

/* Nothing is sent any more; what is in it can still be received. */
void channel_close(struct channel *channel);

#endif
