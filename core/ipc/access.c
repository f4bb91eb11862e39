#include "access.h"

#include "exchange.h"

static enum status make(struct party *sender, struct route *route, struct grant *grant,
			struct access **out)
{
	struct access *access = budget_allocate(&sender->records, sizeof *access);
	if (access == NULL)
		return STATUS_NO_MEMORY;
	*access = (struct access){.owner = sender,
				  .route = route,
				  .grant = grant_share(grant),
				  .sender_serial = sender->serial};
	id_table_add(&sender->accesses, &access->of_sender, route->serial);
	*out = access;
	return STATUS_OK;
}

struct grant *access_grant(const struct party *sender, const struct route *route)
{
	struct grant *grant = grant_set_grants(sender->grants, &route->interface);
	if (grant == NULL && grant_is_of_all_programs(&route->interface))
		grant = &sender->exchange->grant_of_all;
	return grant;
}

/* Decides anew: there is no access yet, or something has changed since. */
static enum status look_up(struct party *sender, struct route *route, struct access **access)
{
	struct grant *grant = access_grant(sender, route);
	if (grant == NULL)
		return STATUS_DENIED;
	enum status status = STATUS_OK;
	if (*access == NULL)
		status = make(sender, route, grant, access);
	if (status != STATUS_OK)
		return status;
	grant_share(grant);
	grant_release((*access)->grant);
	(*access)->grant = grant;
	(*access)->epoch = sender->exchange->epoch;
	return STATUS_OK;
}

enum status access_open(struct party *sender, struct route *route, struct access **out)
{
	struct id_entry *entry = id_table_find(&sender->accesses, route->serial);
	struct access *access = NULL;
	if (entry != NULL) {
		access = list_record(entry, struct access, of_sender);
		if (access->epoch == sender->exchange->epoch) {
			*out = access;
			return STATUS_OK;
		}
	}
	enum status status = look_up(sender, route, &access);
	if (status == STATUS_OK)
		*out = access;
	return status;
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
	grant_release(access->grant);
	budget_release(&access->owner->records, access, sizeof *access);
}
