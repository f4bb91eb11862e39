/*
 * Asks SWAP_ASKS times, some at a time, and checks that each question is answered once: with its
 * own body, or with `handler changed` and none.
 */
#include <cairn/system.h>

#include "../programs.h"
#include "standard.h"

static const uint8_t interface[] = SWAP_INTERFACE;

static struct {
	struct cairn_notification head;
	uint32_t number;
} answer;

static struct {
	int64_t id;
	uint32_t number;
} asked[SWAP_IN_FLIGHT];
static uint32_t asked_count;

static void ask(uint32_t number)
{
	struct cairn_part part = {&number, sizeof number};
	int64_t id = cairn_send(interface, &part, 1, CAIRN_SEND_ANSWER);
	if (id < 0)
		standard_exit(SWAP_NOT_SENT);
	asked[asked_count].id = id;
	asked[asked_count++].number = number;
}

static void check(uint32_t number, int32_t size)
{
	if (answer.head.status == CAIRN_STATUS_HANDLER_CHANGED) {
		if (size != sizeof answer.head)
			standard_exit(SWAP_WRONG_BODY);
		return;
	}
	if (answer.head.status != CAIRN_STATUS_OK)
		standard_exit(SWAP_WRONG_STATUS);
	if (size != sizeof answer.head + sizeof number || answer.number != number + 1)
		standard_exit(SWAP_WRONG_BODY);
}

/* Any of those that are under way; one that is not was answered twice. */
static void take_answer(void)
{
	int64_t any = CAIRN_ID_ANY_ANSWER;
	int32_t size = cairn_wait(&any, 1, &answer, sizeof answer, CAIRN_WAIT_BLOCK);
	for (uint32_t i = 0; i < asked_count; i++) {
		if (asked[i].id != (int64_t)answer.head.message)
			continue;
		check(asked[i].number, size);
		asked[i] = asked[--asked_count];
		return;
	}
	standard_exit(SWAP_TWICE);
}

void _start(void);
void _start(void)
{
	for (uint32_t number = 0; number < SWAP_ASKS; number++) {
		ask(number);
		if (asked_count == SWAP_IN_FLIGHT)
			take_answer();
	}
	while (asked_count > 0)
		take_answer();
	int64_t any = CAIRN_ID_ANY_ANSWER;
	if (cairn_wait(&any, 1, &answer, sizeof answer, 0) != 0)
		standard_exit(SWAP_TWICE);
	standard_exit(0);
}
