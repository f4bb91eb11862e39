#include "exchange.h"

#include <cairn/abi.h>
#include <cairn/process.h>

#include "delivery.h"
#include "mem.h"
#include "tell.h"

static const struct body nothing = {0};

enum status exchange_init(struct exchange *exchange, const struct exchange_hooks *hooks)
{
	*exchange = (struct exchange){
	    .hooks = hooks, .next_serial = 1, .next_grant = 1, .epoch = 1, .changes = 1};
	exchange->grant_of_all = (struct grant){.references = 1, .number = GRANT_OF_ALL_PROGRAMS};
	list_init(&exchange->passed);
	list_init(&exchange->cancelled);
	stored_init(&exchange->stored);
	message_pool_init(&exchange->pool);
	return router_init(&exchange->router);
}

void exchange_reset(struct exchange *exchange)
{
	stored_reset(&exchange->stored);
	router_reset(&exchange->router);
	message_pool_reset(&exchange->pool);
}

void exchange_fail(struct exchange *exchange, struct message *message, uint32_t status)
{
	delivery_leave_handler(exchange, message);
	delivery_answer(exchange, message, status, &nothing);
}

/* ---- Sending ---- */

int32_t exchange_find_handler(struct exchange *exchange, struct stop *stop, struct party **out)
{
	if (stop == NULL)
		return CAIRN_NO_HANDLER;
	if (stop->handler == NULL && stop->starting == NULL) {
		if (stop->program == NULL || exchange->hooks->start(exchange, stop) != STATUS_OK)
			return CAIRN_NO_HANDLER;
		core_assert(stop->starting != NULL);
	}
	*out = stop->handler != NULL ? stop->handler : stop->starting;
	return 0;
}

/* Whether what is meant for the handler, a part of the kernel, has to wait for its CPU. */
static bool is_elsewhere(struct exchange *exchange, const struct party *handler)
{
	return !handler->is_core && exchange->hooks->is_elsewhere != NULL &&
	       exchange->hooks->is_elsewhere(exchange);
}

static void receive(struct exchange *exchange, struct message *message)
{
	struct party *handler = message->handler;
	if (is_elsewhere(exchange, handler)) {
		message->state = MESSAGE_QUEUED;
		list_append(&exchange->passed, &message->notification.link);
		return;
	}
	message->state = MESSAGE_SERVED;
	tell_message(exchange, KERNEL_TRACE_RECEIVED, message);
	handler->service->receive(handler->service_self, (struct kernel_request *)message);
}

/* Memory for the copy is taken before the part of the kernel does anything: afterwards it must not
 * be missing. */
static enum status receive_large(const struct exchange *exchange, struct message *message,
				 const struct body *body)
{
	struct party *handler = message->handler;
	struct kernel_request *request = (struct kernel_request *)message;
	uint64_t size = body->size;
	uint8_t *copy = port_allocate(size);
	if (copy == NULL)
		return STATUS_NO_MEMORY;
	message->state = MESSAGE_SERVED;
	tell_message(exchange, KERNEL_TRACE_RECEIVED, message);
	if (handler->service->glance(handler->service_self, request, body->parts,
				     body->part_count)) {
		port_release(copy, size);
		return STATUS_OK;
	}
	body_copy(body, copy);
	message->body = copy;
	message->size = size;
	handler->service->receive(handler->service_self, request);
	return STATUS_OK;
}

/*
 * What expects no answer of the core itself is over at once: it needs neither a record nor room. So
 * a program that has used up all that it may have can still say that it ends.
 */
static int32_t pass_to_core(struct exchange *exchange, const struct outgoing *out,
			    struct route *route)
{
	struct judgement judgement = access_judge(out->sender, &route->interface, false);
	if (judgement.verdict != KERNEL_ALLOWED) {
		exchange->hooks->refused(out->sender, &route->interface, &judgement);
		return CAIRN_DENIED;
	}
	struct message message = {.process = out->sender->serial,
				  .sender = out->sender,
				  .handler = route->kernel->handler,
				  .route = route,
				  .grant = judgement.grant,
				  .is_passing = true};
	if (message_store(&message, &out->body) != STATUS_OK)
		return CAIRN_LIMIT;
	out->sender->sent_count++;
	tell_sent(exchange, &message, &out->body);
	receive(exchange, &message);
	tell_message(exchange, KERNEL_TRACE_OVER, &message);
	return 0;
}

