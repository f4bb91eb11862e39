#include "support/wasm_machine.h"

#include <string.h>

#include "core/port.h"

const struct wasm_store_limits wasm_machine_limits = {
    .memory_bytes = 64 << 20, .table_elements = 1 << 20, .record_bytes = 16 << 20};

/* A section whose payload is "one of it" and those bytes. */
static void section_of_one(struct wasm_builder *builder, uint8_t id, const uint8_t *item,
			   size_t size)
{
	wasm_builder_append(builder, BYTES(id));
	wasm_builder_u32(builder, (uint32_t)size + 1);
	wasm_builder_append(builder, BYTES(1));
	wasm_builder_append(builder, item, size);
}

void wasm_machine_build(struct wasm_machine *machine, const uint8_t *type, size_t type_size,
			const uint8_t *body, size_t body_size)
{
	struct wasm_builder *builder = &machine->builder;
	wasm_builder_begin(builder);
	section_of_one(builder, 1, type, type_size);
	section_of_one(builder, 3, BYTES(0));
	section_of_one(builder, 4, BYTES(0x70, 0, 4));
	section_of_one(builder, 5, BYTES(1, 1, 3));
	section_of_one(builder, 6, BYTES(0x7f, 1, 0x41, 0, 0x0b));
	section_of_one(builder, 7, BYTES(1, 'f', 0, 0));
	section_of_one(builder, 9, BYTES(0, 0x41, 0, 0x0b, 1, 0));
	wasm_builder_body(builder, body, body_size);
}

enum status wasm_machine_start(struct wasm_machine *machine, const struct wasm_extern *imports,
			       uint32_t import_count)
{
	machine->module = NULL;
	machine->store = NULL;
	machine->thread = NULL;
	enum status status = wasm_module_create(machine->builder.bytes, machine->builder.size,
						&machine->module, &machine->fault);
	if (status == STATUS_OK)
		status = wasm_store_create(&wasm_machine_limits, &machine->store);
	if (status == STATUS_OK)
		status = wasm_instance_create(machine->store, machine->module, imports,
					      import_count, &machine->instance, &machine->fault);
	if (status == STATUS_OK)
		status = wasm_thread_create(machine->store, WASM_MACHINE_STACK_BYTES, NULL,
					    &machine->thread);
	return status;
}

void wasm_machine_stop(struct wasm_machine *machine)
{
	wasm_thread_destroy(machine->thread);
	wasm_store_destroy(machine->store);
	wasm_module_destroy(machine->module);
}

struct wasm_function *wasm_machine_function(const struct wasm_machine *machine, const char *name)
{
	struct wasm_extern found;
	core_assert(wasm_instance_export(machine->instance, (const uint8_t *)name, strlen(name),
					 &found) == STATUS_OK);
	core_assert(found.kind == WASM_FUNCTION);
	return found.function;
}

enum wasm_outcome wasm_machine_call(struct wasm_machine *machine, const uint64_t *arguments)
{
	core_assert(wasm_thread_call(machine->thread, wasm_machine_function(machine, "f"),
				     arguments) == STATUS_OK);
	return wasm_thread_resume(machine->thread);
}
