#include "party.h"

#include <cairn/abi.h>

#include "exchange.h"

void party_init(struct party *party, struct exchange *exchange, const struct kernel_limits *limits,
		struct rights *rights)
{
	*party = (struct party){.exchange = exchange,
				.serial = exchange->next_serial++,
				.limits = limits,
				.next_id = CAIRN_ID_FIRST_MESSAGE};
	party->records.limit = limits->record_bytes;
	party->bodies.limit = limits->message_bytes;
	party->rights = rights_share(rights);
	rights->process = party->serial;
	id_table_init(&party->sent, &party->records);
	id_table_init(&party->received, &party->records);
	id_table_init(&party->accesses, &party->records);
	inbox_init(&party->inbox);
	list_init(&party->channels_out);
	list_init(&party->channels_in);
	list_init(&party->past);
	list_init(&party->stops);
	list_init(&party->estate);
}

void party_reset(struct party *party)
{
	core_assert(party->message_count == 0);
	core_assert(party->bodies.used == 0);
	core_assert(list_is_empty(&party->channels_out) && list_is_empty(&party->channels_in));
	core_assert(list_is_empty(&party->stops) && list_is_empty(&party->estate));
	core_assert(list_is_empty(&party->past));
	party->exchange->past_messages += party->sent_count;
	id_table_reset(&party->sent);
	id_table_reset(&party->received);
	id_table_reset(&party->accesses);
	rights_release(party->rights);
}
