/*
 * The knobs of the test port. All start at 0 but `test_port_refuse_after`.
 */
#ifndef SUPPORT_PORT_H
#define SUPPORT_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* How many allocations were asked for, refused ones included. */
extern _Atomic uint64_t test_port_allocations;

/* Bytes of port_allocate that were not released. */
extern _Atomic uint64_t test_port_live_bytes;

/* Bytes of regions that are committed and were not released. */
extern _Atomic uint64_t test_port_committed_bytes;

/* The allocation of that number and the later ones are refused, up to the number `until`. */
extern uint64_t test_port_refuse_after;
extern uint64_t test_port_refuse_until;

/* Which CPU the calling thread is, for the core. */
extern _Thread_local uint32_t test_port_cpu;

/* By how much the monotonic clock is ahead. */
extern uint64_t test_port_ahead_ns;

/* That is all by which it moves. */
extern bool test_port_clock_stands;

/* How many lines were logged. */
extern uint32_t test_port_log_lines;

/* While set, lines of port_log are kept here instead of printed. */
extern bool test_port_keep_log;
extern char test_port_last_line[1024];

#endif
