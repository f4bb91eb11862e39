/*
 * The invariants of the kernel. They hold between any two steps, whatever programs do, whoever
 * ends, and whichever allocation is refused.
 *
 *  1. Every list is whole: each link's neighbours point back at it.
 *  2. A process is on `starting` only while STARTING, and on `ending` exactly while ENDING. Each is
 *     found by its pid, and pids only grow.
 *  3. A thread is where its state says, and nowhere else: READY is in its process's queue, which is
 *     in the kernel's, or next, once;
 *     RUNNING on one CPU; WAITING has wait entries; PARKED waits at an address. A process counts
 * the CPUs that run its threads.
 *  4. A wait entry stands in a list of its own party: of its inbox, or of a message that it sent.
 *  5. No queued notification matches a waiting thread.
 *  6. Every live message is in exactly one place, the one that its state names.
 *  7. A message under way is in exactly one channel, that of its sender and its handler, or, after
 *     its sender's end, in its handler's estate. An answered one is in neither.
 *  8. A channel's count and bytes are those of its messages, and within what the sender may have
 *     under way to one handler; so is an estate.
 *  9. A party's account of bodies is the sum of its messages' charges, its count of messages is
 *     theirs, and both are within its limits.
 * 10. A party's account of records is the sum of all that the kernel holds for it.
 * 11. Nobody waits for the dead: sender, handler and both ends of each channel are alive.
 * 12. Ids lie between the first and the party's next, stand under their own number, and no number
 * is given twice, ever.
 * 13. Queued notifications are in the order of their sequence, below the next.
 * 14. A stop has a handler, or one that is being started, or neither; it stands in that party's
 *     list; the party is of its program; messages are held only for one that is being started.
 * 15. Who was told BUSY is told of room, at the latest when nothing is under way any more.
 * 16. The heap of timers is one; each timer's request is with the kernel, and knows its place.
 * 17. A child and its starter's record of it point at each other; who waits for it is its starter.
 *     It may have as much linear memory as that one.
 * 18. Code is held as often as processes run it.
 * 19. Whatever a route leads to is a stop of it, and so is the next of each; no chain leads back to
 *     itself; a program is at one stop at most. A stop that has gone is nothing but news.
 * 20. What a sender finds at once is what it would find anew in the same epoch. Each handler that
 *     it was led away from is remembered once.
 * 21. A launch knows its members and how many of them keep it; without any, all are at their end.
 *     Its stops are handled by members.
 * 22. What waits for a decision is asked about, and nobody has decided.
 * 23. Whoever waits for a change is with the kernel, and is told of none before it has been.
 *
 * 24. Who waits for a thread's end is of its process, and with the kernel; the thread has not
 * ended. A CPU that runs a thread of a process at its end is told to leave it.
 *
 * And when everything has ended, no memory is held (world.c).
 */
#include "invariants.h"

#include <stdlib.h>
#include <string.h>

#include <cairn/abi.h>

#include "children.h"
#include "fetch.h"
#include "launch.h"
#include "machine.h"
#include "program.h"
#include "question.h"
#include "sim.h"
#include "threads.h"

#define check(number, condition)                                                                   \
	((condition) ? (void)0                                                                     \
		     : sim_fail("invariant %d is broken: %s (%s:%d)", number, #condition,          \
				__FILE__, __LINE__))

/* ---- 1: lists ---- */

static uint32_t list_length(const struct list *list)
{
	uint32_t length = 0;
	const struct list_link *link = &list->head;
	do {
		check(1, link->next->previous == link && link->previous->next == link);
		check(1, length < 1000000);
		link = link->next;
		length++;
	} while (link != &list->head);
	return length - 1;
}

static bool list_holds(const struct list *list, const struct list_link *wanted)
{
	list_for_each(link, list)
	{
		if (link == wanted)
			return true;
	}
	return false;
}

/* ---- What a walk collects ---- */

enum { MESSAGES_MAX = 4096 };

