#include "boot.h"

#include "bytes.h"
#include "handlers.h"
#include "kernel_state.h"
#include "mem.h"
#include "routing.h"
#include "text.h"

void boot_init(struct boot *boot)
{
	*boot = (struct boot){0};
	list_init(&boot->programs);
}

void boot_reset(struct boot *boot)
{
	while (!list_is_empty(&boot->programs)) {
		struct boot_program *program =
		    list_record(list_first(&boot->programs), struct boot_program, of_boot);
		list_remove(&program->of_boot);
		port_release(program, sizeof *program);
	}
	boot_init(boot);
}

/* ---- The manifest ---- */

/* One line, cut into words; the manifest is trusted no more than any file. */
struct line {
	struct wasm_name words[4];
	uint32_t count;
	uint64_t offset;
};

static bool is_word(const struct wasm_name *word, const char *text)
{
	size_t size = 0;
	while (text[size] != '\0')
		size++;
	return word->size == size && memcmp(word->data, text, size) == 0;
}

/* The next line that has words; false at the end. Words beyond the fourth are counted only. */
static bool next_line(struct bytes *in, struct line *line)
{
	*line = (struct line){0};
	while (in->next < in->end && line->count == 0) {
		const uint8_t *at = in->next;
		const uint8_t *end = in->end;
		line->offset = bytes_offset(in);
		while (at < end && *at != '\n') {
			const uint8_t *start = at;
			while (at < end && *at != ' ' && *at != '\n')
				at++;
			if (at > start && line->count++ < 4)
				line->words[line->count - 1] =
				    (struct wasm_name){start, (size_t)(at - start)};
			if (at < end && *at == ' ')
				at++;
		}
		in->next = at < end ? at + 1 : at;
	}
	return line->count > 0;
}

static enum status complain(struct fault *fault, uint64_t offset, const char *what,
			    const struct wasm_name *word)
{
	fault_set_name(fault, offset, what, word->data, word->size);
	return STATUS_MALFORMED;
}

