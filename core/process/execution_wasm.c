#include "execution_wasm.h"

#include "core/wasm.h"
#include "import_hint.h"
#include "lock.h"
#include "mem.h"
#include "process.h"
#include "syscall.h"
#include "text.h"

/* A host function as a store's context for it. */
struct binding {
	struct kernel *kernel;
	const struct wasm_host_function *function;
};

/* process->instance: what all threads of a process share. */
struct wasm_process {
	struct wasm_store *store;
	struct wasm_instance *instance;
	struct wasm_memory *memory; /* NULL where the program has none */
	struct binding *bindings;   /* one for each import */
	struct wasm_extern *imports;
	uint32_t import_count;
	uint64_t store_bytes; /* of the process's records, set aside for the store */

	/* Instances of threads that have ended, for those that will be. */
	struct wasm_instance **idle;
	uint32_t idle_count, idle_capacity;
};

struct wasm_execution {
	struct execution execution;
	struct wasm_process *shared;
	struct process *process;
	struct thread *thread;
	struct wasm_thread *wasm;
	struct wasm_instance *instance;
	struct wasm_function *then; /* to be called when the present one has returned, or NULL */
	uint64_t arguments[2];      /* for that */
};

/* ---- Imports ---- */

/* Whatever a program calls needs the kernel's lock, once there is more than one CPU. A thread that
 * suspends keeps it until it has left its CPU, and so does one whose process has ended meanwhile.
 */
typedef enum wasm_host_result (*kernel_call)(struct thread *thread, uint64_t *slots);

static __attribute__((noinline)) enum wasm_host_result locked(struct thread *thread,
							      uint64_t *slots, kernel_call call)
{
	struct kernel *kernel = thread->process->kernel;
	kernel_lock(kernel, thread->cpu);
	if (thread->process->state == PROCESS_ENDING)
		return WASM_HOST_SUSPEND;
	enum wasm_host_result result = call(thread, slots);
	if (result != WASM_HOST_SUSPEND)
		kernel_unlock(kernel, thread->cpu);
	return result;
}

static inline enum wasm_host_result enter(struct wasm_thread *wasm, uint64_t *slots,
					  kernel_call call)
{
	struct thread *thread = call_thread(wasm);
	if (thread->process->kernel->is_parallel)
		return locked(thread, slots, call);
	return call(thread, slots);
}

static enum wasm_host_result host_send(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return enter(wasm, slots, syscall_send);
}

static enum wasm_host_result host_answer(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return enter(wasm, slots, syscall_answer);
}

static enum wasm_host_result host_wait(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return enter(wasm, slots, syscall_wait);
}

static const struct wasm_host_function system_calls[] = {
    {"send", "iiii:I", host_send},
    {"answer", "Iiii:i", host_answer},
    {"wait", "iiiii:i", host_wait},
};

static const struct kernel_host_module cairn = {"cairn", system_calls,
						sizeof system_calls / sizeof system_calls[0]};

static enum wasm_host_result wait32(struct thread *thread, uint64_t *slots)
{
	return futex_wait(thread, slots, sizeof(uint32_t));
}

static enum wasm_host_result wait64(struct thread *thread, uint64_t *slots)
{
	return futex_wait(thread, slots, sizeof(uint64_t));
}

static enum wasm_host_result notify(struct thread *thread, uint64_t *slots)
{
	slots[0] = futex_notify(thread->process, slots[0], (uint32_t)slots[1]);
	return WASM_HOST_CONTINUE;
}

static enum wasm_host_result host_wait32(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return enter(wasm, slots, wait32);
}

static enum wasm_host_result host_wait64(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return enter(wasm, slots, wait64);
}

static enum wasm_host_result host_notify(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	return enter(wasm, slots, notify);
}

