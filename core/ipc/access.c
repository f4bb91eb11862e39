#include "access.h"

#include <cairn/authorizer.h>
#include <cairn/process.h>
#include <cairn/prompt.h>

#include "exchange.h"
#include "mem.h"

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

bool access_tells_end(const struct stop *stop)
{
	const struct kernel_service *service = stop->handler->service;
	return service != NULL ? service->ended != NULL : stop->options.watches_senders;
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
				.grant = grant_share(access->grant),
				.sender_serial = access->sender_serial,
				.known_handler = access->known_handler};
	list_init(&past->asked);
	list_append(&sender->past, &past->ended.link);
	return STATUS_OK;
}

enum status access_renew(struct access *access)
{
	struct stop *stop = route_stop(access->route, access->owner);
	if (stop != access->stop && remember(access) != STATUS_OK)
		return STATUS_NO_MEMORY;
	access->stop = stop;
	return STATUS_OK;
}

enum status access_make(struct party *sender, struct route *route, struct access **out)
{
	struct access *access = access_find(sender, route);
	if (access == NULL) {
		access = budget_allocate(&sender->records, sizeof *access);
		if (access == NULL)
			return STATUS_NO_MEMORY;
		*access = (struct access){.owner = sender,
					  .route = route,
					  .stop = route_stop(route, sender),
					  .grant = grant_share(&sender->exchange->grant_of_all),
					  .sender_serial = sender->serial};
		list_init(&access->asked);
		id_table_add(&sender->accesses, &access->of_sender, route->serial);
	}
	*out = access;
	return STATUS_OK;
}

/* ---- Rights ---- */

static bool is_interface(const struct digest *interface, const uint8_t *digest)
{
	return memcmp(interface->bytes, digest, sizeof interface->bytes) == 0;
}

/* Who may ask the user is not for the user to decide, or questions could be faked: only the kernel
 * sends to `authorizer`, and to `prompt` only what comes with it. */
static bool is_forbidden(const struct party *sender, const struct digest *interface)
{
	return is_interface(interface, authorizer_interface) ||
	       (is_interface(interface, prompt_interface) && !sender->rights->terms.is_boot);
}

struct judgement access_judge(struct party *sender, const struct digest *interface, bool starts)
{
	const struct judgement everybody = {KERNEL_ALLOWED, &sender->exchange->grant_of_all, NULL};
	bool is_process = is_interface(interface, process_interface);
	if (grant_is_of_all_programs(interface) && !is_process)
		return everybody;
	if (is_forbidden(sender, interface))
		return (struct judgement){.verdict = KERNEL_DENIED};
	struct judgement judgement = rights_judge(sender->exchange, sender->rights, interface);
	if (is_process && !starts && judgement.verdict != KERNEL_ALLOWED)
		return everybody;
	return judgement;
}

bool access_is_whole(const struct digest *interface, const struct judgement *judgement)
{
	return !is_interface(interface, process_interface) ||
	       judgement->grant->number != GRANT_OF_ALL_PROGRAMS;
}

void access_allow(struct access *access, struct grant *grant)
{
	grant_share(grant);
	grant_release(access->grant);
	access->grant = grant;
}

/* ---- Channels and ends ---- */

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
	return access_find(message->sender, message->route);
}

bool access_change_handler(struct access *access, const struct stop *stop, bool is_told)
{
	bool is_changed = access->known_handler != 0 && !stop->options.keeps_state;
	if (!is_changed || is_told)
		access->known_handler = stop->handler->serial;
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
	core_assert(list_is_empty(&access->asked));
	unlink(access);
	grant_release(access->grant);
	budget_release(&access->owner->records, access, sizeof *access);
}
