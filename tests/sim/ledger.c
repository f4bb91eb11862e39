#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include <cairn/abi.h>

enum { ENTRIES_MAX = 1 << 16, SENDERS_MAX = 1 << 12, INTERFACES_MAX = 16 };

struct entry {
	uint64_t sender;
	uint64_t handler; /* who took it; 0 while nobody has */
	uint32_t size;
	uint32_t interface;
	uint32_t answer_size;
	uint32_t era; /* how often its interface had been routed anew when it was sent */
	bool is_sent;
	bool wants_answer;
	bool is_answered; /* by its handler */
	bool is_refused;
	bool is_over; /* the sender has got the answer */
};

static struct entry entries[ENTRIES_MAX];
static uint64_t next_token;
static uint32_t eras[INTERFACES_MAX];

/* The newest message of each sender to each interface that a handler has taken: it sees them in
 * their order. */
static struct {
	uint64_t handler;
	uint64_t token;
} taken_last[SENDERS_MAX][INTERFACES_MAX];

void ledger_reset(void)
{
	memset(entries, 0, next_token * sizeof entries[0]);
	memset(taken_last, 0, sizeof taken_last);
	memset(eras, 0, sizeof eras);
	next_token = 1;
}

static void write_pattern(uint64_t token, uint32_t salt, uint8_t *body, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		body[i] = (uint8_t)((token * 31 + salt) ^ (i * 7) ^ (i >> 8));
	if (size >= sizeof token)
		memcpy(body, &token, sizeof token);
}

static void check_pattern(uint64_t token, uint32_t salt, const uint8_t *body, uint32_t size)
{
	for (uint32_t i = size >= sizeof token ? sizeof token : 0; i < size; i++)
		if (body[i] != (uint8_t)((token * 31 + salt) ^ (i * 7) ^ (i >> 8)))
			sim_fail("byte %u of message %llu is not what was sent", i,
				 (unsigned long long)token);
}

static struct entry *find(uint64_t token)
{
	if (token == 0 || token >= next_token)
		sim_fail("a body that nobody has sent (token %llu)", (unsigned long long)token);
	return &entries[token];
}

uint64_t ledger_new(uint8_t *body, uint32_t size)
{
	if (next_token == ENTRIES_MAX)
		abort();
	entries[next_token] = (struct entry){.size = size};
	write_pattern(next_token, 0, body, size);
	return next_token++;
}

void ledger_sent(uint64_t token, uint64_t sender, uint32_t interface, bool wants_answer)
{
	struct entry *entry = find(token);
	entry->sender = sender;
	entry->interface = interface;
	entry->wants_answer = wants_answer;
	entry->is_sent = true;
	entry->era = eras[interface];
}

uint64_t ledger_peek(const uint8_t *body, uint32_t size)
{
	uint64_t token = 0;
	if (size < LEDGER_BODY_MIN)
		sim_fail("a message of %u bytes that nobody has sent", size);
	memcpy(&token, body, sizeof token);
	if (find(token)->size != size)
		sim_fail("message %llu has another size", (unsigned long long)token);
	check_pattern(token, 0, body, size);
	return token;
}

static void check_order(uint64_t token, const struct ledger_delivery *delivery)
{
	uint64_t *handler = &taken_last[delivery->sender][delivery->interface].handler;
	uint64_t *last = &taken_last[delivery->sender][delivery->interface].token;
	bool is_comparable =
	    *handler == delivery->handler && entries[*last].era == entries[token].era;
	if (is_comparable && *last > token)
		sim_fail("message %llu was overtaken", (unsigned long long)token);
	*handler = delivery->handler;
	*last = token;
}

uint64_t ledger_taken(const uint8_t *body, uint32_t size, const struct ledger_delivery *delivery)
{
	uint64_t token = ledger_peek(body, size);
	struct entry *entry = find(token);
	if (entry->handler != 0)
		sim_fail("message %llu was taken twice", (unsigned long long)token);
	if (entry->sender != delivery->sender || entry->interface != delivery->interface ||
	    entry->wants_answer != delivery->wants_answer)
		sim_fail("message %llu came with another sender, interface or kind",
			 (unsigned long long)token);
	if (delivery->is_ordered && delivery->sender < SENDERS_MAX)
		check_order(token, delivery);
	entry->handler = delivery->handler;
	return token;
}

void ledger_rerouted(uint32_t interface)
{
	eras[interface]++;
}

void ledger_check_rest(bool (*is_alive)(void *context, uint64_t process), void *context)
{
	for (uint64_t token = 1; token < next_token; token++) {
		const struct entry *entry = &entries[token];
		if (entry->is_sent && entry->wants_answer && !entry->is_over &&
		    is_alive(context, entry->sender))
			sim_fail("message %llu of process %llu was lost", (unsigned long long)token,
				 (unsigned long long)entry->sender);
	}
}

void ledger_answering(uint64_t token, uint8_t *body, uint32_t size, bool is_refused)
{
	struct entry *entry = find(token);
	if (entry->is_answered)
		sim_fail("message %llu was answered twice", (unsigned long long)token);
	entry->is_answered = true;
	entry->is_refused = is_refused;
	entry->answer_size = size;
	write_pattern(token, 1, body, size);
}

void ledger_not_answered(uint64_t token)
{
	find(token)->is_answered = false;
}

void ledger_answered(uint64_t token, uint64_t sender, uint32_t status, const uint8_t *body,
		     uint32_t size)
{
	struct entry *entry = find(token);
	if (entry->sender != sender || !entry->wants_answer || entry->is_over)
		sim_fail("an answer to message %llu that is due to nobody",
			 (unsigned long long)token);
	entry->is_over = true;
	bool is_untaken =
	    status == CAIRN_STATUS_HANDLER_CHANGED || status == CAIRN_STATUS_NO_HANDLER;
	if (is_untaken && entry->handler != 0)
		sim_fail("message %llu was taken, and its sender is told that it was not (%u)",
			 (unsigned long long)token, status);
	bool is_by_handler =
	    status == CAIRN_STATUS_OK || (status == CAIRN_STATUS_REFUSED && entry->is_answered);
	if (!is_by_handler && size != 0)
		sim_fail("an answer of the kernel's (%u) to message %llu has a body", status,
			 (unsigned long long)token);
	if (!is_by_handler)
		return;
	if (!entry->is_answered || entry->is_refused != (status == CAIRN_STATUS_REFUSED) ||
	    entry->answer_size != size)
		sim_fail("the answer to message %llu is not what its handler gave",
			 (unsigned long long)token);
	check_pattern(token, 1, body, size);
}