/* The instructions that wait for other threads. */
static const struct wasm_host_function waits[WASM_WAIT_COUNT] = {
    [WASM_WAIT32] = {"wait32", "IiI:i", host_wait32},
    [WASM_WAIT64] = {"wait64", "III:i", host_wait64},
    [WASM_NOTIFY] = {"notify", "Ii:i", host_notify},
};

struct thread *call_thread(struct wasm_thread *wasm)
{
	struct wasm_execution *execution = wasm_thread_user(wasm);
	return execution->thread;
}

/* Around each function of a host module: what it scratched goes when it has returned. */
static enum wasm_host_result call_bound(const struct binding *binding, struct thread *thread,
					struct wasm_thread *wasm, uint64_t *slots)
{
	thread->slots = slots;
	enum wasm_host_result result = binding->function->call(binding->kernel, wasm, slots);
	if (result != WASM_HOST_SUSPEND)
		call_finish(thread);
	return result;
}

static enum wasm_host_result call_host(void *context, struct wasm_thread *wasm, uint64_t *slots)
{
	const struct binding *binding = context;
	struct kernel *kernel = binding->kernel;
	struct thread *thread = call_thread(wasm);
	if (!kernel->is_parallel)
		return call_bound(binding, thread, wasm, slots);
	kernel_lock(kernel, thread->cpu);
	if (thread->process->state == PROCESS_ENDING)
		return WASM_HOST_SUSPEND;
	enum wasm_host_result result = call_bound(binding, thread, wasm, slots);
	if (result != WASM_HOST_SUSPEND)
		kernel_unlock(kernel, thread->cpu);
	return result;
}

static bool is_named(const struct wasm_name *name, const char *text)
{
	for (size_t i = 0; i < name->size; i++)
		if (text[i] == '\0' || (uint8_t)text[i] != name->data[i])
			return false;
	return text[name->size] == '\0';
}

static const struct wasm_host_function *find_in(const struct kernel_host_module *module,
						const struct wasm_item *item)
{
	for (uint32_t i = 0; i < module->function_count; i++)
		if (is_named(&item->name, module->functions[i].name))
			return &module->functions[i];
	return NULL;
}

static const struct wasm_host_function *find_import(const struct kernel_settings *settings,
						    const struct wasm_item *item)
{
	if (item->kind != WASM_FUNCTION)
		return NULL;
	if (is_named(&item->module, cairn.name))
		return find_in(&cairn, item);
	for (uint32_t i = 0; i < settings->host_module_count; i++)
		if (is_named(&item->module, settings->host_modules[i].name))
			return find_in(&settings->host_modules[i], item);
	return NULL;
}

static enum status unlinkable(const struct wasm_item *item, struct fault *fault)
{
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "nobody supplies the import \"");
	text_escaped(&text, item->module.data, item->module.size);
	text_string(&text, "\" \"");
	text_escaped(&text, item->name.data, item->name.size);
	text_string(&text, "\" ");
	text_string(&text, item->type_text);
	text_string(&text, import_hint(&item->module, &item->name));
	fault->offset = 0;
	return STATUS_UNLINKABLE;
}

/* Threads of a program share a memory that it imports (wasi-threads): it is made for the process.
 */
static enum status bind_memory(struct process *process, const struct wasm_module *module,
			       uint32_t index, struct fault *fault)
{
	struct wasm_process *shared = process->instance;
	struct wasm_extern *import = &shared->imports[index];
	uint64_t pages_min, pages_max;
	bool is_shared = wasm_module_import_shared(module, index, &pages_min, &pages_max);
	core_assert(is_shared);
	import->kind = WASM_MEMORY;
	enum status status =
	    wasm_host_shared_memory_create(shared->store, pages_min, pages_max, &import->memory);
	if (status == STATUS_OK)
		return status;
	uint64_t most = process->memory_bytes_max;
	if (pages_max < most / PORT_PAGE_BYTES)
		most = pages_max * PORT_PAGE_BYTES;
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "there is no room for a memory of ");
	text_size(&text, pages_min * PORT_PAGE_BYTES);
	text_string(&text, " that may grow to ");
	text_size(&text, most);
	return status;
}