static bool leads_to_core(const struct outgoing *out, const struct route *route)
{
	return route->kernel != NULL && route->kernel->handler->is_core &&
	       route_stop(route, out->sender) == route->kernel;
}

/* What a message needs before it is made: a stop, the right, and a channel with room. */
struct path {
	struct route *route;
	struct stop *stop;
	struct party *handler;
	struct access *access; /* NULL where the kernel asks */
	struct channel *channel;
};

/* Whether the body's function is `start` of the interface `process`. (Its number is read by hand:
 * the body lies in parts still, and the rest of it is not wanted.) */
static bool has_start(const struct body *body)
{
	static const uint32_t start = PROCESS_START;
	uint8_t head[sizeof start];
	size_t count = 0;
	for (uint32_t i = 0; i < body->part_count; i++)
		for (size_t k = 0; k < body->parts[i].size && count < sizeof head; k++)
			head[count++] = ((const uint8_t *)body->parts[i].data)[k];
	return count == sizeof head && memcmp(head, &start, sizeof head) == 0;
}

/* The sender may not. What is true of all functions is remembered for the epoch; `start` is
 * answered by the interface itself. */
static int32_t refuse(struct exchange *exchange, struct access *access,
		      const struct judgement *judgement, bool starts)
{
	exchange->hooks->refused(access->owner, &access->route->interface, judgement);
	if (starts) {
		access_allow(access, &exchange->grant_of_all);
		return 0;
	}
	access->none_epoch = exchange->epoch;
	return CAIRN_DENIED;
}

/* Under which grant the sender may send, where that has to be found out. `*waits` where somebody
 * has to decide first. */
static int32_t find_grant(struct exchange *exchange, const struct outgoing *out,
			  struct route *route, struct access **out_access, bool *waits)
{
	struct access *access;
	if (access_make(out->sender, route, &access) != STATUS_OK)
		return CAIRN_LIMIT;
	*out_access = access;
	if (access->none_epoch == exchange->epoch) {
		exchange->hooks->refused(out->sender, &route->interface, NULL);
		return CAIRN_DENIED;
	}
	bool starts = has_start(&out->body);
	struct judgement judgement = access_judge(out->sender, &route->interface, starts);
	if (judgement.verdict == KERNEL_UNDECIDED && exchange->hooks->can_ask(out->sender)) {
		*waits = route_stop(route, out->sender) != NULL;
		return *waits ? 0 : CAIRN_NO_HANDLER;
	}
	if (judgement.verdict != KERNEL_ALLOWED)
		return refuse(exchange, access, &judgement,
			      starts && grant_is_of_all_programs(&route->interface));
	if (access_renew(access) != STATUS_OK)
		return CAIRN_LIMIT;
	if (access->grant != judgement.grant) {
		access_allow(access, judgement.grant);
		exchange->hooks->used(out->sender, &route->interface, judgement.grant);
	}
	if (access_is_whole(&route->interface, &judgement))
		access->epoch = exchange->epoch;
	return 0;
}

static int32_t open_path(struct exchange *exchange, const struct outgoing *out, struct route *route,
			 struct path *path)
{
	struct access *access = NULL;
	struct stop *stop = route->first;
	enum status status = STATUS_OK;
	int32_t error = 0;
	bool waits = false;
	if (!out->is_kernel) {
		access = access_find_open(out->sender, route, exchange->epoch);
		if (access == NULL)
			error = find_grant(exchange, out, route, &access, &waits);
		if (error != 0)
			return error;
		stop = access->stop;
	}
	struct party *handler = exchange->undecided;
	if (!waits)
		error = exchange_find_handler(exchange, stop, &handler);
	if (error != 0)
		return error;
	struct channel *channel;
	if (access != NULL && !waits)
		status = access_channel(access, handler, &channel);
	else
		status = channel_open(out->sender, handler, &channel);
	if (status != STATUS_OK)
		return CAIRN_LIMIT;
	*path = (struct path){route, stop, handler, access, channel};
	return 0;
}

