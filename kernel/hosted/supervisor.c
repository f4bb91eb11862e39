#include "supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/port.h"
#include "core/text.h"
#include "size.h"

struct supervised {
	struct supervised *next;
	struct supervisor *supervisor;
	const struct configuration_program *program; /* NULL: it is to go */
	uint64_t process;                            /* 0 while it does not run */
	uint64_t started_ms;
	uint32_t restarts; /* in a row */
	uv_timer_t timer;  /* until it is started again */
	bool is_timer_open;
};

struct supervisor {
	struct kernel *kernel;
	uv_loop_t *loop;
	struct supervised *first;
	bool is_ending;
};

struct supervisor *supervisor_create(struct kernel *kernel, uv_loop_t *loop)
{
	struct supervisor *supervisor = calloc(1, sizeof *supervisor);
	if (supervisor != NULL)
		*supervisor = (struct supervisor){.kernel = kernel, .loop = loop};
	return supervisor;
}

/* ---- The log ---- */

static void log_about(const struct supervised *supervised, const char *what, const char *why)
{
	char line[512];
	struct text text = text_over(line, sizeof line);
	const char *name = supervised->program->name;
	text_escaped(&text, (const uint8_t *)name, strlen(name));
	text_string(&text, what);
	text_string(&text, why);
	port_log(PORT_LOG_WARNING, line, text.used);
}

static const char *words_of_end(const struct kernel_end *end, char out[FAULT_TEXT_BYTES])
{
	char size[SIZE_WORD_BYTES];
	if (end->cause == KERNEL_END_EXIT) {
		snprintf(out, FAULT_TEXT_BYTES, "exit code %u", (unsigned)end->code);
	} else if (end->memory_bytes != 0) {
		size_write(end->memory_bytes, size);
		snprintf(out, FAULT_TEXT_BYTES, "%s; in cairn.conf: memory = %s", end->fault.text,
			 size);
	} else {
		snprintf(out, FAULT_TEXT_BYTES, "%s",
			 end->fault.text[0] != '\0' ? end->fault.text : status_text(end->status));
	}
	return out;
}

/* ---- One program ---- */

static void start(struct supervised *supervised);

static void on_timer(uv_timer_t *timer)
{
	start(timer->data);
}

static void restart_later(struct supervised *supervised)
{
	uint64_t now = port_monotonic_ns() / 1000000;
	if (now - supervised->started_ms >= CONFIGURATION_SETTLED_MS)
		supervised->restarts = 0;
	uint64_t pause = configuration_backoff_ms(supervised->restarts++);
	uv_update_time(supervised->supervisor->loop);
	uv_timer_start(&supervised->timer, on_timer, pause, 0);
}

/* Inside the kernel: nothing is started here. */
static void on_ended(void *context, const struct kernel_end *end)
{
	struct supervised *supervised = context;
	char why[FAULT_TEXT_BYTES];
	supervised->process = 0;
	if (supervised->program == NULL || supervised->supervisor->is_ending)
		return;
	bool is_good = end->cause == KERNEL_END_EXIT && end->code == 0;
	bool is_restarted = configuration_is_restarted(supervised->program->restart, end);
	if (!is_good && end->cause != KERNEL_END_KILLED)
		log_about(supervised,
			  is_restarted ? " has ended and is started again: " : " has ended: ",
			  words_of_end(end, why));
	if (is_restarted)
		restart_later(supervised);
}

/* (They have no terminal: nobody is asked.) */
static void start(struct supervised *supervised)
{
	const struct configuration_program *program = supervised->program;
	const struct kernel_start order = {
	    .program = program->program,
	    .arguments = program->arguments,
	    .argument_count = program->argument_count,
	    .environment = program->environment,
	    .environment_count = program->environment_count,
	    .memory_bytes = program->memory_bytes,
	    .ended = on_ended,
	    .context = supervised,
	};
	supervised->started_ms = port_monotonic_ns() / 1000000;
	enum status status =
	    kernel_start(supervised->supervisor->kernel, &order, &supervised->process);
	if (status == STATUS_OK)
		return;
	supervised->process = 0;
	log_about(supervised, " cannot be started: ", status_text(status));
	if (program->restart != CONFIGURATION_NEVER)
		restart_later(supervised);
}