static bool is_program_memory(const struct wasm_module *module, const struct wasm_item *item,
			      uint32_t index)
{
	uint64_t pages_min, pages_max;
	return is_named(&item->module, "env") && is_named(&item->name, "memory") &&
	       wasm_module_import_shared(module, index, &pages_min, &pages_max);
}

static enum status bind(struct process *process, const struct wasm_item *item, uint32_t index,
			struct fault *fault)
{
	struct wasm_process *shared = process->instance;
	const struct wasm_host_function *function = find_import(&process->kernel->settings, item);
	if (function == NULL)
		return unlinkable(item, fault);
	struct binding *binding = &shared->bindings[index];
	*binding = (struct binding){process->kernel, function};
	struct wasm_host_function host = *function;
	if (!is_named(&item->module, cairn.name))
		host.call = call_host;
	shared->imports[index].kind = WASM_FUNCTION;
	return wasm_host_function_create(shared->store, &host, binding,
					 &shared->imports[index].function);
}

static enum status link_imports(struct process *process, const struct wasm_module *module,
				struct fault *fault)
{
	struct wasm_process *shared = process->instance;
	struct budget *records = &process->party.records;
	uint32_t count = wasm_module_import_count(module);
	shared->bindings = budget_allocate(records, (count + (size_t)1) * sizeof(struct binding));
	if (shared->bindings == NULL)
		return STATUS_NO_MEMORY;
	shared->import_count = count;
	shared->imports =
	    budget_allocate(records, (count + (size_t)1) * sizeof(struct wasm_extern));
	if (shared->imports == NULL)
		return STATUS_NO_MEMORY;
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
		struct wasm_item item;
		wasm_module_import(module, i, &item);
		status = is_program_memory(module, &item, i)
			     ? bind_memory(process, module, i, fault)
			     : bind(process, &item, i, fault);
	}
	return status;
}

/* ---- Threads ---- */

static struct wasm_execution *of(struct execution *self)
{
	return list_record(self, struct wasm_execution, execution);
}

static enum execution_outcome resume(struct execution *self)
{
	struct wasm_execution *execution = of(self);
	for (;;) {
		switch (wasm_thread_resume(execution->wasm)) {
		case WASM_TRAPPED:
			return EXECUTION_TRAPPED;
		case WASM_SUSPENDED:
			return EXECUTION_SUSPENDED;
		case WASM_INTERRUPTED:
			return EXECUTION_INTERRUPTED;
		case WASM_FINISHED:
			break;
		}
		struct wasm_function *then = execution->then;
		if (then == NULL)
			return EXECUTION_FINISHED;
		execution->then = NULL;
		if (wasm_thread_call(execution->wasm, then, execution->arguments) != STATUS_OK)
			return EXECUTION_TRAPPED;
	}
}

static struct execution_memory memory(const struct execution *self)
{
	const struct wasm_execution *execution =
	    list_record(self, const struct wasm_execution, execution);
	const struct wasm_memory *wasm = execution->shared->memory;
	if (wasm == NULL)
		return (struct execution_memory){0};
	return (struct execution_memory){wasm_memory_base(wasm), wasm_memory_size(wasm),
					 wasm_memory_is_64(wasm)};
}

static void fail(struct execution *self, const char *text)
{
	wasm_thread_fail(of(self)->wasm, text);
}

static void interrupt(struct execution *self)
{
	wasm_thread_interrupt(of(self)->wasm);
}

static void write_frame(struct text *text, const struct wasm_frame *frame)
{
	text_string(text, "    at ");
	if (frame->name.size > 0)
		text_escaped(text, frame->name.data, frame->name.size);
	else
		text_string(text, "function");
	text_string(text, " [");
	text_decimal(text, frame->function_index);
	text_string(text, "], offset ");
	text_decimal(text, frame->offset);
	text_string(text, "\n");
}