/* A message, and in how many places of which sort it was seen. */
struct seen {
	struct message *message;
	uint32_t held;
	uint32_t asked;
	uint32_t queued;    /* as kind 2 */
	uint32_t cancelled; /* as kind 4 */
	uint32_t received;
	uint32_t given_up; /* of which a part of the kernel is still to hear */
	uint32_t answers;  /* as kind 1 */
	uint32_t sent;     /* by its id */
	uint32_t channels;
	uint32_t estates;
	uint32_t with_kernel; /* answered, with the part of the kernel that asked */
};

/* What a party's accounts must say. */
struct sums {
	uint64_t bodies;
	uint32_t messages;
	uint64_t records;
};

static struct seen seen[MESSAGES_MAX];
static uint16_t seen_index[MESSAGES_MAX * 2];
static uint32_t seen_count;
static struct kernel *kernel;

static struct seen *see(struct message *message)
{
	enum { MASK = MESSAGES_MAX * 2 - 1 };
	uint32_t slot = (uint32_t)(((uintptr_t)message >> 4) * 2654435761u) & MASK;
	while (seen_index[slot] != 0 && seen[seen_index[slot] - 1].message != message)
		slot = (slot + 1) & MASK;
	if (seen_index[slot] == 0) {
		if (seen_count == MESSAGES_MAX)
			abort();
		seen[seen_count] = (struct seen){.message = message};
		seen_index[slot] = (uint16_t)++seen_count;
	}
	return &seen[seen_index[slot] - 1];
}

uint32_t invariants_live_messages(void)
{
	return seen_count;
}

static uint64_t table_bytes(const struct id_table *table)
{
	return table->chains == table->small
		   ? 0
		   : (uint64_t)(table->mask + 1) * sizeof(struct id_entry *);
}

static struct party *service_party(struct list_link *link)
{
	return &list_record(link, struct service, of_kernel)->party;
}

static bool is_alive(const struct party *party)
{
	for (struct id_entry *entry = id_table_next(&kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&kernel->processes, entry))
		if (&list_record(entry, struct process, by_pid)->party == party)
			return true;
	list_for_each(link, &kernel->services)
	{
		if (party == service_party(link))
			return true;
	}
	return party == &kernel->undecided;
}

/* ---- 12: tables of ids ---- */

static void check_table(const struct id_table *table, uint64_t next_id)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i <= table->mask; i++) {
		for (struct id_entry *entry = table->chains[i]; entry != NULL;
		     entry = entry->next) {
			check(12, i >= table->first && (entry->id & table->mask) == i);
			check(12, entry->id != 0 && entry->id < next_id);
			check(12, id_table_find(table, entry->id) == entry);
			count++;
		}
	}
	check(12, count == table->count);
}

/* ---- Inboxes: 4, 5, 6, 13 ---- */

/* All that is left of a stop is the news that it is gone. */
static void check_retired(const struct stop *stop, enum inbox_queue queue)
{
	check(19, queue == INBOX_INCOMING);
	check(19, stop->handler == NULL && stop->starting == NULL && stop->program == NULL);
	check(19, list_is_empty(&stop->held) && !list_is_linked(&stop->of_route) &&
		      !list_is_linked(&stop->of_program) && !list_is_linked(&stop->of_party));
}

static void check_queued(struct party *party, struct notification *notification,
			 enum inbox_queue queue)
{
	struct message *message = list_record(notification, struct message, notification);
	switch (notification->kind) {
	case CAIRN_KIND_ANSWER:
		see(message)->answers++;
		check(6, queue == INBOX_ANSWERS && message->sender == party);
		check(5, list_is_empty(&message->awaiters));
		break;
	case CAIRN_KIND_MESSAGE:
		see(message)->queued++;
		check(6, queue == INBOX_INCOMING && message->handler == party);
		break;
	case CAIRN_KIND_CANCELLED:
		see(message)->cancelled++;
		check(6, queue == INBOX_INCOMING && message->handler == party);
		check(6, message->is_cancelled);
		break;
	case CAIRN_KIND_SENDER_ENDED:
		check(11, queue == INBOX_INCOMING &&
			      list_record(notification, struct access, ended)->owner == party);
		break;
	case CAIRN_KIND_RETIRED:
		check_retired(list_record(notification, struct stop, retired), queue);
		break;
	case CAIRN_KIND_ROOM:
		check(11, queue == INBOX_ROOM &&
			      list_record(notification, struct channel, room)->sender == party);
		break;
	default:
		check(6, false);
	}
}

