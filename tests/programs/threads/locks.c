/* Threads meet at each thing that the SDK has for that. Ends with 0, or with the number of the step
 * that failed. */
#include "tools.h"

enum { COUNT = 8, ROUNDS = 2000 };

static struct mutex mutex;
static struct condition changed;
static struct once once;
static uint32_t plain, arrived, done_once;
static _Thread_local uint32_t own = 7;
static _Thread_local uint32_t zero;

static void count(void)
{
	done_once++;
}

static void add(void *argument)
{
	uint32_t index = (uint32_t)(uintptr_t)argument;
	check(own == 7 && zero == 0, 10);
	own += index;
	for (uint32_t i = 0; i < ROUNDS; i++) {
		mutex_lock(&mutex);
		plain++;
		mutex_unlock(&mutex);
		zero++;
	}
	once_run(&once, count);
	check(own == 7 + index && zero == ROUNDS, 11);
	check(thread_number() != 0, 12);
}

/* All wait for each other. */
static void meet(void *argument)
{
	mutex_lock(&mutex);
	arrived++;
	condition_broadcast(&changed);
	while (arrived < COUNT)
		condition_wait(&changed, &mutex);
	mutex_unlock(&mutex);
}

static uint32_t ring[4];
static struct channel channel;
static _Atomic uint64_t received;

static void receive_all(void *argument)
{
	uint32_t item;
	while (channel_receive(&channel, &item))
		atomic_fetch_add(&received, item);
}

static void use_channel(void)
{
	uint64_t expected = 0;
	channel = channel_over(ring, sizeof ring[0], 4);
	start_crew(COUNT, receive_all, 30);
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		check(channel_send(&channel, &i), 31);
		expected += i;
	}
	channel_close(&channel);
	join_crew(COUNT, 32);
	uint32_t item = 0;
	check(!channel_send(&channel, &item) && !channel_receive(&channel, &item), 33);
	check(received == expected, 34);
}

static void hold(void *argument)
{
	mutex_lock(&mutex);
}

/* A thread ended while it held the lock: nobody else gets it, and who says how long gets on. */
static void meet_the_dead(void)
{
	start_crew(1, hold, 40);
	join_crew(1, 41);
	check(!mutex_try_lock(&mutex), 42);
	check(!mutex_lock_within(&mutex, 2000000), 43);
}

void _start(void)
{
	start_crew(COUNT, add, 1);
	join_crew(COUNT, 2);
	check(plain == COUNT * ROUNDS && done_once == 1, 3);
	check(own == 7 && zero == 0 && thread_number() == 0, 4);
	start_crew(COUNT, meet, 20);
	join_crew(COUNT, 21);
	use_channel();
	meet_the_dead();
	check(thread_parallelism() >= 1, 50);
	standard_exit(0);
}