static void explain(struct execution *self, struct fault *fault, char *backtrace, size_t size)
{
	struct wasm_thread *wasm = of(self)->wasm;
	fault_set(fault, 0, wasm_thread_trap_text(wasm));
	if (size == 0)
		return;
	struct wasm_frame frames[BACKTRACE_FRAMES_MAX];
	uint32_t count = wasm_thread_backtrace(wasm, frames, BACKTRACE_FRAMES_MAX);
	struct text text = text_over(backtrace, size);
	for (uint32_t i = 0; i < count; i++)
		write_frame(&text, &frames[i]);
	if (count > 0)
		fault->offset = frames[0].offset;
}

/* The instance of a thread that has ended waits for the next one. */
static void give_back(struct wasm_process *shared, struct wasm_instance *instance)
{
	if (instance == shared->instance)
		return;
	core_assert(shared->idle_count < shared->idle_capacity);
	shared->idle[shared->idle_count++] = instance;
}

static void destroy(struct execution *self)
{
	struct wasm_execution *execution = of(self);
	if (execution->wasm != NULL)
		wasm_thread_destroy(execution->wasm);
	give_back(execution->shared, execution->instance);
	budget_release(&execution->process->party.records, execution, sizeof *execution);
}

static const struct execution_kind kind = {.resume = resume,
					   .memory = memory,
					   .fail = fail,
					   .interrupt = interrupt,
					   .explain = explain,
					   .destroy = destroy};

static bool find_function(const struct wasm_instance *instance, const char *name,
			  struct wasm_function **out)
{
	size_t size = 0;
	struct wasm_extern found;
	while (name[size] != '\0')
		size++;
	if (wasm_instance_export(instance, (const uint8_t *)name, size, &found) != STATUS_OK ||
	    found.kind != WASM_FUNCTION)
		return false;
	*out = found.function;
	return true;
}

static enum status find_start(struct wasm_process *shared, struct wasm_function **out,
			      struct fault *fault)
{
	struct wasm_function *found;
	if (!find_function(shared->instance, "_start", &found)) {
		bool is_library = find_function(shared->instance, "_initialize", &found);
		fault_set(fault, 0,
			  is_library
			      ? "the program exports \"_initialize\" and no \"_start\": it is a "
				"library (a WASI reactor), not a command"
			      : "the program exports no function \"_start\"");
		return STATUS_UNLINKABLE;
	}
	if (wasm_function_parameter_count(found) != 0 || wasm_function_result_count(found) != 0) {
		fault_set(fault, 0, "\"_start\" must have no parameters and no results");
		return STATUS_UNLINKABLE;
	}
	*out = found;
	return STATUS_OK;
}

/* The module's start function runs first, if there is one, on the same thread. */
static enum status begin(struct wasm_execution *execution, struct wasm_function *entry)
{
	struct wasm_process *shared = execution->shared;
	struct wasm_function *first = wasm_instance_start(execution->instance);
	enum status status =
	    wasm_thread_create(shared->store, execution->process->party.limits->stack_bytes,
			       execution, &execution->wasm);
	if (status != STATUS_OK)
		return status;
	if (first != NULL)
		execution->then = entry;
	return wasm_thread_call(execution->wasm, first != NULL ? first : entry,
				execution->arguments);
}

/* What a thread begins with. */
struct beginning {
	struct wasm_instance *instance;
	struct wasm_function *entry;
	uint64_t arguments[2];
};

/* Where it fails, the instance has been given back. */
static enum status start_thread(struct process *process, const struct beginning *beginning,
				struct thread **out)
{
	struct wasm_execution *execution =
	    budget_allocate(&process->party.records, sizeof *execution);
	if (execution == NULL) {
		give_back(process->instance, beginning->instance);
		return STATUS_NO_MEMORY;
	}
	*execution = (struct wasm_execution){.execution = {&kind},
					     .shared = process->instance,
					     .process = process,
					     .instance = beginning->instance};
	memcpy(execution->arguments, beginning->arguments, sizeof execution->arguments);
	enum status status = begin(execution, beginning->entry);
	if (status == STATUS_OK)
		status = thread_create(process, &execution->execution, &execution->thread);
	if (status == STATUS_OK)
		*out = execution->thread;
	else
		destroy(&execution->execution);
	return status;
}

