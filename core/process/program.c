#include "program.h"

#include "kernel_limits.h"
#include "lock.h"
#include "text.h"

void programs_init(struct programs *programs)
{
	*programs = (struct programs){0};
	list_init(&programs->used);
	list_init(&programs->kept);
}

static struct program *find(const struct list *list, const struct cid *cid)
{
	list_for_each(link, list)
	{
		struct program *program = list_record(link, struct program, of_kernel);
		if (cid_is_equal(&program->cid, cid))
			return program;
	}
	return NULL;
}

static void unload(struct program *program)
{
	uses_reset(&program->uses);
	program->kernel->engine->unload(program->code);
	port_release(program, sizeof *program);
}

/* ---- What is kept ---- */

static void take_from_kept(struct program *program)
{
	struct programs *programs = &program->kernel->programs;
	list_remove(&program->of_kernel);
	programs->kept_bytes -= program->bytes;
	programs->kept_count--;
}

static void drop_oldest(struct programs *programs)
{
	struct program *oldest =
	    list_record(list_first(&programs->kept), struct program, of_kernel);
	take_from_kept(oldest);
	unload(oldest);
}

bool programs_drop_kept(struct kernel *kernel)
{
	struct programs *programs = &kernel->programs;
	bool has_any = programs->kept_count > 0;
	while (programs->kept_count > 0)
		drop_oldest(programs);
	core_assert(programs->kept_bytes == 0);
	return has_any;
}

static uint64_t bytes_of(const struct program *program)
{
	return sizeof *program + uses_bytes(&program->uses) +
	       program->kernel->engine->code_bytes(program->code);
}

/* One that is larger than all that may be kept drives out no others. */
static bool is_kept(const struct program *program)
{
	return !program->is_partial && !program->kernel->is_closing &&
	       program->bytes <= program->kernel->settings.kept_code_bytes;
}

static void keep(struct program *program)
{
	struct programs *programs = &program->kernel->programs;
	list_append(&programs->kept, &program->of_kernel);
	programs->kept_bytes += program->bytes;
	programs->kept_count++;
	while (programs->kept_bytes > program->kernel->settings.kept_code_bytes ||
	       programs->kept_count > PROGRAMS_KEPT_MAX)
		drop_oldest(programs);
}

/* ---- Programs in use ---- */

struct program *program_share(struct kernel *kernel, const struct cid *cid)
{
	struct program *program = find(&kernel->programs.used, cid);
	if (program == NULL) {
		program = find(&kernel->programs.kept, cid);
		if (program == NULL)
			return NULL;
		take_from_kept(program);
		list_append(&kernel->programs.used, &program->of_kernel);
	}
	program->references++;
	return program;
}

/* What cannot be read is as if it were not there: it is for a person's comfort only. */
static void read_uses(struct program *program)
{
	const struct engine *engine = program->kernel->engine;
	struct wasm_name section;
	struct fault fault = {0};
	if (engine->section == NULL || !engine->section(program->code, USES_SECTION, &section))
		return;
	enum status status = uses_read(&section, &program->uses, &fault);
	if (status == STATUS_OK)
		return;
	program->is_partial = status == STATUS_NO_MEMORY;
	char cid[CID_TEXT_BYTES];
	char line[FAULT_TEXT_BYTES + 128];
	struct text text = text_over(line, sizeof line);
	cid_to_text(&program->cid, cid);
	text_string(&text, "program ");
	text_bytes(&text, cid, 16);
	text_string(&text, "...: its section " USES_SECTION " is ignored: ");
	text_string(&text, fault.text);
	port_log(PORT_LOG_WARNING, line, text.used);
}

enum status program_load(struct kernel *kernel, const struct cid *cid,
			 const struct wasm_name *bytes, struct program **out, struct fault *fault)
{
	struct program *program = port_allocate(sizeof *program);
	if (program == NULL) {
		fault_set(fault, 0, "out of memory");
		return STATUS_NO_MEMORY;
	}
	*program = (struct program){.kernel = kernel, .cid = *cid, .references = 1};
	struct cpu *cpu = kernel->cpu;
	kernel_lend(kernel, cpu);
	enum status status = kernel->engine->load(bytes->data, bytes->size, &program->code, fault);
	kernel_take_back(kernel, cpu);
	if (status != STATUS_OK) {
		port_release(program, sizeof *program);
		return status;
	}
	struct program *others = program_share(kernel, cid);
	if (others != NULL) {
		unload(program);
		*out = others;
		return STATUS_OK;
	}
	read_uses(program);
	program->bytes = bytes_of(program);
	list_append(&kernel->programs.used, &program->of_kernel);
	*out = program;
	return STATUS_OK;
}

void program_release(struct program *program)
{
	if (--program->references > 0)
		return;
	list_remove(&program->of_kernel);
	if (is_kept(program))
		keep(program);
	else
		unload(program);
}
