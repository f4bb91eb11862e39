#include "access.h"

#include "exchange.h"

static struct access *find(const struct party *sender, const struct route *route)
{
	struct id_entry *entry = id_table_find(&sender->accesses, route->serial);
	return entry == NULL ? NULL : list_record(entry, struct access, of_sender);
}

/* ---- Being led elsewhere ---- */

static bool is_remembered(const struct access *access)
{
	list_for_each(link, &access->owner->past)
	{
		struct access *past = list_record(link, struct access, ended.link);
		if (past->route == access->route && past->known_handler == access->known_handler)
			return true;
	}
	return false;
}

/* Remembers whoever knows something of the sender and will want to know of its end. */
static enum status remember(struct access *access)
{
	struct party *sender = access->owner;
	const struct stop *stop =
	    route_stop_handled_by(access->route, sender, access->known_handler);
	if (stop == NULL || !access_tells_end(stop) || is_remembered(access))
		return STATUS_OK;
	struct access *past = budget_allocate(&sender->records, sizeof *past);
	if (past == NULL)
		return STATUS_NO_MEMORY;
	*past = (struct access){.owner = sender,
				.route = access->route,
				.sender_serial = access->sender_serial,
				.known_handler = access->known_handler};
	list_append(&sender->past, &past->ended.link);
	return STATUS_OK;
}

/* What was true in an earlier epoch is made up anew. */
static enum status renew(struct access *access)
{
	struct party *sender = access->owner;
	struct stop *stop = route_stop(access->route, sender);
	if (stop != access->stop && remember(access) != STATUS_OK)
		return STATUS_NO_MEMORY;
	access->stop = stop;
	access->epoch = sender->exchange->epoch;
	return STATUS_OK;
}

bool access_tells_end(const struct stop *stop)
{
	const struct kernel_service *service = stop->handler->service;
	return service != NULL ? service->ended != NULL : stop->options.watches_senders;
}

/* ---- Finding and making ---- */

enum status access_open(struct party *sender, struct route *route, struct access **out)
{
	struct access *access = find(sender, route);
	if (access != NULL) {
		*out = access;
		return access->epoch == sender->exchange->epoch ? STATUS_OK : renew(access);
	}
	uint32_t grant;
	if (!grant_set_allows(sender->grants, &route->interface, &grant))
		return STATUS_DENIED;
	access = budget_allocate(&sender->records, sizeof *access);
	if (access == NULL)
		return STATUS_NO_MEMORY;
	*access = (struct access){.owner = sender,
				  .route = route,
				  .epoch = sender->exchange->epoch,
				  .stop = route_stop(route, sender),
				  .grant = grant,
				  .sender_serial = sender->serial};
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

static void unlink(struct access *access)
{
	inbox_remove(&access->ended);
	if (id_entry_is_linked(&access->of_sender))
		id_table_remove(&access->owner->accesses, &access->of_sender);
}

struct access *access_of_message(const struct message *message)
{
	if (message->sender == NULL || message->process == 0)
		return NULL;
	return find(message->sender, message->route);
}

bool access_is_handler_changed(struct access *access, const struct stop *stop)
{
	const struct party *handler = stop->handler;
	if (access == NULL || access->known_handler == handler->serial)
		return false;
	bool is_changed = access->known_handler != 0 && !stop->options.keeps_state;
	access->known_handler = handler->serial;
	return is_changed;
}

void access_bequeath(struct access *access, struct party *handler)
{
	unlink(access);
	budget_refund(&access->owner->records, sizeof *access);
	handler->records.used += sizeof *access;
	access->owner = handler;
}

void access_destroy(struct access *access)
{
	unlink(access);
	budget_release(&access->owner->records, access, sizeof *access);
}
