#include "spectest.h"

#include <string.h>

/* What scripts print is of no interest. */
static enum wasm_host_result print(void *context, struct wasm_thread *thread, uint64_t *slots)
{
	return WASM_HOST_CONTINUE;
}

static void add(struct spectest *spectest, const char *name, struct wasm_extern value)
{
	spectest->exports[spectest->count].name = name;
	spectest->exports[spectest->count++].value = value;
}

static enum status add_functions(struct wasm_store *store, struct spectest *spectest)
{
	static const struct wasm_host_function functions[] = {
	    {"print", ":", print},           {"print_i32", "i:", print},
	    {"print_i64", "I:", print},      {"print_f32", "f:", print},
	    {"print_f64", "F:", print},      {"print_i32_f32", "if:", print},
	    {"print_f64_f64", "FF:", print},
	};
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
		struct wasm_extern value = {.kind = WASM_FUNCTION};
		enum status status =
		    wasm_host_function_create(store, &functions[i], NULL, &value.function);
		if (status != STATUS_OK)
			return status;
		add(spectest, functions[i].name, value);
	}
	return STATUS_OK;
}

static enum status add_globals(struct wasm_store *store, struct spectest *spectest)
{
	static const struct {
		const char *name;
		enum wasm_type type;
		uint64_t value;
	} globals[] = {
	    {"global_i32", WASM_I32, 666},
	    {"global_i64", WASM_I64, 666},
	    {"global_f32", WASM_F32, 0x4426a666},         /* 666.6 */
	    {"global_f64", WASM_F64, 0x4084d4cccccccccd}, /* 666.6 */
	};
	for (size_t i = 0; i < sizeof globals / sizeof globals[0]; i++) {
		struct wasm_extern value = {.kind = WASM_GLOBAL};
		enum status status = wasm_host_global_create(store, globals[i].type, false,
							     globals[i].value, &value.global);
		if (status != STATUS_OK)
			return status;
		add(spectest, globals[i].name, value);
	}
	return STATUS_OK;
}

enum status spectest_create(struct wasm_store *store, struct spectest *out)
{
	*out = (struct spectest){0};
	struct wasm_extern memory = {.kind = WASM_MEMORY}, table = {.kind = WASM_TABLE};
	enum status status = add_functions(store, out);
	if (status == STATUS_OK)
		status = add_globals(store, out);
	if (status == STATUS_OK)
		status = wasm_host_memory_create(store, 1, 2, &memory.memory);
	struct wasm_extern shared = {.kind = WASM_MEMORY};
	if (status == STATUS_OK)
		status = wasm_host_shared_memory_create(store, 1, 2, &shared.memory);
	if (status == STATUS_OK)
		status = wasm_host_table_create(store, WASM_FUNCREF, 10, 20, &table.table);
	if (status != STATUS_OK)
		return status;
	add(out, "memory", memory);
	add(out, "shared_memory", shared);
	add(out, "table", table);
	return STATUS_OK;
}

bool spectest_find(const struct spectest *spectest, const struct wasm_name *name,
		   struct wasm_extern *out)
{
	for (size_t i = 0; i < spectest->count; i++) {
		const char *own = spectest->exports[i].name;
		if (strlen(own) != name->size || memcmp(own, name->data, name->size) != 0)
			continue;
		*out = spectest->exports[i].value;
		return true;
	}
	return false;
}
