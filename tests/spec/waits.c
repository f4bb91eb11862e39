#include "waits.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { WOKEN, NOT_EQUAL, TIMED_OUT };

/* One that waits, in a list for all stores. */
struct waiting {
	struct waiting *next;
	const uint8_t *place;
	bool is_woken;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct waiting *all;

static const uint8_t *place_of(const struct wasm_thread *thread, uint64_t address)
{
	return wasm_memory_base(wasm_thread_memory(thread)) + address;
}

static struct timespec deadline_after(int64_t ns)
{
	struct timespec deadline;
	clock_gettime(CLOCK_REALTIME, &deadline);
	ns += deadline.tv_nsec;
	deadline.tv_sec += ns / 1000000000;
	deadline.tv_nsec = ns % 1000000000;
	return deadline;
}

static void forget(struct waiting *waiting)
{
	struct waiting **at = &all;
	while (*at != waiting)
		at = &(*at)->next;
	*at = waiting->next;
}

static uint32_t block(const uint8_t *place, int64_t timeout_ns)
{
	struct waiting waiting = {.place = place};
	struct waiting **end = &all;
	while (*end != NULL)
		end = &(*end)->next;
	*end = &waiting;
	struct timespec deadline = deadline_after(timeout_ns < 0 ? 0 : timeout_ns);
	int error = 0;
	while (!waiting.is_woken && error == 0)
		error = timeout_ns < 0 ? pthread_cond_wait(&changed, &mutex)
				       : pthread_cond_timedwait(&changed, &mutex, &deadline);
	forget(&waiting);
	return waiting.is_woken ? WOKEN : TIMED_OUT;
}

static enum wasm_host_result wait32(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	const uint8_t *place = place_of(thread, slots[0]);
	pthread_mutex_lock(&mutex);
	uint32_t found = __atomic_load_n((const uint32_t *)(const void *)place, __ATOMIC_SEQ_CST);
	slots[0] = found != (uint32_t)slots[1] ? NOT_EQUAL : block(place, (int64_t)slots[2]);
	pthread_mutex_unlock(&mutex);
	return WASM_HOST_CONTINUE;
}

static enum wasm_host_result wait64(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	const uint8_t *place = place_of(thread, slots[0]);
	pthread_mutex_lock(&mutex);
	uint64_t found = __atomic_load_n((const uint64_t *)(const void *)place, __ATOMIC_SEQ_CST);
	slots[0] = found != slots[1] ? NOT_EQUAL : block(place, (int64_t)slots[2]);
	pthread_mutex_unlock(&mutex);
	return WASM_HOST_CONTINUE;
}

static enum wasm_host_result notify(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	const uint8_t *place = place_of(thread, slots[0]);
	uint32_t woken = 0;
	pthread_mutex_lock(&mutex);
	for (struct waiting *at = all; at != NULL && woken < (uint32_t)slots[1]; at = at->next) {
		if (at->place != place || at->is_woken)
			continue;
		at->is_woken = true;
		woken++;
	}
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	slots[0] = woken;
	return WASM_HOST_CONTINUE;
}

enum status waits_offer(struct wasm_store *store)
{
	static const struct wasm_host_function rows[WASM_WAIT_COUNT] = {
	    [WASM_WAIT32] = {"wait32", "IiI:i", wait32},
	    [WASM_WAIT64] = {"wait64", "III:i", wait64},
	    [WASM_NOTIFY] = {"notify", "Ii:i", notify},
	};
	return wasm_store_set_waits(store, rows, NULL);
}
