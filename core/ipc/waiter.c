#include "waiter.h"

#include "party.h"

void waiter_init(struct waiter *waiter, struct party *party)
{
	*waiter = (struct waiter){.party = party, .entry_capacity = WAIT_ENTRIES_SMALL};
	waiter->entries = waiter->small;
}

static void release_entries(struct waiter *waiter)
{
	if (waiter->entries == waiter->small)
		return;
	budget_release(&waiter->party->records, waiter->entries,
		       waiter->entry_capacity * sizeof(struct wait_entry));
}

void waiter_reset(struct waiter *waiter)
{
	waiter_unlink(waiter);
	release_entries(waiter);
	waiter_init(waiter, waiter->party);
}

enum status waiter_reserve(struct waiter *waiter, uint32_t count)
{
	if (count <= waiter->entry_capacity)
		return STATUS_OK;
	struct wait_entry *entries =
	    budget_allocate(&waiter->party->records, count * sizeof(struct wait_entry));
	if (entries == NULL)
		return STATUS_NO_MEMORY;
	release_entries(waiter);
	waiter->entries = entries;
	waiter->entry_capacity = count;
	return STATUS_OK;
}

void waiter_unlink(struct waiter *waiter)
{
	for (uint32_t i = 0; i < waiter->entry_count; i++)
		list_remove(&waiter->entries[i].link);
	waiter->entry_count = 0;
}
