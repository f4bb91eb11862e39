#include "access.h"

enum status access_open(struct party *sender, struct route *route, struct access **out)
{
	struct id_entry *entry = id_table_find(&sender->accesses, route->serial);
	if (entry != NULL) {
		*out = list_record(entry, struct access, of_sender);
		return STATUS_OK;
	}
	uint32_t grant;
	if (!grant_set_allows(sender->grants, &route->interface, &grant))
		return STATUS_DENIED;
	struct access *access = budget_allocate(&sender->records, sizeof *access);
	if (access == NULL)
		return STATUS_NO_MEMORY;
	*access = (struct access){
	    .owner = sender, .route = route, .grant = grant, .sender_serial = sender->serial};
	id_table_add(&sender->accesses, &access->of_sender, route->serial);
	*out = access;
	return STATUS_OK;
}

enum status access_channel(struct access *access, struct party *handler, struct channel **out)
{
	if (access->channel_handler != handler->serial) {
		struct channel *channel;
		enum status status = channel_open(access->owner, handler, &channel);
		if (status != STATUS_OK)
			return status;
		access->channel = channel;
		access->channel_handler = handler->serial;
	}
	*out = access->channel;
	return STATUS_OK;
}

void access_bequeath(struct access *access, struct party *handler)
{
	id_table_remove(&access->owner->accesses, &access->of_sender);
	budget_refund(&access->owner->records, sizeof *access);
	handler->records.used += sizeof *access;
	access->owner = handler;
}

void access_destroy(struct access *access)
{
	inbox_remove(&access->ended);
	if (id_entry_is_linked(&access->of_sender))
		id_table_remove(&access->owner->accesses, &access->of_sender);
	budget_release(&access->owner->records, access, sizeof *access);
}