static void check_entries(const struct list *waiting, const struct party *party)
{
	list_length(waiting);
	list_for_each(link, waiting)
	{
		struct wait_entry *entry = list_record(link, struct wait_entry, link);
		struct waiter *waiter = entry->waiter;
		check(4, waiter->party == party);
		check(4, entry >= waiter->entries && entry < waiter->entries + waiter->entry_count);
	}
}

static void check_inbox(struct party *party)
{
	struct inbox *inbox = &party->inbox;
	for (int i = 0; i < INBOX_QUEUES; i++) {
		uint64_t last = 0;
		uint32_t length = list_length(&inbox->queued[i]);
		check_entries(&inbox->waiting[i], party);
		check(5, length == 0 || list_is_empty(&inbox->waiting[i]));
		list_for_each(link, &inbox->queued[i])
		{
			struct notification *notification =
			    list_record(link, struct notification, link);
			check(13, notification->sequence >= last &&
				      notification->sequence < inbox->next_sequence);
			last = notification->sequence + 1;
			check_queued(party, notification, (enum inbox_queue)i);
		}
	}
}

/* ---- Channels: 7, 8, 11, 15 ---- */

static void check_channel(const struct channel *channel)
{
	uint64_t bytes = 0;
	const struct kernel_limits *limits = channel->sender->limits;
	check(8, list_length(&channel->messages) == channel->message_count);
	list_for_each(link, &channel->messages)
	{
		struct message *message = list_record(link, struct message, of_channel);
		see(message)->channels++;
		check(7, message->channel == channel && message->sender == channel->sender &&
			     message->handler == channel->handler);
		bytes += message->charged;
	}
	check(8, bytes == channel->bytes);
	check(8, channel->message_count <= channel_messages_max(channel) &&
		     bytes <= limits->bytes_per_handler);
	check(11, is_alive(channel->sender));
	if (channel->handler == NULL)
		check(11, channel->message_count == 0 && list_is_linked(&channel->room.link));
	else
		check(11, is_alive(channel->handler) &&
			      list_holds(&channel->handler->channels_in, &channel->of_handler));
	check(15, !channel->wants_room || channel->message_count > 0);
}

static void check_estate(struct party *party)
{
	uint64_t bytes = 0;
	check(8, list_length(&party->estate) == party->estate_count);
	list_for_each(link, &party->estate)
	{
		struct message *message = list_record(link, struct message, of_channel);
		see(message)->estates++;
		check(7, message->sender == NULL && message->handler == party &&
			     message->channel == NULL);
		bytes += message->size;
	}
	check(8, bytes == party->estate_bytes);
	if (party->service == NULL)
		check(8, party->estate_count <= party->limits->messages_per_handler &&
			     bytes <= party->limits->bytes_per_handler);
}

/* ---- Parties ---- */

/* What lies in the party's own tables and lists, without a process's threads and the like. */
static uint64_t party_records(struct party *party)
{
	uint64_t bytes = table_bytes(&party->sent) + table_bytes(&party->received) +
			 table_bytes(&party->accesses);
	bytes += (uint64_t)party->accesses.count * sizeof(struct access);
	bytes += (uint64_t)list_length(&party->past) * sizeof(struct access);
	bytes += (uint64_t)list_length(&party->channels_out) * sizeof(struct channel);
	list_for_each(link, &party->inbox.queued[INBOX_INCOMING])
	{
		struct notification *notification = list_record(link, struct notification, link);
		if (notification->kind == CAIRN_KIND_SENDER_ENDED)
			bytes += sizeof(struct access);
	}
	return bytes;
}

