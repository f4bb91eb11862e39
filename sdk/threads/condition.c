#include <cairn/condition.h>

#include "park.h"

/* A signal between the unlocking and the wait changes the number, and the wait is over at once. */
bool condition_wait_within(struct condition *condition, struct mutex *mutex, int64_t ns)
{
	uint32_t sequence = atomic_load(&condition->sequence);
	mutex_unlock(mutex);
	bool is_signalled = park(&condition->sequence, sequence, ns);
	mutex_lock(mutex);
	return is_signalled;
}

void condition_wait(struct condition *condition, struct mutex *mutex)
{
	(void)condition_wait_within(condition, mutex, PARK_FOR_EVER);
}

void condition_signal(struct condition *condition)
{
	atomic_fetch_add(&condition->sequence, 1);
	unpark(&condition->sequence, 1);
}

void condition_broadcast(struct condition *condition)
{
	atomic_fetch_add(&condition->sequence, 1);
	unpark(&condition->sequence, PARK_ALL);
}
