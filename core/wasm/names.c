/*
 * Custom sections are looked for in the module's bytes when somebody asks, which is seldom. The
 * sections themselves were checked when the module was decoded; a payload may hold anything.
 */
#include "module.h"

#include "mem.h"
#include "text.h"
#include "validate.h"

enum { SECTION_CUSTOM = 0, NAMES_OF_FUNCTIONS = 1, HEADER_BYTES = 8 };

static struct wasm_name read_name(struct bytes *in)
{
	uint32_t size = bytes_leb_u32(in);
	return (struct wasm_name){bytes_take(in, size), size};
}

bool wasm_module_custom(const struct wasm_module *module, const char *name,
			struct wasm_name *payload)
{
	size_t name_size = 0;
	while (name[name_size] != '\0')
		name_size++;
	struct bytes in = bytes_over(module->source, module->source_size);
	bytes_take(&in, HEADER_BYTES);
	while (bytes_ok(&in) && bytes_left(&in) > 0) {
		uint8_t id = bytes_u8(&in);
		uint32_t size = bytes_leb_u32(&in);
		struct bytes section = bytes_slice(&in, size);
		if (id != SECTION_CUSTOM)
			continue;
		struct wasm_name found = read_name(&section);
		if (!bytes_ok(&section) || found.size != name_size ||
		    memcmp(found.data, name, name_size) != 0)
			continue;
		*payload = (struct wasm_name){section.next, bytes_left(&section)};
		return true;
	}
	return false;
}

/* The names of a map (7.4.1) stand in the order of their indices. */
static struct wasm_name find_in_map(struct bytes *map, uint32_t index)
{
	static const struct wasm_name none = {0};
	uint32_t count = bytes_leb_u32(map);
	for (uint32_t i = 0; i < count && bytes_ok(map); i++) {
		uint32_t named = bytes_leb_u32(map);
		struct wasm_name name = read_name(map);
		if (named > index)
			return none;
		if (named == index && bytes_ok(map) && bytes_are_utf8(name.data, name.size))
			return name;
	}
	return none;
}

struct wasm_name wasm_module_function_name(const struct wasm_module *module, uint32_t function)
{
	static const struct wasm_name none = {0};
	struct wasm_name payload;
	if (!wasm_module_custom(module, "name", &payload))
		return none;
	struct bytes in = bytes_over(payload.data, payload.size);
	while (bytes_ok(&in) && bytes_left(&in) > 0) {
		uint8_t id = bytes_u8(&in);
		uint32_t size = bytes_leb_u32(&in);
		struct bytes subsection = bytes_slice(&in, size);
		if (id == NAMES_OF_FUNCTIONS && bytes_ok(&subsection))
			return find_in_map(&subsection, function);
	}
	return none;
}

void wasm_text_function(struct text *text, const struct wasm_module *module, uint32_t function)
{
	struct wasm_name name = wasm_module_function_name(module, function);
	text_string(text, ", in function ");
	text_decimal(text, function);
	if (name.size == 0)
		return;
	text_string(text, " \"");
	text_escaped(text, name.data, name.size);
	text_string(text, "\"");
}