static int32_t check_room(const struct outgoing *out, struct channel *channel)
{
	if (!channel_has_room(channel, out->body.size)) {
		channel->wants_room = true;
		channel->refused_last = *out->interface;
		return CAIRN_BUSY;
	}
	if (out->sender->message_count >= out->sender->limits->messages)
		return CAIRN_LIMIT;
	return budget_charge(&out->sender->bodies, out->body.size) == STATUS_OK ? 0 : CAIRN_LIMIT;
}

static struct message *make(struct exchange *exchange, const struct outgoing *out,
			    const struct path *path)
{
	struct party *sender = out->sender;
	struct message *message = message_create(&exchange->pool, sender);
	if (message == NULL) {
		budget_refund(&sender->bodies, out->body.size);
		return NULL;
	}
	message->wants_answer = out->wants_answer;
	message->answered = out->answered;
	message->owner = out->owner;
	message->process = out->is_kernel ? 0 : sender->serial;
	message->grant =
	    grant_share(out->is_kernel ? &exchange->grant_of_all : path->access->grant);
	message->route = path->route;
	message->handler = path->handler;
	message->sent_ns = exchange->now_ns;
	sender->sent_count++;
	channel_add(path->channel, message, out->body.size);
	if (out->wants_answer && out->answered == NULL)
		id_table_add(&sender->sent, &message->sent, sender->next_id++);
	return message;
}

/* The message waits until somebody has decided. It is the hook's to end it, unless that fails. */
static enum status ask(struct exchange *exchange, struct message *message, struct access *access,
		       const struct body *body)
{
	enum status status = message_store(message, body);
	if (status != STATUS_OK)
		return status;
	message->state = MESSAGE_ASKED;
	list_append(&access->asked, &message->notification.link);
	return access->question != NULL ? STATUS_OK : exchange->hooks->ask(access);
}

/* Brings a new message to wherever it has to be. */
static enum status dispatch(struct exchange *exchange, struct message *message,
			    const struct path *path, const struct body *body)
{
	struct party *handler = message->handler;
	if (handler == exchange->undecided)
		return ask(exchange, message, path->access, body);
	if (path->stop->handler == NULL) {
		enum status status = message_store(message, body);
		if (status != STATUS_OK)
			return status;
		message->state = MESSAGE_HELD;
		list_append(&path->stop->held, &message->notification.link);
		return STATUS_OK;
	}
	if (access_is_handler_changed(path->access, path->stop, message->wants_answer)) {
		exchange_fail(exchange, message, CAIRN_STATUS_HANDLER_CHANGED);
		return STATUS_OK;
	}
	if (handler->service == NULL)
		return delivery_message(exchange, message, body);
	if (handler->service->glance != NULL && body->size > MESSAGE_INLINE_BYTES)
		return receive_large(exchange, message, body);
	enum status status = message_store(message, body);
	if (status == STATUS_OK)
		receive(exchange, message);
	return status;
}

static int64_t send(struct exchange *exchange, const struct outgoing *out)
{
	const struct kernel_limits *limits = out->sender->limits;
	if (out->body.size > limits->body_bytes || out->body.size > limits->bytes_per_handler ||
	    out->body.size > BODY_BYTES_MAX)
		return CAIRN_TOO_LARGE;
	struct route *route = router_find(&exchange->router, out->interface);
	if (route == NULL)
		return CAIRN_NO_HANDLER;
	if (!out->wants_answer && leads_to_core(out, route))
		return pass_to_core(exchange, out, route);
	struct path path;
	int32_t error = open_path(exchange, out, route, &path);
	if (error == 0)
		error = check_room(out, path.channel);
	if (error != 0)
		return error;
	struct message *message = make(exchange, out, &path);
	if (message == NULL)
		return CAIRN_LIMIT;
	int64_t id = (int64_t)message->sent.id;
	tell_sent(exchange, message, &out->body);
	if (dispatch(exchange, message, &path, &out->body) == STATUS_OK)
		return id;
	bool is_refused = message->state == MESSAGE_ASKED;
	delivery_leave_handler(exchange, message);
	delivery_end(exchange, message);
	if (!is_refused)
		return CAIRN_LIMIT;
	exchange->hooks->refused(out->sender, out->interface, NULL);
	return CAIRN_DENIED;
}