/* ---- 20 ---- */

static void check_past(struct party *party)
{
	list_for_each(link, &party->past)
	{
		struct access *past = list_record(link, struct access, ended.link);
		check(20, past->owner == party && past->known_handler != 0);
		check(20, id_table_find(&party->accesses, past->route->serial) != NULL);
		list_for_each(other, &party->past)
		{
			struct access *access = list_record(other, struct access, ended.link);
			check(20, access == past || access->route != past->route ||
				      access->known_handler != past->known_handler);
		}
	}
	for (struct id_entry *entry = id_table_next(&party->accesses, NULL); entry != NULL;
	     entry = id_table_next(&party->accesses, entry)) {
		struct access *access = list_record(entry, struct access, of_sender);
		check(20, access->epoch <= kernel->exchange.epoch);
		if (access->epoch == kernel->exchange.epoch)
			check(20, access->stop == route_stop(access->route, party));
	}
}

/* What waits for a decision is asked about, and there is none yet. */
static void check_asked(const struct access *access)
{
	uint32_t length = list_length(&access->asked);
	check(22, length == 0 || access->question != NULL);
	if (length > 0)
		check(22, access_judge(access->owner, &access->route->interface, true).verdict ==
			      KERNEL_UNDECIDED);
	list_for_each(link, &access->asked)
	{
		struct message *message = list_record(list_record(link, struct notification, link),
						      struct message, notification);
		see(message)->asked++;
		check(22, message->sender == access->owner && message->route == access->route);
	}
}

static void check_party(struct party *party)
{
	check_table(&party->sent, party->next_id);
	check_table(&party->received, party->next_id);
	check_table(&party->accesses, kernel->exchange.router.next_serial);
	for (struct id_entry *entry = id_table_next(&party->sent, NULL); entry != NULL;
	     entry = id_table_next(&party->sent, entry)) {
		struct message *message = list_record(entry, struct message, sent);
		see(message)->sent++;
		check(12, entry->id >= CAIRN_ID_FIRST_MESSAGE && message->sender == party);
		check_entries(&message->awaiters, party);
	}
	for (struct id_entry *entry = id_table_next(&party->received, NULL); entry != NULL;
	     entry = id_table_next(&party->received, entry)) {
		struct message *message = list_record(entry, struct message, received);
		see(message)->received++;
		check(12, entry->id >= CAIRN_ID_FIRST_MESSAGE && message->handler == party);
		check(12, id_table_find(&party->sent, entry->id) == NULL);
	}
	for (struct id_entry *entry = id_table_next(&party->accesses, NULL); entry != NULL;
	     entry = id_table_next(&party->accesses, entry))
		check_asked(list_record(entry, struct access, of_sender));
	check_inbox(party);
	list_for_each(link, &party->channels_out)
	    check_channel(list_record(link, struct channel, of_sender));
	list_length(&party->channels_in);
	list_length(&party->stops);
	check_past(party);
	check_estate(party);
}

/* ---- Threads: 3, 4 ---- */

