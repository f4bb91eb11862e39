/*
 * keeper: a handler that is in no hurry. It owes thousands of answers at a time and gives them in
 * no particular order. The bindings of one of the three interfaces speak for all: they differ by
 * their name alone.
 */
#ifndef KEEPER_H
#define KEEPER_H

#include <stdio.h>

#include <cairn/allocated.h>
#include <cairn/loop.h>

#include "red_calls.h"

enum { OWED_MAX = 4096 };

static struct {
	uint64_t message;
	uint64_t number;
} owed[OWED_MAX];
static uint32_t owed_count;
static uint32_t held_count = OWED_MAX;
static uint32_t seed = 1;

static void answer_any(void)
{
	seed = seed * 1664525 + 1013904223;
	uint32_t place = (uint32_t)(((uint64_t)seed * owed_count) >> 32);
	red_ask_answer(owed[place].message, owed[place].number);
	owed[place] = owed[--owed_count];
}

static void ask(void *self, void *message, const struct red_ask_call *call)
{
	const struct cairn_notification *from = message;
	owed[owed_count].message = from->message;
	owed[owed_count].number = call->number;
	owed_count++;
	if (owed_count >= held_count)
		answer_any();
}

static void hold(void *self, void *message, const struct red_hold_call *call)
{
	held_count = call->count < OWED_MAX ? call->count : OWED_MAX;
	while (owed_count > 0 && owed_count >= held_count)
		answer_any();
}

static const struct red_handler handler = {.ask = ask, .hold = hold};

static void on_incoming(void *self, struct cairn_notification *note)
{
	if (note->kind == CAIRN_KIND_MESSAGE)
		red_serve(&handler, self, note);
}

static int keep(const uint8_t *interface)
{
	static struct future *slots[1];
	static struct loop loop;
	loop_init(&loop, slots, 1, allocated_buffer());
	if (loop_handle(&loop, interface, on_incoming, NULL) != CALL_OK) {
		fputs("this program is not configured to handle its interface\n", stderr);
		return 1;
	}
	return loop_run(&loop) == CALL_OK ? 0 : 1;
}

#endif
