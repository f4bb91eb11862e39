/*
 * wall_clock: the battery's clock (MC146818), which is read once; port_wall_ns goes on from there.
 */
#ifndef DEVICES_WALL_CLOCK_H
#define DEVICES_WALL_CLOCK_H

/* The monotonic clock must be running. */
void wall_clock_init(void);

#endif
