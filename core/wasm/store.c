#include "runtime.h"

#include "mem.h"

enum status store_take(struct wasm_store *store, uint64_t count, size_t size, void **out)
{
	void *records = arena_array(&store->arena, count, size);
	if (records == NULL)
		return store->arena.refusal;
	*out = records;
	return STATUS_OK;
}

enum status wasm_store_create(const struct wasm_store_limits *limits, struct wasm_store **out)
{
	struct wasm_store *store = port_allocate(sizeof *store);
	if (store == NULL)
		return STATUS_NO_MEMORY;
	*store = (struct wasm_store){.limits = *limits};
	arena_init(&store->arena, limits->record_bytes);
	void *empty;
	enum status status = store_take(store, 1, sizeof *store->empty_instance, &empty);
	if (status != STATUS_OK) {
		wasm_store_destroy(store);
		return status;
	}
	store->empty_instance = empty;
	store->empty_instance->store = store;
	store->empty_instance->memory = &store->empty_memory;
	*out = store;
	return STATUS_OK;
}

void wasm_store_destroy(struct wasm_store *store)
{
	if (store == NULL)
		return;
	memory_release_all(store);
	table_release_all(store);
	arena_reset(&store->arena);
	port_release(store, sizeof *store);
}

/* ---- Signatures ---- */

static uint32_t hash_type(const struct wasm_function_type *type)
{
	uint32_t hash = type->parameter_count;
	for (uint32_t i = 0; i < type->parameter_count + type->result_count; i++)
		hash = hash * 31 + (uint32_t)type->types[i];
	return hash;
}

static bool is_same_type(const struct wasm_signature *signature,
			 const struct wasm_function_type *type)
{
	if (signature->parameter_count != type->parameter_count ||
	    signature->result_count != type->result_count)
		return false;
	for (uint32_t i = 0; i < type->parameter_count + type->result_count; i++)
		if (signature->types[i] != type->types[i])
			return false;
	return true;
}

static enum status add_signature(struct wasm_store *store, const struct wasm_function_type *type,
				 uint32_t hash, struct wasm_signature **out)
{
	uint32_t count = type->parameter_count + type->result_count;
	void *record, *types;
	enum status status = store_take(store, 1, sizeof(struct wasm_signature), &record);
	if (status == STATUS_OK)
		status = store_take(store, count, sizeof *type->types, &types);
	if (status != STATUS_OK)
		return status;
	if (count > 0)
		memcpy(types, type->types, count * sizeof *type->types);
	*out = record;
	**out = (struct wasm_signature){.hash = hash,
					.parameter_count = type->parameter_count,
					.result_count = type->result_count,
					.types = types};
	return STATUS_OK;
}

/* Doubles the buckets when there are as many signatures. Old buckets stay in the arena: together
 * they are no more than the new ones. */
static enum status grow_buckets(struct wasm_store *store)
{
	uint32_t count = store->bucket_count == 0 ? 16 : store->bucket_count * 2;
	void *fresh;
	enum status status = store_take(store, count, sizeof *store->buckets, &fresh);
	if (status != STATUS_OK)
		return status;
	struct wasm_signature **buckets = fresh;
	for (uint32_t i = 0; i < store->bucket_count; i++) {
		while (store->buckets[i] != NULL) {
			struct wasm_signature *moved = store->buckets[i];
			store->buckets[i] = moved->next;
			moved->next = buckets[moved->hash & (count - 1)];
			buckets[moved->hash & (count - 1)] = moved;
		}
	}
	store->buckets = buckets;
	store->bucket_count = count;
	return STATUS_OK;
}

enum status store_signature(struct wasm_store *store, const struct wasm_function_type *type,
			    const struct wasm_signature **out)
{
	uint32_t hash = hash_type(type);
	if (store->signature_count == store->bucket_count) {
		enum status status = grow_buckets(store);
		if (status != STATUS_OK)
			return status;
	}
	struct wasm_signature **bucket = &store->buckets[hash & (store->bucket_count - 1)];
	for (const struct wasm_signature *s = *bucket; s != NULL; s = s->next) {
		if (s->hash == hash && is_same_type(s, type)) {
			*out = s;
			return STATUS_OK;
		}
	}
	struct wasm_signature *fresh;
	enum status status = add_signature(store, type, hash, &fresh);
	if (status != STATUS_OK)
		return status;
	fresh->next = *bucket;
	*bucket = fresh;
	store->signature_count++;
	*out = fresh;
	return STATUS_OK;
}

