#include "puppet.h"

#include <stdlib.h>

/* ---- Running, which puppets do not ---- */

static struct puppet *of(struct execution *self)
{
	return list_record(self, struct puppet, execution);
}

static enum execution_outcome resume(struct execution *self)
{
	of(self)->thread->state = THREAD_CALLING;
	return EXECUTION_SUSPENDED;
}

static struct execution_memory memory(const struct execution *self)
{
	const struct puppet *puppet = list_record(self, const struct puppet, execution);
	return (struct execution_memory){puppet->memory, PUPPET_MEMORY_BYTES, puppet->is_64};
}

static void note_fault(struct execution *self, const char *text)
{
	of(self)->fault = text;
}

static void interrupt(struct execution *self)
{
}

static void explain(struct execution *self, struct fault *fault, char *backtrace, size_t size)
{
	fault_set(fault, 0, of(self)->fault);
	if (size > 0)
		backtrace[0] = '\0';
}

static void destroy(struct execution *self)
{
	if (of(self)->owns_memory)
		free(of(self)->memory);
	free(of(self));
}

static const struct execution_kind kind = {resume, memory, note_fault, interrupt, explain, destroy};

/* ---- The engine: any bytes that begin with a P are a puppet ---- */

uint64_t puppet_code_bytes = 1000;
uint32_t puppet_loads, puppet_unloads;
void (*puppet_meanwhile)(void);

static enum status load(const uint8_t *bytes, uint64_t size, void **code, struct fault *fault)
{
	static char puppets_need_none;
	if (size == 0 || bytes[0] != 'P') {
		fault_set(fault, 0, "no puppet");
		return STATUS_MALFORMED;
	}
	if (puppet_meanwhile != NULL)
		puppet_meanwhile();
	puppet_loads++;
	*code = &puppets_need_none;
	return STATUS_OK;
}

static void unload(void *code)
{
	puppet_unloads++;
}

static uint64_t code_bytes(const void *code)
{
	return puppet_code_bytes;
}

struct wasm_name puppet_section;

static bool section(const void *code, const char *name, struct wasm_name *payload)
{
	*payload = puppet_section;
	return puppet_section.size > 0 && strcmp(name, USES_SECTION) == 0;
}

static struct puppet *add_puppet(struct process *process)
{
	struct puppet *puppet = calloc(1, sizeof *puppet);
	puppet->execution.kind = &kind;
	puppet->kernel = process->kernel;
	puppet->process = process;
	if (thread_create(process, &puppet->execution, &puppet->thread) != STATUS_OK) {
		free(puppet);
		return NULL;
	}
	cpu_forget(process->kernel->cpu, puppet->thread);
	puppet->thread->state = THREAD_CALLING;
	return puppet;
}

static enum status start(struct process *process, void *code, struct fault *fault)
{
	struct puppet *puppet = add_puppet(process);
	if (puppet == NULL) {
		fault_set(fault, 0, "out of memory");
		return STATUS_NO_MEMORY;
	}
	puppet->memory = calloc(1, PUPPET_MEMORY_BYTES);
	puppet->owns_memory = true;
	process->instance = puppet;
	return STATUS_OK;
}

static void stop(struct process *process)
{
}

/* A further puppet has the first one's memory. */
static enum status spawn(struct process *process, uint32_t number, uint64_t argument,
			 struct thread **out)
{
	const struct puppet *first = process->instance;
	struct puppet *puppet = add_puppet(process);
	if (puppet == NULL)
		return STATUS_NO_MEMORY;
	puppet->memory = first->memory;
	puppet->argument = argument;
	*out = puppet->thread;
	return STATUS_OK;
}

const struct engine puppet_engine = {.load = load,
				     .unload = unload,
				     .code_bytes = code_bytes,
				     .section = section,
				     .start = start,
				     .spawn = spawn,
				     .stop = stop};

/* ---- The stage ---- */

struct kernel *stage_create(const struct kernel_limits *limits)
{
	return stage_create_with(limits, NULL);
}

struct kernel *stage_create_with(const struct kernel_limits *limits,
				 const struct kernel_policy *policy)
{
	struct kernel_settings settings = {
	    .limits = limits == NULL ? kernel_limits_default() : *limits, .policy = policy};
	struct kernel *kernel;
	assert_int_equal(kernel_create_with(&settings, &puppet_engine, &kernel), STATUS_OK);
	return kernel;
}

void stage_settle(struct kernel *kernel)
{
	while (kernel_step(kernel)) {
	}
}

void stage_destroy(struct kernel *kernel)
{
	kernel_destroy(kernel);
	assert_int_equal(test_port_live_bytes, 0);
}