int64_t exchange_send(struct exchange *exchange, const struct outgoing *out)
{
	int64_t result = send(exchange, out);
	tell_refused(exchange, out, result);
	return result;
}

/* ---- What was asked about ---- */

/* Brings a stored message to the stop, where its handler may still be being started. */
static void go_on(struct exchange *exchange, struct message *message, struct stop *stop)
{
	if (stop->handler != NULL) {
		exchange_release(exchange, message, stop);
		return;
	}
	message->state = MESSAGE_HELD;
	list_append(&stop->held, &message->notification.link);
}

void exchange_allow(struct exchange *exchange, struct message *message, struct grant *grant)
{
	core_assert(message->state == MESSAGE_ASKED);
	struct access *access = access_find(message->sender, message->route);
	struct party *handler;
	struct channel *channel;
	access_allow(access, grant);
	exchange->hooks->used(message->sender, &message->route->interface, grant);
	grant_release(message->grant);
	message->grant = grant_share(grant);
	if (access_renew(access) != STATUS_OK) {
		exchange_fail(exchange, message, CAIRN_STATUS_LIMIT);
	} else if (exchange_find_handler(exchange, access->stop, &handler) != 0) {
		exchange_fail(exchange, message, CAIRN_STATUS_NO_HANDLER);
	} else if (access_channel(access, handler, &channel) != STATUS_OK ||
		   !channel_has_room(channel, message->charged)) {
		exchange_fail(exchange, message, CAIRN_STATUS_LIMIT);
	} else {
		delivery_take_back(exchange, message);
		message->handler = handler;
		channel_add(channel, message, message->charged);
		go_on(exchange, message, access->stop);
	}
}

void exchange_deny(struct exchange *exchange, struct message *message)
{
	core_assert(message->state == MESSAGE_ASKED);
	exchange_fail(exchange, message, CAIRN_STATUS_DENIED);
}

/* ---- Answering ---- */

int32_t exchange_answer(struct exchange *exchange, struct party *handler, uint64_t id,
			uint32_t status, const struct body *body)
{
	struct id_entry *entry = id_table_find(&handler->received, id);
	if (entry == NULL)
		return CAIRN_INVALID;
	if (body->size > handler->limits->body_bytes || body->size > BODY_BYTES_MAX)
		return CAIRN_TOO_LARGE;
	struct message *message = list_record(entry, struct message, received);
	delivery_leave_handler(exchange, message);
	delivery_answer(exchange, message, status, body);
	return 0;
}

void exchange_answer_served(struct exchange *exchange, struct message *message, uint32_t status,
			    const struct body *body)
{
	core_assert(message->state == MESSAGE_SERVED);
	if (message->is_passing) {
		message_drop_body(message);
		return;
	}
	delivery_leave_handler(exchange, message);
	delivery_answer(exchange, message, status, body);
}

void exchange_discard(struct exchange *exchange, struct message *message)
{
	core_assert(message->state == MESSAGE_ANSWERED && message->answered != NULL);
	delivery_end(exchange, message);
}

/* ---- Cancelling ---- */

/* Tells the handler that nobody needs the answer that it owes. */
static void tell_cancelled(struct exchange *exchange, struct message *message)
{
	if (message->is_cancelled)
		return;
	message->is_cancelled = true;
	tell_message(exchange, KERNEL_TRACE_CANCELLED, message);
	struct party *handler = message->handler;
	if (message->state == MESSAGE_OWED)
		delivery_news(exchange, handler, INBOX_INCOMING, &message->notification,
			      CAIRN_KIND_CANCELLED);
	else if (handler->service->cancel == NULL)
		return;
	else if (is_elsewhere(exchange, handler))
		list_append(&exchange->cancelled, &message->notification.link);
	else
		handler->service->cancel(handler->service_self, (struct kernel_request *)message);
}

bool exchange_serve_cancelled(struct exchange *exchange)
{
	struct list_link *link = list_first(&exchange->cancelled);
	if (link == NULL)
		return false;
	struct message *message = list_record(link, struct message, notification.link);
	struct party *handler = message->handler;
	list_remove(link);
	handler->service->cancel(handler->service_self, (struct kernel_request *)message);
	return true;
}

bool exchange_serve_passed(struct exchange *exchange)
{
	struct list_link *link = list_first(&exchange->passed);
	if (link == NULL)
		return exchange_serve_cancelled(exchange);
	list_remove(link);
	receive(exchange, list_record(link, struct message, notification.link));
	return true;
}

