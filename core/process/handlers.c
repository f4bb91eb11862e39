#include "handlers.h"

#include "lock.h"
#include "launch.h"
#include "mem.h"
#include "permit.h"
#include "routing.h"
#include "start.h"
#include "text.h"

static struct list *bucket_of(struct handlers *handlers, const struct cid *program)
{
	return &handlers->buckets[program->hash[0] % HANDLER_BUCKETS];
}

void handlers_init(struct handlers *handlers)
{
	for (int i = 0; i < HANDLER_BUCKETS; i++)
		list_init(&handlers->buckets[i]);
}

void handlers_reset(struct handlers *handlers)
{
	for (int i = 0; i < HANDLER_BUCKETS; i++) {
		struct list *bucket = &handlers->buckets[i];
		while (!list_is_empty(bucket)) {
			struct handler *handler =
			    list_record(list_first(bucket), struct handler, of_bucket);
			list_remove(&handler->of_bucket);
			while (!list_is_empty(&handler->stops))
				stop_destroy(list_record(list_first(&handler->stops), struct stop,
							 of_program));
			handler_destroy(handler);
		}
	}
}

struct handler *handlers_find(struct handlers *handlers, const struct cid *program)
{
	list_for_each(link, bucket_of(handlers, program))
	{
		struct handler *handler = list_record(link, struct handler, of_bucket);
		if (cid_is_equal(&handler->cid, program))
			return handler;
	}
	return NULL;
}

enum status handler_create(struct kernel *kernel, const struct cid *program, struct handler **out)
{
	struct handler *handler = port_allocate(sizeof *handler);
	if (handler == NULL)
		return STATUS_NO_MEMORY;
	*handler = (struct handler){.kernel = kernel, .cid = *program};
	list_init(&handler->stops);
	cid_to_text(program, handler->name);
	*out = handler;
	return STATUS_OK;
}

void handler_destroy(struct handler *handler)
{
	core_assert(list_is_empty(&handler->stops) && !list_is_linked(&handler->of_bucket));
	if (handler->grants != NULL)
		grant_set_release(handler->grants);
	port_release(handler, sizeof *handler);
}

enum status handlers_make(struct kernel *kernel, const struct cid *program, struct handler **out)
{
	struct handler *handler = handlers_find(&kernel->handlers, program);
	if (handler == NULL) {
		enum status status = handler_create(kernel, program, &handler);
		if (status != STATUS_OK)
			return status;
		list_append(bucket_of(&kernel->handlers, program), &handler->of_bucket);
	}
	*out = handler;
	return STATUS_OK;
}

void handlers_pin(struct handler *handler, const char *name, struct grant_set *grants)
{
	if (handler->is_pinned) {
		grant_set_release(grants);
		return;
	}
	size_t size = 0;
	while (name[size] != '\0')
		size++;
	core_assert(size < sizeof handler->name);
	memmove(handler->name, name, size + 1);
	handler->is_pinned = true;
	handler->grants = grants;
}

void handlers_release(struct handler *handler)
{
	if (handler->is_pinned || !list_is_empty(&handler->stops))
		return;
	list_remove(&handler->of_bucket);
	handler_destroy(handler);
}

static enum status add(struct kernel *kernel, const struct kernel_handler *named, uint32_t *taken)
{
	if (named->interface_count > BOOT_HANDLES_MAX)
		return STATUS_LIMIT;
	struct handler *handler;
	struct grant_set *grants;
	enum status status = handlers_make(kernel, &named->program, &handler);
	if (status != STATUS_OK)
		return status;
	status = grant_set_create(&named->grants, &kernel->exchange.next_grant, &grants);
	if (status != STATUS_OK) {
		handlers_release(handler);
		return status;
	}
	handlers_pin(handler, handler->name, grants);
	handler->terminal = named->terminal;
	for (uint32_t i = 0; i < named->interface_count && status == STATUS_OK; i++) {
		status = routing_set_only(kernel, &named->interfaces[i], &handler->cid);
		if (status == STATUS_INVALID)
			*taken = i;
	}
	return status;
}

enum status kernel_add_handler(struct kernel *kernel, const struct kernel_handler *named,
			       uint32_t *taken)
{
	bool has_entered = kernel_enter(kernel);
	enum status status = add(kernel, named, taken);
	kernel_leave(kernel, has_entered);
	return status;
}

/* ---- Starting ---- */

void handlers_forgive(struct handler *handler)
{
	handler->start_count = 0;
	handler->is_held_back = false;
}

/* As it is called: in the manifest, by the user, or by its CID. */
static const char *name_of(const struct handler *handler, char petname[KERNEL_PETNAME_BYTES])
{
	bool is_named =
	    !handler->is_boot && permit_petname(handler->kernel, &handler->cid, petname);
	return is_named ? petname : handler->name;
}

static void log_held_back(const struct handler *handler)
{
	enum { LINE_BYTES = 256 };
	char line[LINE_BYTES];
	char petname[KERNEL_PETNAME_BYTES];
	struct text text = text_over(line, sizeof line);
	text_string(&text, "handler ");
	text_string(&text, name_of(handler, petname));
	text_string(&text, " was started ");
	text_decimal(&text, HANDLER_STARTS_MAX);
	text_string(&text, " times within ");
	text_decimal(&text, HANDLER_WINDOW_NS / 1000000000);
	text_string(&text, " s; it is held back until that is over");
	port_log(PORT_LOG_ERROR, line, text.used);
}

/* Whether it may be started once more; the first refusal is told to the operator. */
static bool take_start(struct handler *handler)
{
	uint64_t now = port_monotonic_ns();
	uint64_t *oldest = &handler->starts_ns[handler->start_count % HANDLER_STARTS_MAX];
	if (handler->start_count >= HANDLER_STARTS_MAX && now - *oldest < HANDLER_WINDOW_NS) {
		if (!handler->is_held_back)
			log_held_back(handler);
		handler->is_held_back = true;
		return false;
	}
	*oldest = now;
	handler->is_held_back = false;
	handler->start_count++;
	if (handler->start_count == 2 * HANDLER_STARTS_MAX)
		handler->start_count = HANDLER_STARTS_MAX;
	return true;
}

static enum status start_process(struct handler *handler, struct process **out)
{
	struct kernel *kernel = handler->kernel;
	char petname[KERNEL_PETNAME_BYTES];
	const char *text = name_of(handler, petname);
	size_t size = 0;
	while (text[size] != '\0')
		size++;
	struct wasm_name name = {(const uint8_t *)text, size};
	const struct kernel_start start = {.program = handler->cid,
					   .arguments = &name,
					   .argument_count = 1,
					   .terminal = handler->terminal};
	const struct rights_terms terms = {.options = handler->grants, .is_boot = handler->is_boot};
	struct rights *rights;
	enum status status = permit_create(kernel, &handler->cid, &terms, &rights);
	if (status != STATUS_OK)
		return status;
	status = start_with_rights(kernel, &start, rights, out);
	rights_release(rights);
	return status;
}

enum status handlers_start(struct exchange *exchange, struct stop *stop)
{
	struct handler *handler = handler_of_stop(stop);
	struct process *process;
	if (!take_start(handler))
		return STATUS_LIMIT;
	enum status status = start_process(handler, &process);
	if (status != STATUS_OK)
		return status;
	if (handler->launch != NULL)
		launch_join(handler->launch, process, false);
	list_for_each(link, &handler->stops)
	{
		struct stop *other = list_record(link, struct stop, of_program);
		if (other->handler == NULL && other->starting == NULL)
			stop_await(other, &process->party);
	}
	return STATUS_OK;
}