/* ---- What the host defines ---- */

static enum wasm_type type_of_letter(char letter)
{
	switch (letter) {
	case 'i':
		return WASM_I32;
	case 'I':
		return WASM_I64;
	case 'f':
		return WASM_F32;
	case 'F':
		return WASM_F64;
	case 'r':
		return WASM_EXTERNREF;
	default:
		core_assert(letter == 'c');
		return WASM_FUNCREF;
	}
}

enum { HOST_VALUES_MAX = 32 };

static enum status host_signature(struct wasm_store *store, const char *text,
				  const struct wasm_signature **out)
{
	enum wasm_type types[HOST_VALUES_MAX];
	struct wasm_function_type type = {.types = types};
	uint32_t *count = &type.parameter_count;
	for (uint32_t used = 0; *text != '\0'; text++) {
		if (*text == ':') {
			core_assert(count == &type.parameter_count);
			count = &type.result_count;
			continue;
		}
		core_assert(used < HOST_VALUES_MAX);
		types[used++] = type_of_letter(*text);
		++*count;
	}
	core_assert(count == &type.result_count);
	return store_signature(store, &type, out);
}

enum status wasm_host_function_create(struct wasm_store *store,
				      const struct wasm_host_function *host, void *context,
				      struct wasm_function **out)
{
	const struct wasm_signature *signature;
	void *record;
	enum status status = host_signature(store, host->signature, &signature);
	if (status == STATUS_OK)
		status = store_take(store, 1, sizeof(struct wasm_function), &record);
	if (status != STATUS_OK)
		return status;
	*out = record;
	**out =
	    (struct wasm_function){.signature = signature, .host = host->call, .context = context};
	return STATUS_OK;
}

enum status wasm_host_memory_create(struct wasm_store *store, uint64_t pages_min,
				    uint64_t pages_max, struct wasm_memory **out)
{
	struct wasm_memory_type type = {{pages_min, pages_max, pages_max != UINT64_MAX}, false, 0};
	return memory_create(store, &type, out);
}

enum status wasm_host_shared_memory_create(struct wasm_store *store, uint64_t pages_min,
					   uint64_t pages_max, struct wasm_memory **out)
{
	struct wasm_memory_type type = {{pages_min, pages_max, true}, true, 0};
	return memory_create(store, &type, out);
}

enum status wasm_store_set_waits(struct wasm_store *store,
				 const struct wasm_host_function rows[WASM_WAIT_COUNT],
				 void *context)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < WASM_WAIT_COUNT && status == STATUS_OK; i++)
		status = wasm_host_function_create(store, &rows[i], context, &store->waits[i]);
	return status;
}

void wasm_store_set_make_room(struct wasm_store *store, bool (*make_room)(void *context),
			      void *context)
{
	store->make_room = make_room;
	store->make_room_context = context;
}

enum status wasm_host_table_create(struct wasm_store *store, enum wasm_type type, uint64_t size_min,
				   uint64_t size_max, struct wasm_table **out)
{
	struct wasm_table_type table = {type, {size_min, size_max, size_max != UINT64_MAX}};
	return table_create(store, &table, out);
}

enum status wasm_host_global_create(struct wasm_store *store, enum wasm_type type, bool is_mutable,
				    uint64_t value, struct wasm_global **out)
{
	void *record;
	enum status status = store_take(store, 1, sizeof(struct wasm_global), &record);
	if (status != STATUS_OK)
		return status;
	thread_trim(&type, 1, &value);
	*out = record;
	**out = (struct wasm_global){.value = value, .type = type, .is_mutable = is_mutable};
	return STATUS_OK;
}

enum wasm_type wasm_global_type(const struct wasm_global *global)
{
	return global->type;
}

uint64_t wasm_global_value(const struct wasm_global *global)
{
	return global->value;
}

/* ---- Functions ---- */

uint32_t wasm_function_parameter_count(const struct wasm_function *function)
{
	return function->signature->parameter_count;
}

uint32_t wasm_function_result_count(const struct wasm_function *function)
{
	return function->signature->result_count;
}

enum wasm_type wasm_function_parameter(const struct wasm_function *function, uint32_t index)
{
	core_assert(index < function->signature->parameter_count);
	return function->signature->types[index];
}

enum wasm_type wasm_function_result(const struct wasm_function *function, uint32_t index)
{
	core_assert(index < function->signature->result_count);
	return function->signature->types[function->signature->parameter_count + index];
}