static void check_thread(const struct thread *thread)
{
	const struct waiter *waiter = &thread->waiter;
	int queued = thread->share.is_queued;
	int running = 0;
	for (uint32_t i = 0; i < kernel->cpu_count; i++) {
		queued += kernel->cpus[i].next == thread;
		running += kernel->cpus[i].running == thread;
	}
	check(3, queued == (thread->state == THREAD_READY));
	check(3, running == (thread->state == THREAD_RUNNING));
	check(3, running == 0 || thread->cpu->running == thread);
	check(3, (thread->state == THREAD_WAITING) == (waiter->entry_count > 0));
	check(3, (thread->state == THREAD_PARKED) ==
		     list_holds(&thread->process->futex_waits, &thread->futex.of_process));
	check(24, running == 0 || thread->process->state != PROCESS_ENDING ||
		      thread->cpu->number == 0 || cpu_is_interrupted(thread->cpu));
	for (struct kernel_request *request = thread->end_requests; request != NULL;
	     request = kernel_request_user(request)) {
		const struct message *message = (const struct message *)request;
		check(24, message->state == MESSAGE_SERVED &&
			      message->sender == &thread->process->party);
	}
	for (uint32_t i = 0; i < waiter->entry_count; i++)
		check(4, list_is_linked(&waiter->entries[i].link) &&
			     waiter->entries[i].waiter == waiter);
}

static uint64_t thread_records(const struct thread *thread)
{
	const struct waiter *waiter = &thread->waiter;
	uint64_t entries = waiter->entries == waiter->small ? 0 : waiter->entry_capacity;
	return sizeof *thread + entries * sizeof(struct wait_entry);
}

/* ---- Processes: 2, 10, 17 ---- */

static void check_children(struct process *process)
{
	for (struct id_entry *entry = id_table_next(&process->children, NULL); entry != NULL;
	     entry = id_table_next(&process->children, entry)) {
		struct child *child = list_record(entry, struct child, of_starter);
		if (child->process != NULL)
			check(17,
			      child->process->as_child == child &&
				  child->process->party.serial == entry->id &&
				  child->process->memory_bytes_max == process->memory_bytes_max);
		else
			check(17, child->waiting == NULL);
		for (struct kernel_request *request = child->waiting; request != NULL;
		     request = kernel_request_user(request)) {
			struct message *message = (struct message *)request;
			check(17, message->state == MESSAGE_SERVED &&
				      message->sender == &process->party);
		}
	}
}

static uint64_t process_records(struct process *process)
{
	uint64_t bytes = sizeof *process + process->rights_bytes +
			 startup_bytes(&process->startup) + table_bytes(&process->children) +
			 (uint64_t)process->children.count * sizeof(struct child);
	list_for_each(link, &process->threads) bytes +=
	    thread_records(list_record(link, struct thread, of_process));
	bytes += process->ends == NULL ? 0 : sizeof *process->ends;
	bytes += process->translator_bytes + questions_bytes(process);
	if (process->fetch == NULL)
		return bytes;
	uint32_t asked = list_length(&process->fetch->asked) +
			 list_length(&process->fetch->answered) +
			 list_length(&process->fetch->refused);
	return bytes + sizeof(struct fetch) + asked * sizeof(struct asked_block);
}

static void check_process(struct process *process)
{
	check(2, kernel_find(kernel, process->party.serial) == process);
	check(2, list_holds(&kernel->ending, &process->of_queue) ==
		     (process->state == PROCESS_ENDING));
	if (list_holds(&kernel->starting, &process->of_queue))
		check(2, process->state == PROCESS_STARTING);
	check(3, list_length(&process->threads) == process->thread_count);
	uint32_t running = 0;
	for (uint32_t i = 0; i < kernel->cpu_count; i++)
		running +=
		    kernel->cpus[i].running != NULL && kernel->cpus[i].running->process == process;
	check(3, running == process->running_count);
	list_length(&process->futex_waits);
	list_for_each(link, &process->threads)
	    check_thread(list_record(link, struct thread, of_process));
	check_children(process);
	if (process->fetch == NULL)
		return;
	list_for_each(link, &process->fetch->answered)
	    see(list_record(link, struct asked_block, of_fetch)->answer)
		->with_kernel++;
}

/* ---- Messages, each by itself: 6, 7, 9, 11 ---- */

