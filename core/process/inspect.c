#include "inspect.h"

#include <cairn/abi.h>
#include <cairn/inspect.h>

#include "kernel_limits.h"
#include "kernel_state.h"
#include "mem.h"
#include "permit.h"

static bool is_visible(const struct inspect_view *view, const struct process *process)
{
	return view->process == 0 || process->party.serial == view->process ||
	       process->starter == view->process;
}

static uint64_t memory_of(const struct process *process)
{
	struct list_link *first = list_first(&process->threads);
	return first == NULL ? 0
			     : thread_memory(list_record(first, struct thread, of_process)).size;
}

static uint64_t since(const struct kernel *kernel, uint64_t then_ns)
{
	uint64_t now = kernel->exchange.now_ns;
	return now > then_ns ? now - then_ns : 0;
}

static struct wire_bytes bytes_of(const struct digest *digest)
{
	return (struct wire_bytes){.data = digest->bytes, .size = sizeof digest->bytes};
}

/* ---- Processes ---- */

/* What a process waits for, the oldest first. */
struct pendings {
	struct inspect_pending items[INSPECT_PENDING_MAX];
	uint32_t count;
};

/* Puts it where its age belongs; the youngest falls out where there are too many. */
static void add_pending(struct pendings *pendings, const struct inspect_pending *pending)
{
	uint32_t at = pendings->count;
	while (at > 0 && pendings->items[at - 1].age < pending->age)
		at--;
	if (at == INSPECT_PENDING_MAX)
		return;
	if (pendings->count < INSPECT_PENDING_MAX)
		pendings->count++;
	for (uint32_t i = pendings->count - 1; i > at; i--)
		pendings->items[i] = pendings->items[i - 1];
	pendings->items[at] = *pending;
}

/* Those of one channel lie in the order in which they were sent. */
static void collect_channel(const struct kernel *kernel, const struct channel *channel,
			    struct pendings *pendings)
{
	uint32_t looked_at = 0;
	list_for_each(link, &channel->messages)
	{
		const struct message *message = list_record(link, struct message, of_channel);
		const struct party *handler = message->handler;
		bool is_with_program = handler->service == NULL && message->state != MESSAGE_HELD;
		struct inspect_pending pending = {.interface = bytes_of(&message->route->interface),
						  .handler = is_with_program ? handler->serial : 0,
						  .age = since(kernel, message->sent_ns)};
		if (looked_at++ == INSPECT_PENDING_MAX)
			return;
		if (message->wants_answer)
			add_pending(pendings, &pending);
	}
}

static void collect_pendings(const struct process *process, struct pendings *pendings)
{
	pendings->count = 0;
	list_for_each(link, &process->party.channels_out) collect_channel(
	    process->kernel, list_record(link, struct channel, of_sender), pendings);
}

static uint32_t collect_handled(const struct process *process, struct wire_bytes *handled)
{
	uint32_t count = 0;
	list_for_each(link, &process->party.stops)
	{
		const struct stop *stop = list_record(link, struct stop, of_party);
		if (stop->handler != NULL && count < INSPECT_HANDLES_MAX)
			handled[count++] = bytes_of(&stop->route->interface);
	}
	return count;
}

static enum inspect_state state_of(const struct process *process)
{
	if (process->state == PROCESS_ENDING)
		return INSPECT_STATE_ENDED;
	if (process->state == PROCESS_STARTING)
		return INSPECT_STATE_STARTING;
	list_for_each(link, &process->threads)
	{
		enum thread_state state = list_record(link, struct thread, of_process)->state;
		if (state == THREAD_READY || state == THREAD_RUNNING)
			return INSPECT_STATE_RUNNING;
	}
	return INSPECT_STATE_WAITING;
}

static void put_process(const struct process *process, struct wire_out *out)
{
	const struct party *party = &process->party;
	struct pendings pendings;
	struct wire_bytes handled[INSPECT_HANDLES_MAX];
	uint8_t cid[CID_BINARY_BYTES];
	char petname[KERNEL_PETNAME_BYTES];
	cid_to_binary(&process->cid, cid);
	collect_pendings(process, &pendings);
	struct inspect_process told = {
	    .pid = party->serial,
	    .program = {cid, sizeof cid},
	    .petname = {.has_value = permit_petname(process->kernel, &process->cid, petname)},
	    .starter = process->starter,
	    .state = state_of(process),
	    .threads = process->thread_count,
	    .age = since(process->kernel, process->started_ns),
	    .cpu = cpu_time_ns(&process->cpu_time),
	    .memory = memory_of(process),
	    .memory_max = process->memory_bytes_max,
	    .records = party->records.used,
	    .message_bytes = party->bodies.used,
	    .messages_sent = party->sent_count,
	    .messages_received = party->received_count,
	    .handles = {.items = handled, .count = collect_handled(process, handled)},
	    .waits_for = {.items = pendings.items, .count = pendings.count},
	};
	told.petname.value = wire_text(petname);
	inspect_process_put(out, &told);
}

/* The processes of the lowest pids, in their order. */
struct page {
	const struct process *items[INSPECT_PROCESSES_MAX];
	uint32_t count;
};

