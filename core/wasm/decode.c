#include "decode.h"

#include "limits.h"
#include "proposals.h"
#include "text.h"

void wasm_decode_fail(struct wasm_decoder *decoder, enum status status, const char *reason)
{
	if (!bytes_ok(&decoder->in))
		return;
	decoder->status = status;
	bytes_fail(&decoder->in, reason);
}

uint32_t wasm_decode_count(struct wasm_decoder *decoder, uint32_t max, const char *reason)
{
	uint32_t count = bytes_leb_u32(&decoder->in);
	if (count > bytes_left(&decoder->in))
		bytes_fail(&decoder->in, "length out of bounds");
	if (count > max)
		wasm_decode_fail(decoder, STATUS_LIMIT, reason);
	return bytes_ok(&decoder->in) ? count : 0;
}

void *wasm_decode_array(struct wasm_decoder *decoder, uint64_t count, size_t size)
{
	if (!bytes_ok(&decoder->in))
		return NULL;
	void *array = arena_array(&decoder->module->arena, count, size);
	if (array == NULL)
		wasm_decode_fail(decoder, STATUS_NO_MEMORY, "out of memory");
	return array;
}

struct wasm_name wasm_decode_name(struct wasm_decoder *decoder)
{
	struct wasm_name name = {
	    .size = wasm_decode_count(decoder, WASM_NAME_BYTES_MAX, "a name is too long")};
	uint64_t offset = bytes_offset(&decoder->in);
	name.data = bytes_take(&decoder->in, name.size);
	if (name.data != NULL && !bytes_are_utf8(name.data, name.size))
		bytes_fail_at(&decoder->in, offset, "malformed UTF-8 encoding");
	return name;
}

static void decode_exports(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	struct bytes *in = &decoder->in;
	uint32_t count = wasm_decode_count(decoder, WASM_EXPORTS_MAX, "too many exports");
	struct wasm_export *exports = wasm_decode_array(decoder, count, sizeof *exports);
	for (uint32_t i = 0; i < count && bytes_ok(in); i++) {
		exports[i].name = wasm_decode_name(decoder);
		uint64_t offset = bytes_offset(in);
		exports[i].kind = bytes_u8(in);
		if (exports[i].kind > WASM_GLOBAL)
			bytes_fail_at(in, offset,
				      wasm_proposal(WASM_PLACE_KIND, exports[i].kind,
						    "malformed export kind"));
		exports[i].index = bytes_leb_u32(in);
	}
	module->exports = exports;
	module->export_count = count;
}

static void decode_start(struct wasm_decoder *decoder)
{
	decoder->module->start = bytes_leb_u32(&decoder->in);
	decoder->module->has_start = true;
}

static void decode_data_count(struct wasm_decoder *decoder)
{
	uint32_t count = bytes_leb_u32(&decoder->in);
	if (count > WASM_DATA_SEGMENTS_MAX)
		wasm_decode_fail(decoder, STATUS_LIMIT, "too many data segments");
	decoder->module->data_count = count;
	decoder->module->has_data_count = true;
}

/* Only the name of a custom section must be well-formed; who wants its payload looks for it. */
static void decode_custom(struct wasm_decoder *decoder)
{
	wasm_decode_name(decoder);
	bytes_take(&decoder->in, bytes_left(&decoder->in));
}

/* The sections by their id, and each one's place in the order that is demanded (5.5.2). */
static const struct {
	void (*decode)(struct wasm_decoder *decoder);
	uint32_t place;
} sections[] = {
    {decode_custom, 0},         {wasm_decode_types, 1},  {wasm_decode_imports, 2},
    {wasm_decode_functions, 3}, {wasm_decode_tables, 4}, {wasm_decode_memories, 5},
    {wasm_decode_globals, 6},   {decode_exports, 7},     {decode_start, 8},
    {wasm_decode_elements, 9},  {wasm_decode_code, 11},  {wasm_decode_data, 12},
    {decode_data_count, 10},
};

static void decode_section(struct wasm_decoder *decoder, uint32_t *place)
{
	struct bytes *in = &decoder->in;
	uint64_t offset = bytes_offset(in);
	uint8_t id = bytes_u8(in);
	uint32_t size = bytes_leb_u32(in);
	if (id >= sizeof sections / sizeof sections[0])
		bytes_fail_at(in, offset,
			      wasm_proposal(WASM_PLACE_SECTION, id, "malformed section id"));
	else if (id != 0 && sections[id].place <= *place)
		bytes_fail_at(in, offset, "unexpected content after last section");
	if (size > bytes_left(in))
		bytes_fail(in, "length out of bounds");
	if (!bytes_ok(in))
		return;
	if (id != 0)
		*place = sections[id].place;
	const uint8_t *end = in->end;
	in->end = in->next + size;
	sections[id].decode(decoder);
	if (in->next != in->end)
		bytes_fail(in, "section size mismatch");
	in->end = end;
}

static void decode_header(struct bytes *in)
{
	if (bytes_u32(in) != 0x6d736100)
		bytes_fail_at(in, 0, "magic header not detected");
	uint32_t version = bytes_u32(in);
	if (version != 1)
		bytes_fail_at(in, 4,
			      wasm_proposal(WASM_PLACE_VERSION, version, "unknown binary version"));
}

/* Sections that may be absent must not be where another one speaks of them. */
static void check_counts(struct wasm_decoder *decoder)
{
	struct wasm_module *module = decoder->module;
	uint32_t defined = module->function_count - module->imported_function_count;
	if (defined != 0 && module->bodies == NULL)
		bytes_fail(&decoder->in, "function and code section have inconsistent lengths");
	if (module->has_data_count && module->data_count != 0 && module->data == NULL)
		bytes_fail(&decoder->in, "data count and data section have inconsistent lengths");
}

enum status wasm_decode(struct wasm_module *module, struct fault *fault)
{
	struct wasm_decoder decoder = {
	    .module = module,
	    .in = bytes_over(module->source, module->source_size),
	    .status = STATUS_MALFORMED,
	};
	uint32_t place = 0;
	decode_header(&decoder.in);
	while (bytes_ok(&decoder.in) && bytes_left(&decoder.in) > 0)
		decode_section(&decoder, &place);
	check_counts(&decoder);
	if (bytes_ok(&decoder.in))
		return STATUS_OK;
	bytes_fault(&decoder.in, fault);
	return decoder.status;
}
