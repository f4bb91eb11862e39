#include "support/wasm_builder.h"

#include <string.h>

#include "core/port.h"

void wasm_builder_append(struct wasm_builder *builder, const uint8_t *data, size_t size)
{
	core_assert(size <= sizeof builder->bytes - builder->size);
	memcpy(builder->bytes + builder->size, data, size);
	builder->size += size;
}

void wasm_builder_begin(struct wasm_builder *builder)
{
	builder->size = 0;
	wasm_builder_append(builder, BYTES(0, 'a', 's', 'm', 1, 0, 0, 0));
}

static size_t leb_size(uint32_t value)
{
	size_t size = 1;
	for (; value >= 0x80; value >>= 7)
		size++;
	return size;
}

void wasm_builder_u32(struct wasm_builder *builder, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		wasm_builder_append(builder, BYTES((uint8_t)(value | 0x80)));
	wasm_builder_append(builder, BYTES((uint8_t)value));
}

void wasm_builder_section(struct wasm_builder *builder, uint8_t id, const uint8_t *payload,
			  size_t size)
{
	wasm_builder_append(builder, &id, 1);
	wasm_builder_u32(builder, (uint32_t)size);
	wasm_builder_append(builder, payload, size);
}

static void begin_body(struct wasm_builder *builder, uint32_t size)
{
	wasm_builder_append(builder, BYTES(10));
	wasm_builder_u32(builder, (uint32_t)(1 + leb_size(size) + size));
	wasm_builder_append(builder, BYTES(1));
	wasm_builder_u32(builder, size);
}

void wasm_builder_body(struct wasm_builder *builder, const uint8_t *body, size_t size)
{
	begin_body(builder, (uint32_t)size);
	wasm_builder_append(builder, body, size);
}

void wasm_builder_code(struct wasm_builder *builder, const uint8_t *code, size_t size)
{
	begin_body(builder, (uint32_t)size + 1);
	wasm_builder_append(builder, BYTES(0));
	wasm_builder_append(builder, code, size);
}
