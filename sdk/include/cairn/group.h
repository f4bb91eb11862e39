/*
 * group: a future that is done when so many of others are: one of them (any), or all.
 *
 *     struct group both;
 *     group_open(&loop, &both, 2);
 *     group_add(&both, &first);
 *     group_add(&both, &second);
 *     loop_until(&loop, &both.future);
 *
 * Members are pending or done when they are added, and have no `done` of their own. Their answers
 * must be kept (struct future, `keep`) where they are looked at after the next member is done. When
 * the group is done, those that are not stay pending: forget them, or go on waiting. A group in use
 * must not be given back before its members are done or forgotten.
 */
#ifndef CAIRN_GROUP_H
#define CAIRN_GROUP_H

#include <cairn/future.h>

struct group {
	struct future future; /* all zeros before the group is opened for the first time */
	uint32_t missing;
	struct future *latest; /* the last member that it needed; of any, the first that was done */
};

void group_open(struct loop *loop, struct group *group, uint32_t needed);
void group_add(struct group *group, struct future *member);

#endif
