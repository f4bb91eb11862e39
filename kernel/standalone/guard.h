/*
 * guard: what a page fault comes to. In a committed page of a span it gets its frame. Behind the
 * committed part of a program's region it is that program's trap: guard_run, inside of which
 * programs run, returns at once, and the frames of what it called are dropped. Any other is a
 * panic.
 */
#ifndef STANDALONE_GUARD_H
#define STANDALONE_GUARD_H

#include <stdbool.h>

void guard_init(void);

/* Calls `function`; false where it did not return because a program's region was left. Not nested.
 */
bool guard_run(void (*function)(void *context), void *context);

#endif
