#include "program.h"

#include "lock.h"
#include "text.h"

struct program *program_share(struct kernel *kernel, const struct cid *cid)
{
	list_for_each(link, &kernel->programs)
	{
		struct program *program = list_record(link, struct program, of_kernel);
		if (!cid_is_equal(&program->cid, cid))
			continue;
		program->references++;
		return program;
	}
	return NULL;
}

/* What cannot be read is as if it were not there: it is for a person's comfort only. */
static void read_uses(struct program *program)
{
	const struct engine *engine = program->kernel->engine;
	struct wasm_name section;
	struct fault fault = {0};
	if (engine->section == NULL || !engine->section(program->code, USES_SECTION, &section) ||
	    uses_read(&section, &program->uses, &fault) == STATUS_OK)
		return;
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
	read_uses(program);
	list_append(&kernel->programs, &program->of_kernel);
	*out = program;
	return STATUS_OK;
}

void program_release(struct program *program)
{
	if (--program->references > 0)
		return;
	uses_reset(&program->uses);
	program->kernel->engine->unload(program->code);
	list_remove(&program->of_kernel);
	port_release(program, sizeof *program);
}
