/* clock_time_get, clock_res_get, and sleeping by poll_oneoff. */
#include "raw.h"

enum { MS = 1000000 };

static __wasi_timestamp_t now(__wasi_clockid_t clock)
{
	__wasi_timestamp_t time = 0;
	if (__wasi_clock_time_get(clock, 1, &time) != 0)
		printf("no time\n");
	return time;
}

static __wasi_subscription_t clock_subscription(uint64_t userdata, __wasi_clockid_t clock,
						__wasi_timestamp_t timeout,
						__wasi_subclockflags_t flags)
{
	__wasi_subscription_t subscription = {.userdata = userdata};
	subscription.u.tag = __WASI_EVENTTYPE_CLOCK;
	subscription.u.u.clock.id = clock;
	subscription.u.u.clock.timeout = timeout;
	subscription.u.u.clock.flags = flags;
	return subscription;
}

/* Sleeps on one subscription and judges how long it took. */
static void sleep_on(const char *what, __wasi_subscription_t subscription, uint64_t at_least)
{
	__wasi_event_t event;
	__wasi_size_t count = 0;
	__wasi_timestamp_t before = now(__WASI_CLOCKID_MONOTONIC);
	told(what, __wasi_poll_oneoff(&subscription, &event, 1, &count));
	__wasi_timestamp_t slept = now(__WASI_CLOCKID_MONOTONIC) - before;
	printf("events %zu, userdata %llu, error %u, type %u\n", (size_t)count,
	       (unsigned long long)event.userdata, event.error, event.type);
	check("long enough", slept >= at_least);
	check("not too long", slept < 10000000000u);
}

/* A single subscription: is its event as it should be, and did it take at least so long? */
static void judge(const char *what, __wasi_subscription_t subscription, __wasi_errno_t error,
		  uint64_t at_least)
{
	__wasi_event_t event = {.userdata = 1};
	__wasi_size_t count = 0;
	__wasi_timestamp_t before = now(__WASI_CLOCKID_MONOTONIC);
	__wasi_errno_t result = __wasi_poll_oneoff(&subscription, &event, 1, &count);
	__wasi_timestamp_t slept = now(__WASI_CLOCKID_MONOTONIC) - before;
	check(what, result == 0 && count == 1 && event.error == error && event.userdata == 77 &&
			slept >= at_least && slept < 10000000000u);
}

/* Deadlines, which Node takes for spans, and numbers of errors. */
static int judged(void)
{
	const __wasi_clockid_t real = __WASI_CLOCKID_REALTIME, steady = __WASI_CLOCKID_MONOTONIC;
	const __wasi_subclockflags_t flag = __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
	const uint64_t soon = 20 * MS;
	judge("until", clock_subscription(77, steady, now(steady) + soon, flag), 0, 19 * MS);
	judge("until a past time", clock_subscription(77, steady, 1, flag), 0, 0);
	judge("until a time of day", clock_subscription(77, real, now(real) + soon, flag), 0,
	      15 * MS);
	judge("until a past day", clock_subscription(77, real, 1, flag), 0, 0);
	judge("wrong flags", clock_subscription(77, steady, 1, 0x8000), RAW_EINVAL, 0);
	judge("no such clock", clock_subscription(77, 99, 1, 0), RAW_EINVAL, 0);
	judge("processor time", clock_subscription(77, 2, 1, 0), RAW_ENOTSUP, 0);
	__wasi_timestamp_t time;
	check("processor time", __wasi_clock_time_get(2, 1, &time) == RAW_ENOTSUP);
	check("time outside", __wasi_clock_time_get(1, 1, RAW_OUTSIDE) == RAW_EFAULT);
	check("resolution outside", __wasi_clock_res_get(1, RAW_OUTSIDE) == RAW_EFAULT);
	__wasi_subscription_t one = clock_subscription(77, steady, 1, 0);
	__wasi_event_t event;
	__wasi_size_t count;
	check("far too many", __wasi_poll_oneoff(&one, &event, 0x05555556, &count) == RAW_EINVAL);
	check("events outside", __wasi_poll_oneoff(&one, RAW_OUTSIDE, 1, &count) == RAW_EFAULT);
	return 0;
}

static void reading(void)
{
	__wasi_timestamp_t time = 0;
	told("real time", __wasi_clock_time_get(__WASI_CLOCKID_REALTIME, 1, &time));
	check("this century", time / 1000000000 > 1600000000);
	told("monotonic", __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &time));
	check("goes forward", now(__WASI_CLOCKID_MONOTONIC) >= time);
	told("resolution", __wasi_clock_res_get(__WASI_CLOCKID_REALTIME, &time));
	check("fine", time > 0 && time <= MS);
	told("resolution", __wasi_clock_res_get(__WASI_CLOCKID_MONOTONIC, &time));
	check("fine", time > 0 && time <= MS);
	told("no such clock", __wasi_clock_time_get(99, 1, &time));
	told("no such clock", __wasi_clock_res_get(99, &time));
	refused("time outside", __wasi_clock_time_get(1, 1, RAW_OUTSIDE));
	refused("resolution outside", __wasi_clock_res_get(1, RAW_OUTSIDE));
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return judged();
	reading();
	const __wasi_clockid_t real = __WASI_CLOCKID_REALTIME, steady = __WASI_CLOCKID_MONOTONIC;
	sleep_on("20 ms", clock_subscription(7, steady, 20 * MS, 0), 19 * MS);
	sleep_on("no time", clock_subscription(8, steady, 0, 0), 0);
	sleep_on("20 ms of real time", clock_subscription(9, real, 20 * MS, 0), 19 * MS);

	__wasi_subscription_t two[2] = {clock_subscription(1, steady, 3600ull * 1000 * MS, 0),
					clock_subscription(2, steady, 5 * MS, 0)};
	__wasi_event_t events[2];
	__wasi_size_t count = 0;
	told("the earlier of two", __wasi_poll_oneoff(two, events, 2, &count));
	printf("events %zu, userdata %llu\n", (size_t)count,
	       (unsigned long long)events[0].userdata);
	told("no subscription", __wasi_poll_oneoff(two, events, 0, &count));
	refused("subscriptions outside", __wasi_poll_oneoff(RAW_OUTSIDE, events, 1, &count));
	refused("events outside", __wasi_poll_oneoff(two, RAW_OUTSIDE, 1, &count));
	return 0;
}
