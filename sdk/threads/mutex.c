#include <cairn/mutex.h>

#include <cairn/time_calls.h>

#include "park.h"

enum { FREE, HELD, CONTENDED };

bool mutex_try_lock(struct mutex *mutex)
{
	uint32_t expected = FREE;
	return atomic_compare_exchange_strong(&mutex->state, &expected, HELD);
}

/* Who has waited once cannot know whether others still do. */
void mutex_lock(struct mutex *mutex)
{
	if (mutex_try_lock(mutex))
		return;
	while (atomic_exchange(&mutex->state, CONTENDED) != FREE)
		park(&mutex->state, CONTENDED, PARK_FOR_EVER);
}

bool mutex_lock_within(struct mutex *mutex, int64_t ns)
{
	uint64_t now, deadline;
	if (mutex_try_lock(mutex))
		return true;
	if (time_now(&now) != CALL_OK)
		return false;
	deadline = now + (uint64_t)ns;
	while (atomic_exchange(&mutex->state, CONTENDED) != FREE) {
		if (time_now(&now) != CALL_OK || now >= deadline)
			return false;
		park(&mutex->state, CONTENDED, (int64_t)(deadline - now));
	}
	return true;
}

void mutex_unlock(struct mutex *mutex)
{
	if (atomic_exchange(&mutex->state, FREE) == CONTENDED)
		unpark(&mutex->state, 1);
}
