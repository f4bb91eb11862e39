/*
 * timer: the CPU's own timer (local APIC), and the monotonic clock, which counts the CPU's time
 * stamp. Both are measured against the PIT, whose frequency is fixed, once.
 */
#ifndef DEVICES_TIMER_H
#define DEVICES_TIMER_H

#include <stdint.h>

#include "core/status.h"

/* Takes 10 ms. `expired` is called at each expiry, inside the interrupt. */
must_check enum status timer_init(void (*expired)(void));

/* Expires once, `delay_ns` from now or a second from now, whatever is sooner; what was armed before
 * does not. */
void timer_arm(uint64_t delay_ns);

/* Expires every `period_ns` (at most a second) from now on, instead. For slices of programs: one
 * expiry alone could come when none is running yet, and the next program would run for ever. */
void timer_arm_slices(uint64_t period_ns);

#endif
