#include <cairn/once.h>

#include "park.h"

enum { NOBODY_CAME, BEING_DONE, DONE };

void once_run(struct once *once, void (*run)(void))
{
	uint32_t state = NOBODY_CAME;
	if (atomic_compare_exchange_strong(&once->state, &state, BEING_DONE)) {
		run();
		atomic_store(&once->state, DONE);
		unpark(&once->state, PARK_ALL);
		return;
	}
	while (atomic_load(&once->state) != DONE)
		park(&once->state, BEING_DONE, PARK_FOR_EVER);
}
