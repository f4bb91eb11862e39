#include "guard.h"

#include <stddef.h>

#include "cpu/interrupts.h"
#include "memory/spans.h"

/* Where guard_run goes on after a fault: what __builtin_setjmp keeps. */
static void *landing[5];
static volatile bool is_set;

static _Noreturn void land(void)
{
	__builtin_longjmp(landing, 1);
}

/* The interrupted code goes on in `land`, on its own stack, of which nothing is used any more. */
static bool divert(struct interrupt_frame *frame)
{
	if (!is_set)
		return false;
	is_set = false;
	frame->rip = (uintptr_t)land;
	frame->rsp = (frame->rsp & ~(uint64_t)15) - 256 - 8;
	return true;
}

static bool on_page_fault(struct interrupt_frame *frame, uint64_t address)
{
	switch (spans_touch(address)) {
	case SPAN_FILLED:
		return true;
	case SPAN_GUARD:
		return divert(frame);
	case SPAN_GUARD_KERNEL:
	case SPAN_NOWHERE:
		break;
	}
	return false;
}

void guard_init(void)
{
	interrupts_on_page_fault(on_page_fault);
}

bool guard_run(void (*function)(void *context), void *context)
{
	if (__builtin_setjmp(landing) != 0)
		return false;
	is_set = true;
	function(context);
	is_set = false;
	return true;
}