/* ---- Further threads ---- */

/* Room for the instances of all threads that there may be. */
static enum status prepare_idle(struct process *process)
{
	struct wasm_process *shared = process->instance;
	uint32_t capacity = process->party.limits->threads;
	if (shared->idle != NULL)
		return STATUS_OK;
	shared->idle = budget_allocate(&process->party.records, capacity * sizeof *shared->idle);
	if (shared->idle == NULL)
		return STATUS_NO_MEMORY;
	shared->idle_capacity = capacity;
	return STATUS_OK;
}

static enum status take_instance(struct process *process, struct wasm_instance **out)
{
	struct wasm_process *shared = process->instance;
	struct fault fault;
	enum status status = prepare_idle(process);
	if (status != STATUS_OK)
		return status;
	if (shared->idle_count == 0)
		return wasm_instance_clone(shared->instance, out, &fault);
	*out = shared->idle[--shared->idle_count];
	wasm_instance_reset(*out);
	return STATUS_OK;
}

/* The entry of further threads takes a number and an argument of the memory's width. */
static bool find_thread_entry(const struct wasm_instance *instance, bool is_64,
			      struct wasm_function **out)
{
	enum wasm_type pointer = is_64 ? WASM_I64 : WASM_I32;
	return find_function(instance, "wasi_thread_start", out) &&
	       wasm_function_parameter_count(*out) == 2 && wasm_function_result_count(*out) == 0 &&
	       wasm_function_parameter(*out, 0) == WASM_I32 &&
	       wasm_function_parameter(*out, 1) == pointer;
}

static enum status spawn(struct process *process, uint32_t number, uint64_t argument,
			 struct thread **out)
{
	struct wasm_process *shared = process->instance;
	struct beginning beginning = {.arguments = {number, argument}};
	if (shared->memory == NULL || !wasm_memory_is_shared(shared->memory))
		return STATUS_NOT_FOUND;
	bool is_64 = wasm_memory_is_64(shared->memory);
	if (!find_thread_entry(shared->instance, is_64, &beginning.entry))
		return STATUS_NOT_FOUND;
	enum status status = take_instance(process, &beginning.instance);
	if (status != STATUS_OK)
		return status;
	bool is_found = find_thread_entry(beginning.instance, is_64, &beginning.entry);
	core_assert(is_found);
	return start_thread(process, &beginning, out);
}

/* ---- The engine ---- */

/* Who reads about a program that cannot be started sees the text alone. */
static void append_place(struct fault *fault)
{
	struct text text = {fault->text, sizeof fault->text, 0};
	while (fault->text[text.used] != '\0')
		text.used++;
	text_string(&text, ", at byte ");
	text_decimal(&text, fault->offset);
}

static enum status load(const uint8_t *bytes, uint64_t size, void **code, struct fault *fault)
{
	struct wasm_module *module;
	enum status status = wasm_module_create(bytes, size, &module, fault);
	if (status == STATUS_OK)
		*code = module;
	else if (fault->offset != 0)
		append_place(fault);
	return status;
}

static void unload(void *code)
{
	wasm_module_destroy(code);
}

static uint64_t code_bytes(const void *code)
{
	return wasm_module_bytes(code);
}

static bool section(const void *code, const char *name, struct wasm_name *payload)
{
	return wasm_module_custom(code, name, payload);
}

/* While a program's code runs, without the lock, or while one is started. */
static bool make_room(void *context)
{
	struct kernel *kernel = context;
	bool has_entered = kernel_enter(kernel);
	bool has_any = programs_drop_kept(kernel);
	kernel_leave(kernel, has_entered);
	return has_any;
}

