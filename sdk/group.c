#include <cairn/group.h>

static void count(struct group *group, struct future *member)
{
	if (group->missing == 0)
		return;
	group->latest = member;
	if (--group->missing == 0)
		future_complete(&group->future, CALL_OK);
}

static void on_member_done(struct future *member)
{
	count(member->owner, member);
}

void group_open(struct loop *loop, struct group *group, uint32_t needed)
{
	future_open(loop, &group->future);
	group->missing = needed;
	group->latest = NULL;
	if (needed == 0)
		future_complete(&group->future, CALL_OK);
}

void group_add(struct group *group, struct future *member)
{
	if (future_is_done(member)) {
		count(group, member);
		return;
	}
	member->done = on_member_done;
	member->owner = group;
}
