#include "invariants_walk.h"
#include "launch.h"

/* ---- Routes: 14, 19 ---- */

static void check_stop(struct stop *stop)
{
	check(14, stop->handler == NULL || stop->starting == NULL);
	struct party *party = stop->handler != NULL ? stop->handler : stop->starting;
	if (party != NULL)
		check(14, walk_is_alive(party) && walk_list_holds(&party->stops, &stop->of_party));
	else
		check(14, !list_is_linked(&stop->of_party));
	if (party != NULL && stop->program != NULL)
		check(14, cid_is_equal(party->program, stop->program));
	uint32_t length = walk_list_length(&stop->held);
	check(14, length == 0 || stop->starting != NULL);
	list_for_each(link, &stop->held)
	{
		struct message *message = list_record(list_record(link, struct notification, link),
						      struct message, notification);
		walk_see(message)->held++;
		check(14, message->handler == stop->starting && message->route == stop->route);
	}
	if (stop->program != NULL)
		check(19, walk_list_holds(&handler_of_stop(stop)->stops, &stop->of_program));
}

/* NULL is nobody, and always there. */
static bool is_of_route(const struct route *route, const struct stop *stop)
{
	return stop == NULL || walk_list_holds(&route->stops, &stop->of_route);
}

void invariants_route(struct route *route)
{
	uint32_t length = walk_list_length(&route->stops);
	check(19, is_of_route(route, route->first) && is_of_route(route, route->kernel));
	list_for_each(link, &route->stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		uint32_t steps = 0;
		check(19,
		      stop->route == route && (stop->program == NULL) == (stop == route->kernel));
		check(19, stop->program == NULL || route_stop_of(route, stop->program) == stop);
		for (const struct stop *at = stop; at != NULL; at = at->next)
			check(19, is_of_route(route, at) && steps++ < length);
		check_stop(stop);
	}
	for (uint32_t i = 0; i < route->override_count; i++)
		check(19, is_of_route(route, route->overrides[i].stop));
}

/* Each launch by the first of its members. */
static void check_launch(const struct launch *launch)
{
	uint32_t keepers = 0;
	walk_list_length(&launch->members);
	list_for_each(link, &launch->members)
	{
		const struct process *member = list_record(link, struct process, of_launch);
		check(21, member->launch == launch);
		check(21, member->party.launch_stops == &launch->stops);
		keepers += member->keeps_launch;
	}
	check(21, keepers == launch->keepers);
	walk_list_length(&launch->stops);
	list_for_each(link, &launch->stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		struct party *party = stop->handler != NULL ? stop->handler : stop->starting;
		check(21, party == NULL || process_of_party(party)->launch == launch);
		check(21, handler_of_stop(stop)->launch == launch);
		check_stop(stop);
	}
}

void invariants_launch(struct process *process)
{
	if (process->launch == NULL)
		return;
	if (list_first(&process->launch->members) == &process->of_launch)
		check_launch(process->launch);
	bool is_kept = process->launch->keepers > 0;
	check(21, is_kept || process->state == PROCESS_ENDING);
}