/* Half of what may be allocated for the process is the store's, the other half the kernel's. */
static enum status create_store(struct process *process)
{
	struct wasm_process *shared = process->instance;
	const struct kernel_limits *limits = process->party.limits;
	uint64_t bytes = limits->record_bytes / 2;
	if (budget_charge(&process->party.records, bytes) != STATUS_OK)
		return STATUS_LIMIT;
	shared->store_bytes = bytes;
	struct wasm_store_limits store = {.memory_bytes = process->memory_bytes_max,
					  .table_elements = LIMIT_TABLE_ELEMENTS,
					  .record_bytes = bytes};
	enum status status = wasm_store_create(&store, &shared->store);
	if (status != STATUS_OK)
		return status;
	wasm_store_set_make_room(shared->store, make_room, process->kernel);
	return wasm_store_set_waits(shared->store, waits, NULL);
}

/* How much more it should be given is for whoever has started it to say: he knows how. */
static enum status check_memory(struct process *process, const struct wasm_module *module,
				struct fault *fault)
{
	uint64_t needed = wasm_module_memory_bytes(module);
	if (needed <= process->memory_bytes_max)
		return STATUS_OK;
	process->end.memory_bytes = needed;
	struct text text = text_over(fault->text, sizeof fault->text);
	text_string(&text, "it needs ");
	text_size(&text, needed);
	text_string(&text, " of memory and may have ");
	text_size(&text, process->memory_bytes_max);
	fault->offset = 0;
	return STATUS_LIMIT;
}

static enum status instantiate(struct process *process, const struct wasm_module *module,
			       struct fault *fault)
{
	struct wasm_process *shared = process->instance;
	enum status status = check_memory(process, module, fault);
	if (status == STATUS_OK)
		status = create_store(process);
	if (status == STATUS_OK)
		status = link_imports(process, module, fault);
	if (status == STATUS_OK)
		status = wasm_instance_create(shared->store, module, shared->imports,
					      shared->import_count, &shared->instance, fault);
	if (status != STATUS_OK)
		return status;
	shared->memory = wasm_instance_memory(shared->instance);
	struct beginning beginning = {.instance = shared->instance};
	struct thread *thread;
	status = find_start(shared, &beginning.entry, fault);
	return status == STATUS_OK ? start_thread(process, &beginning, &thread) : status;
}

static enum status start(struct process *process, void *code, struct fault *fault)
{
	struct wasm_process *shared = budget_allocate(&process->party.records, sizeof *shared);
	if (shared == NULL) {
		fault_set(fault, 0, status_text(STATUS_NO_MEMORY));
		return STATUS_NO_MEMORY;
	}
	*shared = (struct wasm_process){0};
	process->instance = shared;
	enum status status = instantiate(process, code, fault);
	if (status != STATUS_OK && fault->text[0] == '\0')
		fault_set(fault, 0, status_text(status));
	return status;
}

static void stop(struct process *process)
{
	struct wasm_process *shared = process->instance;
	if (shared == NULL)
		return;
	struct budget *records = &process->party.records;
	if (shared->store != NULL)
		wasm_store_destroy(shared->store);
	size_t count = shared->import_count + (size_t)1;
	budget_release(records, shared->bindings, count * sizeof(struct binding));
	budget_release(records, shared->imports, count * sizeof(struct wasm_extern));
	budget_release(records, shared->idle, shared->idle_capacity * sizeof *shared->idle);
	budget_refund(records, shared->store_bytes);
	budget_release(records, shared, sizeof *shared);
	process->instance = NULL;
}

const struct engine execution_wasm = {.load = load,
				      .unload = unload,
				      .code_bytes = code_bytes,
				      .section = section,
				      .start = start,
				      .spawn = spawn,
				      .stop = stop};
