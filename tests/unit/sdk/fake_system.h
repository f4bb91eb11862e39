/*
 * fake_system: the three system calls for native tests of the SDK. Messages are remembered until
 * the test answers them; `time` and `interface` are served here, on a clock that moves only when a
 * program waits and nothing else is there.
 *
 *     fake_reset -> the SDK is used, and fake_answer, fake_message ... play the others
 */
#ifndef FAKE_SYSTEM_H
#define FAKE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_MESSAGES_MAX = 65536 };

struct fake_system {
	uint64_t now_ns;
	int64_t next_error;   /* of the next send to an interface that is not served here */
	uint32_t error_count; /* so many sends fail with it */
	uint64_t sent;        /* messages that were sent to such interfaces */
	uint64_t cancelled;   /* of them */
	uint64_t timers;      /* messages to `time` that were ever under way */
	uint32_t timers_pending;
	uint64_t longest_wait_ids;
	bool register_fails;
	bool timer_refused;
};
extern struct fake_system fake;

void fake_reset(void);

/* The interface that the tests send to, and handle. */
extern const uint8_t fake_interface[32];

/* What a NAME_start does. */
int64_t fake_start(void);

/* Puts a notification into the queue. A message's answer can come once. */
void fake_answer(uint64_t message, uint32_t status, const void *body, uint32_t size);
void fake_message(uint64_t id, const void *body, uint32_t size);
void fake_room(void);
void fake_news(uint32_t kind, uint64_t id);

/* Whether an answer to that message is still due. */
bool fake_is_owed(uint64_t message);
bool fake_is_cancelled(uint64_t message);

#endif
