/*
 * condition: threads that wait until others have changed something. Zeroed, nobody waits. As
 * everywhere, a wait may be over although nothing was signalled: it stands in a loop that looks.
 *
 *     mutex_lock(&mutex);
 *     while (!is_there)
 *             condition_wait(&there, &mutex);
 *     mutex_unlock(&mutex);
 */
#ifndef CAIRN_CONDITION_H
#define CAIRN_CONDITION_H

#include <cairn/mutex.h>

struct condition {
	_Atomic uint32_t sequence; /* of signals */
};

/* Gives the mutex up while it waits, and has it again when it returns. */
void condition_wait(struct condition *condition, struct mutex *mutex);

/* False where nothing was signalled for so long. */
bool condition_wait_within(struct condition *condition, struct mutex *mutex, int64_t ns);

/* Wakes one who waits, or all of them. */
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);

#endif