/* One that nobody has taken yet is withdrawn. */
static void give_up(struct exchange *exchange, struct message *message)
{
	if (message->state == MESSAGE_OWED || message->state == MESSAGE_SERVED) {
		tell_cancelled(exchange, message);
		return;
	}
	tell_message(exchange, KERNEL_TRACE_CANCELLED, message);
	exchange_fail(exchange, message, CAIRN_STATUS_REFUSED);
}

bool exchange_cancel(struct exchange *exchange, struct party *sender, uint64_t id)
{
	struct id_entry *entry = id_table_find(&sender->sent, id);
	if (entry == NULL)
		return false;
	struct message *message = list_record(entry, struct message, sent);
	if (message->state == MESSAGE_ANSWERED)
		return false;
	give_up(exchange, message);
	return true;
}

static struct message *find_owned(const struct party *sender, const void *owner)
{
	list_for_each(link, &sender->channels_out)
	{
		const struct channel *channel = list_record(link, struct channel, of_sender);
		list_for_each(at, &channel->messages)
		{
			struct message *message = list_record(at, struct message, of_channel);
			if (message->owner == owner)
				return message;
		}
	}
	return NULL;
}

void exchange_give_up(struct exchange *exchange, struct party *sender, const void *owner)
{
	struct message *message = find_owned(sender, owner);
	if (message != NULL)
		give_up(exchange, message);
}

/* ---- Handlers ---- */

void exchange_release(struct exchange *exchange, struct message *message, struct stop *stop)
{
	if (access_is_handler_changed(access_of_message(message), stop, message->wants_answer)) {
		exchange_fail(exchange, message, CAIRN_STATUS_HANDLER_CHANGED);
		return;
	}
	if (stop->handler->service != NULL) {
		receive(exchange, message);
		return;
	}
	struct wire_part part = {message->body, message->size};
	enum status status =
	    delivery_message(exchange, message, &(struct body){&part, 1, message->size});
	core_assert(status == STATUS_OK);
}

/* By what the sender may do now; the grant of a message that is owed may have been replaced since.
 */
static const struct grant *grant_of_sender(const struct party *sender, const struct party *handler,
					   uint32_t number)
{
	for (struct id_entry *entry = id_table_next(&sender->accesses, NULL); entry != NULL;
	     entry = id_table_next(&sender->accesses, entry)) {
		struct access *access = list_record(entry, struct access, of_sender);
		if (access->grant->number == number && access->known_handler == handler->serial)
			return access->grant;
	}
	return NULL;
}

const struct grant *exchange_known_grant(const struct party *party, uint32_t number)
{
	const struct grant *grant = NULL;
	list_for_each(link, &party->channels_in)
	{
		grant = grant_of_sender(list_record(link, struct channel, of_handler)->sender,
					party, number);
		if (grant != NULL)
			return grant;
	}
	for (struct id_entry *entry = id_table_next(&party->received, NULL); entry != NULL;
	     entry = id_table_next(&party->received, entry)) {
		struct message *message = list_record(entry, struct message, received);
		if (message->grant->number == number)
			return message->grant;
	}
	return NULL;
}

/* ---- Ends ---- */

static void end_as_handler(struct exchange *exchange, struct party *party)
{
	while (!list_is_empty(&party->stops))
		stop_unregister(list_record(list_first(&party->stops), struct stop, of_party));
	while (!list_is_empty(&party->channels_in)) {
		struct channel *channel =
		    list_record(list_first(&party->channels_in), struct channel, of_handler);
		while (!list_is_empty(&channel->messages)) {
			struct message *message =
			    list_record(list_first(&channel->messages), struct message, of_channel);
			exchange_fail(exchange, message,
				      message->state == MESSAGE_HELD ? CAIRN_STATUS_NO_HANDLER
								     : CAIRN_STATUS_HANDLER_ENDED);
		}
		channel_close(channel);
	}
	while (!list_is_empty(&party->estate))
		exchange_fail(exchange,
			      list_record(list_first(&party->estate), struct message, of_channel),
			      0);
}

