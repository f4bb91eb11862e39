#include "timers.h"

#include <cairn/time_serve.h>

#include "core/port.h"
#include "mem.h"
#include "thread.h"

enum { CAPACITY_FIRST = 16 };

static void put(struct timers *timers, uint32_t place, struct timer timer)
{
	timers->heap[place] = timer;
	if (timer.thread != NULL)
		timer.thread->futex.timer_place = place;
	else
		kernel_request_set_user(timer.request, (void *)(uintptr_t)place);
}

static void rise(struct timers *timers, uint32_t place, struct timer timer)
{
	while (place > 0 && timers->heap[(place - 1) / 2].deadline_ns > timer.deadline_ns) {
		put(timers, place, timers->heap[(place - 1) / 2]);
		place = (place - 1) / 2;
	}
	put(timers, place, timer);
}

static void sink(struct timers *timers, uint32_t place, struct timer timer)
{
	for (;;) {
		uint32_t child = place * 2 + 1;
		if (child + 1 < timers->count &&
		    timers->heap[child + 1].deadline_ns < timers->heap[child].deadline_ns)
			child++;
		if (child >= timers->count || timers->heap[child].deadline_ns >= timer.deadline_ns)
			break;
		put(timers, place, timers->heap[child]);
		place = child;
	}
	put(timers, place, timer);
}

static enum status grow(struct timers *timers)
{
	uint32_t capacity = timers->capacity == 0 ? CAPACITY_FIRST : timers->capacity * 2;
	struct timer *heap = port_allocate(capacity * sizeof *heap);
	if (heap == NULL)
		return STATUS_NO_MEMORY;
	if (timers->count > 0)
		memcpy(heap, timers->heap, timers->count * sizeof *heap);
	port_release(timers->heap, timers->capacity * sizeof *heap);
	timers->heap = heap;
	timers->capacity = capacity;
	return STATUS_OK;
}

static void publish(struct timers *timers)
{
	uint64_t first_ns = timers->count == 0 ? 0 : timers->heap[0].deadline_ns;
	atomic_store_explicit(&timers->first_ns, first_ns, memory_order_relaxed);
}

static enum status add(struct timers *timers, struct timer timer)
{
	if (timers->count == timers->capacity) {
		enum status status = grow(timers);
		if (status != STATUS_OK)
			return status;
	}
	rise(timers, timers->count++, timer);
	publish(timers);
	return STATUS_OK;
}

enum status timers_add(struct timers *timers, uint64_t deadline_ns, struct kernel_request *request)
{
	return add(timers, (struct timer){.deadline_ns = deadline_ns, .request = request});
}

enum status timers_add_thread(struct timers *timers, uint64_t deadline_ns, struct thread *thread)
{
	return add(timers, (struct timer){.deadline_ns = deadline_ns, .thread = thread});
}

/* Puts the last one where a place was left. */
static void fill(struct timers *timers, uint32_t place, struct timer last)
{
	if (place > 0 && timers->heap[(place - 1) / 2].deadline_ns > last.deadline_ns)
		rise(timers, place, last);
	else
		sink(timers, place, last);
}

static void remove_at(struct timers *timers, uint32_t place)
{
	struct timer last = timers->heap[--timers->count];
	if (place != timers->count)
		fill(timers, place, last);
	publish(timers);
}

void timers_remove(struct timers *timers, struct kernel_request *request)
{
	uint32_t place = (uint32_t)(uintptr_t)kernel_request_user(request);
	core_assert(place < timers->count && timers->heap[place].request == request);
	remove_at(timers, place);
}

void timers_remove_thread(struct timers *timers, struct thread *thread)
{
	uint32_t place = thread->futex.timer_place;
	core_assert(place < timers->count && timers->heap[place].thread == thread);
	remove_at(timers, place);
}

void timers_fire(struct timers *timers, uint64_t now_ns)
{
	while (timers->count > 0 && timers->heap[0].deadline_ns <= now_ns) {
		struct timer timer = timers->heap[0];
		remove_at(timers, 0);
		if (timer.thread != NULL)
			futex_time_out(timer.thread);
		else
			time_sleep_until_answer(timer.request, now_ns);
	}
}

void timers_reset(struct timers *timers)
{
	core_assert(timers->count == 0);
	port_release(timers->heap, timers->capacity * sizeof *timers->heap);
	timers->heap = NULL;
	timers->capacity = 0;
}
