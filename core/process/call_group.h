/*
 * call_group: messages that a thread has sent together, of which it awaits the first (call.h). What
 * was given up is still owed, so a group lives until every answer has come, or the process ends.
 */
#ifndef PROCESS_CALL_GROUP_H
#define PROCESS_CALL_GROUP_H

#include "call.h"

struct call_group;
struct process;

/* The continuation has returned, or the thread ends: nobody needs what has not been answered. */
void call_group_close(struct call_group *group);

/* The process has ended, and so have its messages. */
void call_group_drop_all(struct process *process);

#endif
