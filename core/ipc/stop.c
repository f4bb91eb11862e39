#include "stop.h"

#include <cairn/abi.h>

#include "delivery.h"

enum status stop_create(struct route *route, const struct cid *program, struct stop **out)
{
	struct stop *stop = port_allocate(sizeof *stop);
	if (stop == NULL)
		return STATUS_NO_MEMORY;
	*stop = (struct stop){.route = route, .program = program};
	list_init(&stop->held);
	*out = stop;
	return STATUS_OK;
}

static void leave_routing(struct stop *stop)
{
	if (list_is_linked(&stop->of_route))
		list_remove(&stop->of_route);
	if (list_is_linked(&stop->of_program))
		list_remove(&stop->of_program);
	stop->program = NULL;
}

void stop_destroy(struct stop *stop)
{
	core_assert(stop->handler == NULL && stop->starting == NULL);
	core_assert(list_is_empty(&stop->held) && !list_is_linked(&stop->retired.link));
	leave_routing(stop);
	port_release(stop, sizeof *stop);
}

/* ---- Who stands there ---- */

struct stop *stop_of_party(const struct party *party, const struct route *route)
{
	list_for_each(link, &party->stops)
	{
		struct stop *stop = list_record(link, struct stop, of_party);
		if (stop->route == route)
			return stop;
	}
	return NULL;
}

static bool is_free(const struct stop *stop)
{
	return stop->handler == NULL && stop->starting == NULL;
}

static struct stop *stop_of_launch(const struct party *party, const struct route *route)
{
	if (party->launch_stops == NULL)
		return NULL;
	list_for_each(link, party->launch_stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		if (stop->route == route && cid_is_equal(stop->program, party->program))
			return stop;
	}
	return NULL;
}

struct stop *stop_for_program(const struct party *party, const struct route *route)
{
	struct stop *own = stop_of_party(party, route);
	if (own != NULL)
		return own;
	struct stop *of_launch = stop_of_launch(party, route);
	struct stop *of_node = route_stop_of(route, party->program);
	if (of_launch == NULL || (of_node != NULL && is_free(of_node) && !is_free(of_launch)))
		return of_node;
	return of_launch;
}

void stop_await(struct stop *stop, struct party *party)
{
	core_assert(is_free(stop));
	stop->starting = party;
	list_append(&party->stops, &stop->of_party);
}

enum status stop_register(struct exchange *exchange, struct stop *stop, struct party *party,
			  struct stop_options options)
{
	if (stop->handler != NULL || (stop->starting != NULL && stop->starting != party))
		return STATUS_BUSY;
	if (stop->starting == NULL)
		list_append(&party->stops, &stop->of_party);
	stop->starting = NULL;
	stop->handler = party;
	stop->options = options;
	exchange->changes++;
	while (!list_is_empty(&stop->held)) {
		struct message *message =
		    list_record(list_first(&stop->held), struct message, notification.link);
		inbox_remove(&message->notification);
		exchange_release(exchange, message, stop);
	}
	return STATUS_OK;
}

void stop_unregister(struct stop *stop)
{
	struct party *party = stop->handler != NULL ? stop->handler : stop->starting;
	party->exchange->changes++;
	list_remove(&stop->of_party);
	stop->handler = NULL;
	stop->starting = NULL;
	stop->options = (struct stop_options){0};
}

/* ---- Retiring ---- */

/* Puts a message that was at a stop that goes among `moved`; it is nobody's meanwhile. */
static void take_back(struct exchange *exchange, struct message *message, struct list *moved)
{
	delivery_take_back(exchange, message);
	message->state = MESSAGE_HELD;
	list_append(moved, &message->notification.link);
}

/* What nobody has taken yet, in the order in which it came. */
static void take_all_back(struct exchange *exchange, const struct stop *stop, struct list *moved)
{
	while (!list_is_empty(&stop->held))
		take_back(exchange,
			  list_record(list_first(&stop->held), struct message, notification.link),
			  moved);
	if (stop->handler == NULL)
		return;
	struct list *incoming = &stop->handler->inbox.queued[INBOX_INCOMING];
	struct list_link *next;
	for (struct list_link *link = incoming->head.next; link != &incoming->head; link = next) {
		next = link->next;
		struct notification *notification = list_record(link, struct notification, link);
		struct message *message = list_record(notification, struct message, notification);
		if (notification->kind == CAIRN_KIND_MESSAGE && message->route == stop->route)
			take_back(exchange, message, moved);
	}
}

/* Makes room for a message at its new handler; false where there is none for it. */
static bool add_to(struct message *message, struct party *handler, struct access *access)
{
	if (message->sender == NULL)
		return exchange_leave_to(handler, message);
	struct channel *channel;
	enum status status = access != NULL ? access_channel(access, handler, &channel)
					    : channel_open(message->sender, handler, &channel);
	if (status != STATUS_OK || !channel_has_room(channel, message->charged))
		return false;
	channel_add(channel, message, message->charged);
	return true;
}

static void lose(struct exchange *exchange, struct message *message, uint32_t status)
{
	static const struct body nothing = {0};
	if (message->sender != NULL)
		budget_refund(&message->sender->bodies, message->charged);
	message->charged = 0;
	delivery_answer(exchange, message, status, &nothing);
}

/* Brings a message to where its sender leads now. It fails once, where it cannot be kept. */
static void move(struct exchange *exchange, struct message *message)
{
	const struct route *route = message->route;
	struct stop *stop =
	    message->sender == NULL ? route->first : route_stop(route, message->sender);
	struct party *handler;
	inbox_remove(&message->notification);
	if (exchange_find_handler(exchange, stop, &handler) != 0) {
		lose(exchange, message, CAIRN_STATUS_NO_HANDLER);
		return;
	}
	if (!add_to(message, handler, access_of_message(message))) {
		lose(exchange, message, CAIRN_STATUS_HANDLER_CHANGED);
		return;
	}
	message->handler = handler;
	if (stop->handler != NULL)
		exchange_release(exchange, message, stop);
	else
		list_append(&stop->held, &message->notification.link);
}

void stop_retire(struct exchange *exchange, struct stop *stop)
{
	struct list moved;
	list_init(&moved);
	take_all_back(exchange, stop, &moved);
	struct party *handler = stop->handler;
	leave_routing(stop);
	if (handler != NULL || stop->starting != NULL)
		stop_unregister(stop);
	if (handler != NULL)
		delivery_news(exchange, handler, INBOX_INCOMING, &stop->retired,
			      CAIRN_KIND_RETIRED);
	else
		stop_destroy(stop);
	while (!list_is_empty(&moved))
		move(exchange, list_record(list_first(&moved), struct message, notification.link));
}
