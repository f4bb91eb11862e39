/*
 * Answers each message with its number plus one, but keeps some in its hands meanwhile. When it is
 * told of a successor it answers what it owes, and ends. SALT tells the programs apart.
 */
#include <cairn/interface_calls.h>

#include "../programs.h"
#include "standard.h"

enum { OWED_MAX = 5 };

static const uint8_t interface[] = SWAP_INTERFACE;
extern const volatile uint32_t salt;
const volatile uint32_t salt = SALT;

static struct {
	struct cairn_notification head;
	uint32_t number;
} request;

static struct {
	int64_t id;
	uint32_t number;
} owed[OWED_MAX];
static uint32_t owed_count;

static void answer_first(void)
{
	uint32_t number = owed[0].number + 1;
	struct cairn_part part = {&number, sizeof number};
	if (cairn_answer(owed[0].id, &part, 1, 0) != 0)
		__builtin_trap();
	owed_count--;
	for (uint32_t i = 0; i < owed_count; i++)
		owed[i] = owed[i + 1];
}

static void leave(void)
{
	while (owed_count > 0)
		answer_first();
	standard_exit(salt & 0);
}

/* The next one; where there is none at present, what is owed is answered first. */
static void receive(void)
{
	int64_t incoming = CAIRN_ID_INCOMING;
	int32_t size = cairn_wait(&incoming, 1, &request, sizeof request, 0);
	while (size == 0) {
		while (owed_count > 0)
			answer_first();
		size = cairn_wait(&incoming, 1, &request, sizeof request, CAIRN_WAIT_BLOCK);
	}
}

void _start(void);
void _start(void)
{
	struct interface_bool_or_register_error result;
	struct wire_bytes digest = {interface, CAIRN_DIGEST_SIZE};
	/* Another may have been named meanwhile. */
	if (interface_register(digest, 0, &result) != CALL_OK || result.is_error)
		standard_exit(1);
	for (;;) {
		receive();
		if (request.head.kind == CAIRN_KIND_RETIRED)
			leave();
		if (request.head.kind != CAIRN_KIND_MESSAGE)
			__builtin_trap();
		owed[owed_count].id = (int64_t)request.head.message;
		owed[owed_count++].number = request.number;
		if (owed_count == OWED_MAX)
			answer_first();
	}
}