static int hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool parse_digest(const struct wasm_name *word, struct digest *out)
{
	if (word->size != 2 * sizeof out->bytes)
		return false;
	for (size_t i = 0; i < sizeof out->bytes; i++) {
		int high = hex_value(word->data[2 * i]);
		int low = hex_value(word->data[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out->bytes[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

static struct boot_program *find_program(struct boot *boot, const struct wasm_name *name)
{
	list_for_each(link, &boot->programs)
	{
		struct boot_program *program = list_record(link, struct boot_program, of_boot);
		if (is_word(name, program->name))
			return program;
	}
	return NULL;
}

bool boot_has_program(const struct boot *boot, const struct cid *cid)
{
	list_for_each(link, &boot->programs)
	{
		const struct boot_program *program =
		    list_record(link, struct boot_program, of_boot);
		if (cid_is_equal(&program->handler->cid, cid))
			return true;
	}
	return false;
}

static enum status make_program(struct boot *boot, struct handler *handler,
				struct boot_program **out)
{
	struct boot_program *program = port_allocate(sizeof *program);
	if (program == NULL)
		return STATUS_NO_MEMORY;
	*program = (struct boot_program){.handler = handler};
	list_append(&boot->programs, &program->of_boot);
	boot->program_count++;
	*out = program;
	return STATUS_OK;
}

static enum status add_program(struct kernel *kernel, const struct line *line, struct fault *fault)
{
	struct boot *boot = &kernel->boot;
	const struct wasm_name *name = &line->words[1];
	struct cid cid;
	if (name->size >= BOOT_NAME_BYTES || find_program(boot, name) != NULL)
		return complain(fault, line->offset, "no name for a boot program:", name);
	const uint8_t *text = line->words[2].data;
	enum status status = cid_from_text((const char *)text, line->words[2].size, &cid, fault);
	if (status != STATUS_OK)
		return status;
	if (handlers_find(&kernel->handlers, &cid) != NULL)
		return complain(fault, line->offset, "named already:", name);
	if (boot->program_count >= BOOT_PROGRAMS_MAX)
		return STATUS_LIMIT;
	struct handler *handler;
	struct boot_program *program;
	status = handlers_make(kernel, &cid, &handler);
	if (status == STATUS_OK)
		status = make_program(boot, handler, &program);
	if (status == STATUS_OK) {
		memcpy(program->name, name->data, name->size);
		handler->is_boot = true;
	}
	return status;
}

static enum status add_handles(struct kernel *kernel, const struct line *line, struct fault *fault)
{
	struct boot_program *program = find_program(&kernel->boot, &line->words[1]);
	struct digest interface;
	if (program == NULL)
		return complain(fault, line->offset, "no such boot program:", &line->words[1]);
	if (!parse_digest(&line->words[2], &interface))
		return complain(fault, line->offset, "no digest:", &line->words[2]);
	if (program->handles_count >= BOOT_HANDLES_MAX)
		return complain(fault, line->offset, "too many interfaces:", &line->words[1]);
	enum status status = routing_set_only(kernel, &interface, &program->handler->cid);
	if (status == STATUS_INVALID)
		return complain(fault, line->offset, "handled already:", &line->words[2]);
	program->handles_count += status == STATUS_OK;
	return status;
}

static enum status add_grant(struct kernel *kernel, const struct line *line, struct fault *fault)
{
	struct boot_program *program = find_program(&kernel->boot, &line->words[1]);
	struct kernel_grant grant = {.verdict = KERNEL_ALLOWED};
	if (program == NULL)
		return complain(fault, line->offset, "no such boot program:", &line->words[1]);
	if (!parse_digest(&line->words[2], &grant.interface))
		return complain(fault, line->offset, "no digest:", &line->words[2]);
	if (program->granted_count >= BOOT_GRANTS_MAX)
		return complain(fault, line->offset, "too many grants:", &line->words[1]);
	for (uint32_t i = 0; i < program->granted_count; i++)
		if (memcmp(&program->granted[i].interface, &grant.interface,
			   sizeof grant.interface) == 0)
			return complain(fault, line->offset, "granted already:", &line->words[2]);
	program->granted[program->granted_count++] = grant;
	return STATUS_OK;
}

static enum status read_line(struct kernel *kernel, const struct line *line, struct fault *fault)
{
	if (line->count != 3)
		return complain(fault, line->offset, "not three words:", &line->words[0]);
	if (is_word(&line->words[0], "program"))
		return add_program(kernel, line, fault);
	if (is_word(&line->words[0], "handles"))
		return add_handles(kernel, line, fault);
	if (is_word(&line->words[0], "grants"))
		return add_grant(kernel, line, fault);
	return complain(fault, line->offset, "unknown word in the boot manifest:", &line->words[0]);
}

/* From now on each is known by its name, and has its grants. */
static enum status make_grants(struct kernel *kernel)
{
	list_for_each(link, &kernel->boot.programs)
	{
		struct boot_program *program = list_record(link, struct boot_program, of_boot);
		struct kernel_grants grants = {.items = program->granted,
					       .count = program->granted_count};
		struct grant_set *set;
		enum status status = grant_set_create(&grants, &kernel->exchange.next_grant, &set);
		if (status != STATUS_OK)
			return status;
		handlers_pin(program->handler, program->name, set);
	}
	return STATUS_OK;
}

static enum status read_manifest(struct kernel *kernel, struct bytes in, struct fault *fault)
{
	enum status status = STATUS_OK;
	struct line line;
	while (status == STATUS_OK && next_line(&in, &line))
		status = read_line(kernel, &line, fault);
	return status == STATUS_OK ? make_grants(kernel) : status;
}

enum status kernel_boot(struct kernel *kernel, const uint8_t *car, size_t size, struct fault *fault)
{
	*fault = (struct fault){0};
	struct boot *boot = &kernel->boot;
	core_assert(!boot->is_open);
	enum status status = car_open(car, size, &boot->car, fault);
	if (status != STATUS_OK)
		return status;
	const uint8_t *manifest;
	size_t manifest_size;
	status = car_block(&boot->car, &boot->car.root, &manifest, &manifest_size);
	if (status != STATUS_OK) {
		fault_set(fault, 0, "the boot archive has no manifest");
		return status;
	}
	boot->is_open = true;
	status = read_manifest(kernel, bytes_over(manifest, manifest_size), fault);
	if (status != STATUS_OK && fault->text[0] == '\0')
		fault_set(fault, 0, status_text(status));
	return status;
}