static void check_place(const struct seen *at)
{
	const struct message *message = at->message;
	enum message_state state = message->state;
	check(6, at->held == (state == MESSAGE_HELD));
	check(6, at->asked == (state == MESSAGE_ASKED));
	check(6, state != MESSAGE_ASKED || message->handler == &kernel->undecided);
	check(6, at->queued == (state == MESSAGE_QUEUED));
	check(6, at->received == (state == MESSAGE_OWED));
	check(6, at->cancelled <= (state == MESSAGE_OWED));
	check(6, at->given_up <= (state == MESSAGE_SERVED && message->is_cancelled));
	check(6, at->answers + at->with_kernel == (state == MESSAGE_ANSWERED));
	check(6, at->with_kernel == 0 || message->answered != NULL);
	check(6, state != MESSAGE_FREE && state != MESSAGE_NEW);
	bool is_under_way = state != MESSAGE_ANSWERED;
	check(7, at->channels + at->estates == is_under_way);
	check(7, (message->handler != NULL) == is_under_way);
	if (message->sender != NULL) {
		check(11, is_alive(message->sender));
		check(6, at->sent == (message->wants_answer && message->answered == NULL));
	} else {
		check(6, at->sent == 0 && list_is_empty(&message->awaiters));
	}
	if (message->handler != NULL)
		check(11, is_alive(message->handler));
	if (state == MESSAGE_SERVED)
		check(6, message->handler->service != NULL);
}

static void add_message(const struct party *party, struct sums *sums)
{
	for (uint32_t i = 0; i < seen_count; i++) {
		const struct message *message = seen[i].message;
		if (message->sender != party)
			continue;
		sums->bodies += message->charged;
		sums->messages++;
		sums->records += sizeof *message;
	}
}

static void check_accounts(struct party *party, uint64_t other_records)
{
	struct sums sums = {.records = other_records + party_records(party)};
	add_message(party, &sums);
	check(9, sums.bodies == party->bodies.used && sums.bodies <= party->bodies.limit);
	check(9, sums.messages == party->message_count && sums.messages <= party->limits->messages);
	check(10, sums.records == party->records.used);
}

/* ---- Routes: 14, 19 ---- */

static void check_stop(struct stop *stop)
{
	check(14, stop->handler == NULL || stop->starting == NULL);
	struct party *party = stop->handler != NULL ? stop->handler : stop->starting;
	if (party != NULL)
		check(14, is_alive(party) && list_holds(&party->stops, &stop->of_party));
	else
		check(14, !list_is_linked(&stop->of_party));
	if (party != NULL && stop->program != NULL)
		check(14, cid_is_equal(party->program, stop->program));
	uint32_t length = list_length(&stop->held);
	check(14, length == 0 || stop->starting != NULL);
	list_for_each(link, &stop->held)
	{
		struct message *message = list_record(list_record(link, struct notification, link),
						      struct message, notification);
		see(message)->held++;
		check(14, message->handler == stop->starting && message->route == stop->route);
	}
	if (stop->program != NULL)
		check(19, list_holds(&handler_of_stop(stop)->stops, &stop->of_program));
}

/* NULL is nobody, and always there. */
static bool is_of_route(const struct route *route, const struct stop *stop)
{
	return stop == NULL || list_holds(&route->stops, &stop->of_route);
}

static void check_route(struct route *route)
{
	uint32_t length = list_length(&route->stops);
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
	list_length(&launch->members);
	list_for_each(link, &launch->members)
	{
		const struct process *member = list_record(link, struct process, of_launch);
		check(21, member->launch == launch);
		check(21, member->party.launch_stops == &launch->stops);
		keepers += member->keeps_launch;
	}
	check(21, keepers == launch->keepers);
	list_length(&launch->stops);
	list_for_each(link, &launch->stops)
	{
		struct stop *stop = list_record(link, struct stop, of_route);
		struct party *party = stop->handler != NULL ? stop->handler : stop->starting;
		check(21, party == NULL || process_of_party(party)->launch == launch);
		check(21, handler_of_stop(stop)->launch == launch);
		check_stop(stop);
	}
}