/* It stays in memory until the end: its timer may be closing, and its process ending. */
static void let_go(struct supervised *supervised)
{
	supervised->program = NULL;
	uv_timer_stop(&supervised->timer);
	if (supervised->process == 0)
		return;
	/* One that is ending already is not found. */
	enum status status = kernel_kill(supervised->supervisor->kernel, supervised->process);
	core_assert(status == STATUS_OK || status == STATUS_NOT_FOUND);
}

/* ---- All of them ---- */

static bool are_same_words(const struct wasm_name *a, const struct wasm_name *b, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (a[i].size != b[i].size || memcmp(a[i].data, b[i].data, a[i].size) != 0)
			return false;
	return true;
}

static bool is_same(const struct configuration_program *a, const struct configuration_program *b)
{
	return strcmp(a->name, b->name) == 0 && cid_is_equal(&a->program, &b->program) &&
	       a->restart == b->restart && a->memory_bytes == b->memory_bytes &&
	       a->argument_count == b->argument_count &&
	       a->environment_count == b->environment_count &&
	       are_same_words(a->arguments, b->arguments, a->argument_count) &&
	       are_same_words(a->environment, b->environment, a->environment_count);
}

static struct supervised *find(struct supervised *first,
			       const struct configuration_program *program)
{
	for (; first != NULL; first = first->next)
		if (first->program != NULL && is_same(first->program, program))
			return first;
	return NULL;
}

/* Those that have gone, and are done with, are used again. */
static struct supervised *add(struct supervisor *supervisor)
{
	for (struct supervised *at = supervisor->first; at != NULL; at = at->next)
		if (at->program == NULL && at->process == 0)
			return at;
	struct supervised *added = calloc(1, sizeof *added);
	if (added == NULL)
		return NULL;
	added->supervisor = supervisor;
	core_assert(uv_timer_init(supervisor->loop, &added->timer) == 0);
	added->timer.data = added;
	added->is_timer_open = true;
	added->next = supervisor->first;
	supervisor->first = added;
	return added;
}

enum status supervisor_set(struct supervisor *supervisor, const struct configuration *configuration)
{
	uint32_t count = configuration->program_count;
	struct supervised **kept = calloc(count + 1, sizeof *kept);
	if (kept == NULL)
		return STATUS_NO_MEMORY;
	for (uint32_t i = 0; i < count; i++)
		kept[i] = find(supervisor->first, &configuration->programs[i]);
	/* From here on the old configuration is not looked at any more. */
	for (struct supervised *at = supervisor->first; at != NULL; at = at->next) {
		bool is_kept = false;
		for (uint32_t i = 0; i < count && !is_kept; i++)
			is_kept = kept[i] == at;
		if (!is_kept && at->program != NULL)
			let_go(at);
	}
	for (uint32_t i = 0; i < count; i++) {
		struct supervised *supervised = kept[i] != NULL ? kept[i] : add(supervisor);
		if (supervised == NULL) {
			port_log(PORT_LOG_ERROR, "no memory for the programs of the configuration",
				 47);
			continue;
		}
		supervised->program = &configuration->programs[i];
		if (kept[i] == NULL) {
			supervised->restarts = 0;
			start(supervised);
		}
	}
	free(kept);
	return STATUS_OK;
}

void supervisor_end(struct supervisor *supervisor)
{
	if (supervisor == NULL)
		return;
	supervisor->is_ending = true;
	for (struct supervised *at = supervisor->first; at != NULL; at = at->next) {
		if (at->is_timer_open)
			uv_close((uv_handle_t *)&at->timer, NULL);
		at->is_timer_open = false;
	}
}

void supervisor_destroy(struct supervisor *supervisor)
{
	while (supervisor != NULL && supervisor->first != NULL) {
		struct supervised *first = supervisor->first;
		supervisor->first = first->next;
		free(first);
	}
	free(supervisor);
}
