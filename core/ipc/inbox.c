#include "inbox.h"

void inbox_init(struct inbox *inbox)
{
	inbox->next_sequence = 0;
	for (int i = 0; i < INBOX_QUEUES; i++) {
		list_init(&inbox->queued[i]);
		list_init(&inbox->waiting[i]);
	}
}

void inbox_queue(struct inbox *inbox, enum inbox_queue queue, struct notification *notification,
		 uint32_t kind)
{
	notification->kind = kind;
	notification->sequence = inbox->next_sequence++;
	list_append(&inbox->queued[queue], &notification->link);
}

void inbox_remove(struct notification *notification)
{
	if (list_is_linked(&notification->link))
		list_remove(&notification->link);
}

struct wait_entry *inbox_fitting(const struct list *waiting, uint64_t size)
{
	list_for_each(link, waiting)
	{
		struct wait_entry *entry = list_record(link, struct wait_entry, link);
		if (entry->waiter->out_size >= size)
			return entry;
	}
	return NULL;
}