struct digest stage_interface(char letter)
{
	struct digest digest;
	memset(digest.bytes, letter, sizeof digest.bytes);
	return digest;
}

/* ---- Puppets ---- */

struct puppet *puppet_create_with(struct kernel *kernel, const struct kernel_grants *grants)
{
	struct startup startup = {0};
	struct cid cid = {.codec = CID_RAW};
	struct grant_set *set;
	struct rights *rights;
	struct process *process;
	struct fault fault;
	assert_int_equal(grant_set_create(grants, &kernel->exchange.next_grant, &set), STATUS_OK);
	const struct rights_terms terms = {.options = set, .asks = true};
	assert_int_equal(permit_create(kernel, &cid, &terms, &rights), STATUS_OK);
	assert_int_equal(process_create(kernel, &cid, rights, &startup, &process), STATUS_OK);
	rights_release(rights);
	grant_set_release(set);
	list_remove(&process->of_queue);
	process->state = PROCESS_RUNNING;
	assert_int_equal(start(process, NULL, &fault), STATUS_OK);
	return process->instance;
}

struct puppet *puppet_create(struct kernel *kernel)
{
	struct kernel_grants all = {.allow_all = true};
	return puppet_create_with(kernel, &all);
}

struct puppet *puppet_add_thread(struct puppet *first)
{
	struct puppet *puppet = add_puppet(first->process);
	puppet->memory = first->memory;
	return puppet;
}

struct stop *stage_stop(struct kernel *kernel, char letter, const struct cid *program)
{
	struct router *router = &kernel->exchange.router;
	struct digest interface = stage_interface(letter);
	struct route *route = router_find(router, &interface);
	if (route == NULL)
		assert_int_equal(router_add(router, &interface, &route), STATUS_OK);
	if (route->first == NULL) {
		assert_int_equal(stop_create(route, program, &route->first), STATUS_OK);
		list_append(&route->stops, &route->first->of_route);
	}
	return route->first;
}

struct stop *puppet_handles(struct puppet *puppet, char letter)
{
	struct exchange *exchange = &puppet->kernel->exchange;
	struct stop *stop = stage_stop(puppet->kernel, letter, NULL);
	assert_int_equal(
	    stop_register(exchange, stop, &puppet->process->party, (struct stop_options){0}),
	    STATUS_OK);
	return stop;
}

void puppet_kill(struct puppet *puppet)
{
	struct kernel *kernel = puppet->kernel;
	process_kill(puppet->process);
	while (!list_is_empty(&kernel->ending))
		kernel_step(kernel);
}

uint64_t puppet_pid(const struct puppet *puppet)
{
	return puppet->process->party.serial;
}

/* ---- System calls ---- */

static int64_t result_of(struct puppet *puppet, enum wasm_host_result host)
{
	if (host == WASM_HOST_TRAP)
		return PUPPET_TRAPPED;
	if (host == WASM_HOST_CONTINUE)
		return (int64_t)puppet->slots[0];
	return puppet->process->state == PROCESS_ENDING ? PUPPET_ENDED : PUPPET_BLOCKED;
}

static void put_part(struct puppet *puppet, uint64_t address, uint64_t size)
{
	uint64_t wide[2] = {address, size};
	uint32_t narrow[2] = {(uint32_t)address, (uint32_t)size};
	if (puppet->is_64)
		memcpy(puppet->memory + AT_PARTS, wide, sizeof wide);
	else
		memcpy(puppet->memory + AT_PARTS, narrow, sizeof narrow);
}

static int64_t send_parts(struct puppet *puppet, const struct digest *interface,
			  uint32_t part_count, uint32_t flags)
{
	memcpy(puppet->memory + AT_DIGEST, interface->bytes, sizeof interface->bytes);
	puppet->slots[0] = AT_DIGEST;
	puppet->slots[1] = AT_PARTS;
	puppet->slots[2] = part_count;
	puppet->slots[3] = flags;
	puppet->kernel->cpu->running = puppet->thread;
	int64_t result = result_of(puppet, syscall_send(puppet->thread, puppet->slots));
	puppet->kernel->cpu->running = NULL;
	return result;
}

int64_t puppet_send_bytes(struct puppet *puppet, const struct digest *interface, const void *data,
			  size_t size, uint32_t flags)
{
	memcpy(puppet->memory + AT_BODY, data, size);
	put_part(puppet, AT_BODY, size);
	return send_parts(puppet, interface, 1, flags);
}

int64_t puppet_send(struct puppet *puppet, char letter, const char *text, uint32_t flags)
{
	struct digest interface = stage_interface(letter);
	return puppet_send_bytes(puppet, &interface, text, strlen(text), flags);
}