static void check_launch_of(struct process *process)
{
	if (process->launch == NULL)
		return;
	if (list_first(&process->launch->members) == &process->of_launch)
		check_launch(process->launch);
	bool is_kept = process->launch->keepers > 0;
	check(21, is_kept || process->state == PROCESS_ENDING);
}

/* ---- Watchers: 23 ---- */

static void check_watch(const struct inspect_watch *watch)
{
	uint32_t count = 0;
	check(23, watch->told <= kernel->exchange.changes);
	for (struct kernel_request *request = watch->waiting; request != NULL;
	     request = kernel_request_user(request)) {
		check(23, ((struct message *)request)->state == MESSAGE_SERVED);
		check(23, count++ < MESSAGES_MAX);
	}
}

/* ---- Timers: 16 ---- */

static void check_timers(const struct timers *timers)
{
	for (uint32_t i = 0; i < timers->count; i++) {
		const struct timer *timer = &timers->heap[i];
		if (i > 0)
			check(16, timers->heap[(i - 1) / 2].deadline_ns <= timer->deadline_ns);
		if (timer->thread != NULL) {
			check(16, timer->thread->state == THREAD_PARKED &&
				      timer->thread->futex.has_timer &&
				      timer->thread->futex.timer_place == i);
			continue;
		}
		check(16, kernel_request_user(timer->request) == (void *)(uintptr_t)i);
		check(16, ((struct message *)timer->request)->state == MESSAGE_SERVED);
	}
}

/* ---- Programs: 18 ---- */

static uint32_t count_users(const struct program *program)
{
	uint32_t users = 0;
	for (struct id_entry *entry = id_table_next(&kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&kernel->processes, entry))
		users += list_record(entry, struct process, by_pid)->program == program;
	return users;
}

static uint32_t count_named(const struct list *list, const struct cid *cid)
{
	uint32_t count = 0;
	list_for_each(link, list) count +=
	    cid_is_equal(&list_record(link, struct program, of_kernel)->cid, cid);
	return count;
}

/* Of each program there is one copy of code at most. */
static bool is_only_one(const struct program *program)
{
	const struct programs *programs = &kernel->programs;
	return count_named(&programs->used, &program->cid) +
		   count_named(&programs->kept, &program->cid) ==
	       1;
}

static void check_programs(void)
{
	const struct programs *programs = &kernel->programs;
	list_for_each(link, &programs->used)
	{
		struct program *program = list_record(link, struct program, of_kernel);
		check(18, count_users(program) == program->references && program->references > 0);
		check(18, is_only_one(program));
	}
	uint64_t bytes = 0;
	list_for_each(link, &programs->kept)
	{
		struct program *program = list_record(link, struct program, of_kernel);
		check(18, program->references == 0 && count_users(program) == 0);
		check(18, is_only_one(program));
		bytes += program->bytes;
	}
	check(18, list_length(&programs->kept) == programs->kept_count);
	check(18, bytes == programs->kept_bytes);
	check(18, bytes <= kernel->settings.kept_code_bytes);
}

/* ---- What waits for the first CPU: 6 ---- */

static void check_passed(void)
{
	const struct exchange *exchange = &kernel->exchange;
	list_length(&exchange->passed);
	list_length(&exchange->cancelled);
	list_for_each(link, &exchange->passed)
	{
		struct message *message = list_record(list_record(link, struct notification, link),
						      struct message, notification);
		see(message)->queued++;
		check(6, message->handler->service != NULL);
	}
	list_for_each(link, &exchange->cancelled) see(
	    list_record(list_record(link, struct notification, link), struct message, notification))
	    ->given_up++;
}

/* ---- All of it ---- */

static void for_each_process(void (*visit)(struct process *process))
{
	for (struct id_entry *entry = id_table_next(&kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&kernel->processes, entry))
		visit(list_record(entry, struct process, by_pid));
}

static void visit_party(struct process *process)
{
	check_party(&process->party);
}

