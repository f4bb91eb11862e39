#include "access.h"

#include <cairn/authorizer.h>
#include <cairn/process.h>
#include <cairn/prompt.h>

#include "exchange.h"
#include "mem.h"

struct access *access_find(const struct party *sender, const struct route *route)
{
	struct id_entry *entry = id_table_find(&sender->accesses, route->serial);
	return entry == NULL ? NULL : list_record(entry, struct access, of_sender);
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

void access_bequeath(struct access *access, struct party *handler)
{
	id_table_remove(&access->owner->accesses, &access->of_sender);
	budget_refund(&access->owner->records, sizeof *access);
	handler->records.used += sizeof *access;
	access->owner = handler;
}

void access_destroy(struct access *access)
{
	core_assert(list_is_empty(&access->asked));
	inbox_remove(&access->ended);
	if (id_entry_is_linked(&access->of_sender))
		id_table_remove(&access->owner->accesses, &access->of_sender);
	grant_release(access->grant);
	budget_release(&access->owner->records, access, sizeof *access);
}