static uint8_t encoded_bytes[sizeof((struct request *)NULL)->bytes];
static struct wire_out encoded;

struct wire_out *request_cursor(void)
{
	encoded = wire_out_over(encoded_bytes, sizeof encoded_bytes);
	return &encoded;
}

struct request request_encoded(void)
{
	struct request request = {.size = (size_t)encoded.size};
	assert_true(wire_is_whole(&encoded));
	memcpy(request.bytes, encoded_bytes, request.size);
	return request;
}

uint64_t puppet_ask(struct puppet *puppet, const struct digest *interface,
		    const struct request *request)
{
	int64_t id =
	    puppet_send_bytes(puppet, interface, request->bytes, request->size, CAIRN_SEND_ANSWER);
	assert_true(id > 0);
	return (uint64_t)id;
}

int64_t puppet_send_parts(struct puppet *puppet, char letter, uint32_t part_count, uint32_t flags)
{
	struct digest interface = stage_interface(letter);
	return send_parts(puppet, &interface, part_count, flags);
}

int32_t puppet_answer(struct puppet *puppet, uint64_t id, const char *text, uint32_t flags)
{
	memcpy(puppet->memory + AT_BODY, text, strlen(text));
	put_part(puppet, AT_BODY, strlen(text));
	puppet->slots[0] = id;
	puppet->slots[1] = AT_PARTS;
	puppet->slots[2] = 1;
	puppet->slots[3] = flags;
	puppet->kernel->cpu->running = puppet->thread;
	int64_t result = result_of(puppet, syscall_answer(puppet->thread, puppet->slots));
	puppet->kernel->cpu->running = NULL;
	return (int32_t)result;
}

/* Takes down what lies in the buffer, if it fitted. */
static int32_t look(struct puppet *puppet, int32_t result)
{
	const uint8_t *out = puppet->memory + AT_OUT;
	if (result < (int32_t)sizeof puppet->note)
		return result;
	memcpy(&puppet->note, out, sizeof puppet->note);
	assert_int_equal(result, (int32_t)(sizeof puppet->note + puppet->note.length));
	memcpy(puppet->body, out + sizeof puppet->note, puppet->note.length);
	puppet->body[puppet->note.length] = '\0';
	return result;
}

int32_t puppet_wait_with_room(struct puppet *puppet, struct puppet_ids ids, uint32_t room,
			      uint32_t flags)
{
	uint32_t count = 0;
	while (count < 4 && ids.ids[count] != 0)
		count++;
	memset(puppet->memory + AT_OUT, 0, sizeof puppet->note);
	memcpy(puppet->memory + AT_IDS, ids.ids, sizeof ids.ids);
	puppet->slots[0] = AT_IDS;
	puppet->slots[1] = count;
	puppet->slots[2] = AT_OUT;
	puppet->slots[3] = room;
	puppet->slots[4] = flags;
	int64_t result = result_of(puppet, syscall_wait(puppet->thread, puppet->slots));
	return result > room ? (int32_t)result : look(puppet, (int32_t)result);
}

int32_t puppet_wait(struct puppet *puppet, struct puppet_ids ids, uint32_t flags)
{
	return puppet_wait_with_room(puppet, ids, PUPPET_MEMORY_BYTES - AT_OUT, flags);
}

int32_t puppet_result(struct puppet *puppet)
{
	struct thread *thread = puppet->thread;
	if (thread->state == THREAD_WAITING)
		return PUPPET_BLOCKED;
	if (thread->state == THREAD_READY) {
		cpu_forget(puppet->kernel->cpu, thread);
		thread->state = THREAD_CALLING;
	}
	int32_t result = (int32_t)puppet->slots[0];
	return (uint64_t)(uint32_t)result > thread->waiter.out_size ? result : look(puppet, result);
}

uint64_t puppet_take(struct puppet *puppet)
{
	struct puppet_ids incoming = {{CAIRN_ID_INCOMING}};
	assert_in_range(puppet_wait(puppet, incoming, 0), sizeof puppet->note, INT32_MAX);
	assert_int_equal(puppet->note.kind, CAIRN_KIND_MESSAGE);
	return puppet->note.message;
}

uint32_t puppet_take_answer(struct puppet *puppet, uint64_t id)
{
	assert_in_range(puppet_wait(puppet, (struct puppet_ids){{id}}, 0), sizeof puppet->note,
			INT32_MAX);
	assert_int_equal(puppet->note.kind, CAIRN_KIND_ANSWER);
	assert_int_equal(puppet->note.message, id);
	return puppet->note.status;
}