/* Each of a row and those behind it: none is before its parent; how many they are. */
static uint32_t check_fair_row(const struct fair_entry *row, const struct fair_entry *parent)
{
	uint32_t count = 0;
	const struct fair_entry *previous = parent;
	for (const struct fair_entry *entry = row; entry != NULL; entry = entry->next) {
		check(3, entry->is_queued && entry->previous == previous);
		check(3, parent == NULL || entry->used_ns > parent->used_ns ||
			     (entry->used_ns == parent->used_ns && entry->order > parent->order));
		count += 1 + check_fair_row(entry->child, entry);
		previous = entry;
	}
	return count;
}

static uint32_t check_fair(const struct fair_queue *queue)
{
	check(3, queue->first == NULL || queue->first->next == NULL);
	return check_fair_row(queue->first, NULL);
}

/* The threads that are queued, of the processes that are. */
static uint32_t count_ready(void)
{
	uint32_t count = 0;
	uint32_t processes = 0;
	for (struct id_entry *entry = id_table_next(&kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&kernel->processes, entry)) {
		struct process *process = list_record(entry, struct process, by_pid);
		uint32_t threads = check_fair(&process->ready);
		check(3, process->share.is_queued == (threads > 0));
		processes += threads > 0;
		count += threads;
	}
	check(3, check_fair(&kernel->ready) == processes);
	return count;
}

static void visit_accounts(struct process *process)
{
	check_accounts(&process->party, process_records(process));
}

void invariants_check(struct kernel *checked)
{
	kernel = checked;
	seen_count = 0;
	memset(seen_index, 0, sizeof seen_index);
	list_length(&kernel->starting);
	list_length(&kernel->ending);
	check(3, count_ready() == kernel->ready_count);
	check_table(&kernel->processes, kernel->exchange.next_serial);
	for_each_process(check_process);
	for_each_process(visit_party);
	for_each_process(check_launch_of);
	list_for_each(link, &kernel->services) check_party(service_party(link));
	const struct router *router = &kernel->exchange.router;
	for (uint32_t i = 0; i <= router->mask; i++)
		if (router->slots[i] != NULL)
			check_route(router->slots[i]);
	check_passed();
	check(6, seen_count == kernel->exchange.pool.live_count);
	for (uint32_t i = 0; i < seen_count; i++)
		check_place(&seen[i]);
	for_each_process(visit_accounts);
	list_for_each(link, &kernel->services) check_accounts(service_party(link), 0);
	check_timers(&kernel->timers);
	check_watch(&kernel->inspect);
	check_programs();
}

void invariants_trace(struct kernel *traced)
{
	static const char *const states[] = {"ready",   "running", "waiting",
					     "calling", "parked",  "stopped"};
	kernel = traced;
	for (struct id_entry *entry = id_table_next(&kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&kernel->processes, entry)) {
		const struct process *process = list_record(entry, struct process, by_pid);
		const struct machine_process *machine = process->instance;
		sim_trace(
		    "  process %llu: %s, state %d, %u sent, %u owed", (unsigned long long)entry->id,
		    machine == NULL ? "nothing yet" : store_kind_names[machine->kind],
		    (int)process->state, process->party.sent.count, process->party.received.count);
		list_for_each(link, &process->threads)
		    sim_trace("    a thread is %s",
			      states[list_record(link, struct thread, of_process)->state]);
	}
}

void invariants_check_rest(struct kernel *checked)
{
	invariants_check(checked);
	for (uint32_t i = 0; i < seen_count; i++) {
		const struct message *message = seen[i].message;
		/* One that waits for a child's end may do so for ever. */
		if (message->state == MESSAGE_ANSWERED || message->state == MESSAGE_SERVED ||
		    message->sender == NULL)
			continue;
		sim_fail("at rest, message %llu of process %llu still waits for %llu (state %d)",
			 (unsigned long long)message->sent.id,
			 (unsigned long long)message->sender->serial,
			 (unsigned long long)message->handler->serial, (int)message->state);
	}
}