bool exchange_leave_to(struct party *handler, struct message *message)
{
	bool is_bounded = handler->service == NULL;
	if (is_bounded &&
	    (handler->estate_count >= handler->limits->messages_per_handler ||
	     handler->estate_bytes + message->size > handler->limits->bytes_per_handler))
		return false;
	if (message->channel != NULL)
		channel_remove(message);
	if (message->sender != NULL)
		message_leave_sender(message);
	list_append(&handler->estate, &message->of_channel);
	handler->estate_count++;
	handler->estate_bytes += message->size;
	return true;
}

/*
 * The sender of this message ends. One that expects no answer goes on its way. One that nobody has
 * taken is withdrawn. Of one that somebody works on he is told, and his answer will go nowhere.
 */
static void orphan(struct exchange *exchange, struct message *message)
{
	bool is_taken = message->state == MESSAGE_OWED || message->state == MESSAGE_SERVED;
	bool goes_on = is_taken || (!message->wants_answer && message->state != MESSAGE_ASKED);
	if (!goes_on || !exchange_leave_to(message->handler, message)) {
		delivery_leave_handler(exchange, message);
		delivery_end(exchange, message);
		return;
	}
	if (is_taken)
		tell_cancelled(exchange, message);
}

/* Tells a handler that wants to know, or the part of the kernel, that a sender is gone. */
static void leave_access(struct exchange *exchange, struct party *party, struct access *access)
{
	const struct stop *stop =
	    route_stop_handled_by(access->route, party, access->known_handler);
	struct party *handler = stop == NULL ? NULL : stop->handler;
	if (handler == NULL || handler == party || !access_tells_end(stop)) {
		access_destroy(access);
	} else if (handler->service != NULL) {
		access_destroy(access);
		handler->service->ended(handler->service_self, party->serial);
	} else {
		access_bequeath(access, handler);
		delivery_news(exchange, handler, INBOX_INCOMING, &access->ended,
			      CAIRN_KIND_SENDER_ENDED);
		if (handler->records.used > handler->records.limit)
			exchange->hooks->overrun(handler);
	}
}

/* Handlers that it was led away from, and was not led back to. */
static void leave_past(struct exchange *exchange, struct party *party)
{
	while (!list_is_empty(&party->past)) {
		struct access *past =
		    list_record(list_first(&party->past), struct access, ended.link);
		struct id_entry *entry = id_table_find(&party->accesses, past->route->serial);
		const struct access *present = list_record(entry, struct access, of_sender);
		if (present->known_handler == past->known_handler)
			access_destroy(past);
		else
			leave_access(exchange, party, past);
	}
}

static void end_as_sender(struct exchange *exchange, struct party *party)
{
	while (!list_is_empty(&party->channels_out)) {
		struct channel *channel =
		    list_record(list_first(&party->channels_out), struct channel, of_sender);
		channel->wants_room = false;
		while (!list_is_empty(&channel->messages))
			orphan(exchange, list_record(list_first(&channel->messages), struct message,
						     of_channel));
		channel_destroy(channel);
	}
	struct id_entry *entry;
	while ((entry = id_table_any(&party->sent)) != NULL) {
		struct message *message = list_record(entry, struct message, sent);
		core_assert(message->state == MESSAGE_ANSWERED);
		inbox_remove(&message->notification);
		delivery_end(exchange, message);
	}
	leave_past(exchange, party);
	while ((entry = id_table_any(&party->accesses)) != NULL)
		leave_access(exchange, party, list_record(entry, struct access, of_sender));
}

/* What was queued for the party itself to take, besides messages and answers. */
static void drop_news(struct party *party)
{
	struct list *incoming = &party->inbox.queued[INBOX_INCOMING];
	while (!list_is_empty(incoming)) {
		struct notification *notification =
		    list_record(list_first(incoming), struct notification, link);
		if (notification->kind == CAIRN_KIND_RETIRED) {
			inbox_remove(notification);
			stop_destroy(list_record(notification, struct stop, retired));
			continue;
		}
		core_assert(notification->kind == CAIRN_KIND_SENDER_ENDED);
		access_destroy(list_record(notification, struct access, ended));
	}
}

void exchange_end(struct exchange *exchange, struct party *party)
{
	end_as_handler(exchange, party);
	end_as_sender(exchange, party);
	drop_news(party);
}
