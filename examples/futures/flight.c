/*
 * Keeps so many requests in flight, from one thread, until so many are answered: each answer makes
 * the next request. With several counts it takes turns, and tells what a completion costs in each
 * at best: what else the machine does comes and goes.
 *
 *     flight COMPLETIONS COUNT...
 */
#include <stdio.h>
#include <stdlib.h>

#include <cairn/allocated.h>
#include <cairn/loop.h>
#include <cairn/time_calls.h>

#include "blue_calls.h"
#include "green_calls.h"
#include "red_calls.h"

enum { IN_FLIGHT_MAX = 10000, KEEPERS = 3, COUNTS_MAX = 8, TURNS = 40 };

static int64_t (*const ask_start[KEEPERS])(uint64_t number) = {red_ask_start, green_ask_start,
							       blue_ask_start};
static enum call_status (*const hold[KEEPERS])(uint32_t count) = {red_hold, green_hold, blue_hold};

struct request {
	struct future future;
	uint64_t number;
	uint32_t keeper;
};

static struct request requests[IN_FLIGHT_MAX];
static struct future *slots[16384];
static struct loop loop;
static uint64_t next_number;
static uint64_t left; /* requests that are still to be made */
static uint64_t wrong;

static void send(struct request *request)
{
	request->number = next_number++;
	future_begin(&loop, &request->future, ask_start[request->keeper](request->number));
}

static void on_answer(struct future *future)
{
	struct request *request = future_record(future, struct request, future);
	uint64_t number;
	/* The bindings of one of the three speak for all: they differ by their name alone. */
	if (red_ask_finish(future->answer, &number) != CALL_OK || number != request->number)
		wrong++;
	if (left == 0)
		return;
	send(request);
	if (--left == 0)
		loop_stop(&loop);
}

/* Lets each keeper hold its part of what is in flight, but for one, and at the end nothing. */
static void set_held(uint32_t in_flight)
{
	for (uint32_t keeper = 0; keeper < KEEPERS; keeper++) {
		uint32_t part = (in_flight + KEEPERS - 1 - keeper) / KEEPERS;
		if (hold[keeper](part) != CALL_OK)
			wrong++;
	}
}

/* Goes on for so many requests more; with none, until all are answered. */
static void run(uint64_t completions)
{
	left = completions;
	if (loop_run(&loop) != CALL_OK)
		wrong++;
}

/* Nanoseconds for one completion while so many are in flight. */
static double measure(uint32_t in_flight, uint64_t completions)
{
	set_held(in_flight);
	left = 0;
	for (uint32_t i = 0; i < in_flight; i++) {
		requests[i].future.done = on_answer;
		requests[i].keeper = i % KEEPERS;
		send(&requests[i]);
	}
	run(in_flight); /* so that all are with their keepers */
	uint64_t begin = loop_now(&loop);
	run(completions);
	uint64_t end = loop_now(&loop);
	set_held(0);
	run(0);
	return (double)(end - begin) / (double)completions;
}

int main(int argc, char **argv)
{
	uint32_t counts[COUNTS_MAX];
	double best[COUNTS_MAX];
	int count = argc - 2;
	uint64_t completions = argc > 2 ? strtoull(argv[1], NULL, 10) : 0;
	if (completions == 0 || count > COUNTS_MAX) {
		fputs("usage: flight COMPLETIONS COUNT...\n", stderr);
		return 2;
	}
	loop_init(&loop, slots, sizeof slots / sizeof slots[0], allocated_buffer());
	for (int i = 0; i < count; i++) {
		unsigned long in_flight = strtoul(argv[2 + i], NULL, 10);
		counts[i] = in_flight < IN_FLIGHT_MAX ? in_flight : IN_FLIGHT_MAX;
		best[i] = 1e18;
	}
	for (int turn = 0; turn < TURNS; turn++) {
		for (int i = 0; i < count; i++) {
			double cost = measure(counts[i], completions);
			best[i] = cost < best[i] ? cost : best[i];
		}
	}
	for (int i = 0; i < count; i++)
		printf("%u in flight: %.0f ns a completion, %.2f times the first\n", counts[i],
		       best[i], best[i] / best[0]);
	if (wrong > 0)
		printf("%llu requests went wrong\n", (unsigned long long)wrong);
	return wrong > 0 ? 1 : 0;
}