static void add_to_page(struct page *page, const struct process *process)
{
	uint32_t at = page->count;
	while (at > 0 && page->items[at - 1]->party.serial > process->party.serial)
		at--;
	if (at == INSPECT_PROCESSES_MAX)
		return;
	if (page->count < INSPECT_PROCESSES_MAX)
		page->count++;
	for (uint32_t i = page->count - 1; i > at; i--)
		page->items[i] = page->items[i - 1];
	page->items[at] = process;
}

void inspect_put_processes(const struct inspect_view *view, uint64_t first, struct wire_out *out)
{
	const struct id_table *processes = &view->kernel->processes;
	struct page page = {.count = 0};
	for (struct id_entry *entry = id_table_next(processes, NULL); entry != NULL;
	     entry = id_table_next(processes, entry)) {
		const struct process *process = list_record(entry, struct process, by_pid);
		if (entry->id >= first && is_visible(view, process))
			add_to_page(&page, process);
	}
	wire_put_u32(out, page.count);
	for (uint32_t i = 0; i < page.count; i++)
		put_process(page.items[i], out);
}

/* ---- Handlers ---- */

static uint32_t count_queued(const struct stop *stop)
{
	uint32_t count = 0;
	list_for_each(link, &stop->held) count++;
	if (stop->handler == NULL)
		return count;
	list_for_each(link, &stop->handler->inbox.queued[INBOX_INCOMING])
	{
		struct notification *notification = list_record(link, struct notification, link);
		struct message *message = list_record(notification, struct message, notification);
		if (notification->kind == CAIRN_KIND_MESSAGE && message->route == stop->route)
			count++;
	}
	return count;
}

/* Whether any messages lead to the kernel's own stop. */
static bool is_in_use(const struct route *route, const struct stop *stop)
{
	if (stop->program != NULL || route->first == stop)
		return true;
	list_for_each(link, &route->stops)
	{
		if (list_record(link, struct stop, of_route)->next == stop)
			return true;
	}
	for (uint32_t i = 0; i < route->override_count; i++)
		if (route->overrides[i].stop == stop)
			return true;
	return false;
}

/* For somebody who does not see all: a process of his stands there. */
static bool is_stop_visible(const struct inspect_view *view, const struct stop *stop)
{
	if (view->process == 0)
		return is_in_use(stop->route, stop);
	return stop->handler != NULL && stop->handler->service == NULL &&
	       is_visible(view, process_of_party(stop->handler));
}

static void put_stop(const struct inspect_view *view, const struct stop *stop, struct wire_out *out)
{
	const struct digest *interface = &stop->route->interface;
	uint8_t cid[CID_BINARY_BYTES];
	struct kernel_words words;
	struct inspect_handler_ told = {.interface = bytes_of(interface),
					.queued = count_queued(stop)};
	told.name.has_value =
	    permit_interface_words(view->kernel, interface, &words) && words.name[0] != '\0';
	told.name.value = wire_text(words.name);
	if (stop->program != NULL) {
		cid_to_binary(stop->program, cid);
		told.program = (struct wire_bytes){cid, sizeof cid};
		told.pid = stop->handler == NULL ? 0 : stop->handler->serial;
	}
	inspect_handler__put(out, &told);
}

/* Calls `put` for each stop that is to be seen (nothing where it is NULL); how many those are. */
static uint32_t for_each_stop(const struct inspect_view *view,
			      void (*put)(const struct inspect_view *view, const struct stop *stop,
					  struct wire_out *out),
			      struct wire_out *out)
{
	const struct router *router = &view->kernel->exchange.router;
	uint32_t count = 0;
	for (uint32_t i = 0; i <= router->mask; i++) {
		const struct route *route = router->slots[i];
		if (route == NULL)
			continue;
		list_for_each(link, &route->stops)
		{
			const struct stop *stop = list_record(link, struct stop, of_route);
			if (!is_stop_visible(view, stop))
				continue;
			count++;
			if (put != NULL)
				put(view, stop, out);
		}
	}
	return count;
}

void inspect_put_handlers(const struct inspect_view *view, struct wire_out *out)
{
	wire_put_u32(out, for_each_stop(view, NULL, NULL));
	for_each_stop(view, put_stop, out);
}

/* ---- The node ---- */

void inspect_put_summary(const struct inspect_view *view, struct wire_out *out)
{
	const struct kernel *kernel = view->kernel;
	struct inspect_totals totals = {.age = since(kernel, kernel->created_ns),
					.cpus = kernel->cpu_count};
	bool is_all = view->process == 0;
	for (struct id_entry *entry = id_table_next(&kernel->processes, NULL); entry != NULL;
	     entry = id_table_next(&kernel->processes, entry)) {
		const struct process *process = list_record(entry, struct process, by_pid);
		if (!is_visible(view, process))
			continue;
		totals.processes++;
		totals.messages += process->party.sent_count;
		totals.memory += memory_of(process);
		totals.cpu += cpu_time_ns(&process->cpu_time);
	}
	/* Those that have ended are of interest to whoever sees all. */
	totals.processes_started = is_all ? kernel->started_count : totals.processes;
	totals.messages += is_all ? kernel->exchange.past_messages : 0;
	totals.cpu += is_all ? kernel->past_cpu_ns : 0;
	inspect_totals_put(out, &totals);
}

/* ---- Changes ---- */

bool inspect_is_due(const struct kernel *kernel)
{
	const struct inspect_watch *watch = &kernel->inspect;
	return watch->waiting != NULL && watch->told != kernel->exchange.changes;
}
