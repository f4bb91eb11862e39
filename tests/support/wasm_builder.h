/*
 * wasm_builder: WebAssembly modules put together byte by byte, for tests.
 *
 *     wasm_builder_begin -> wasm_builder_section ...
 */
#ifndef SUPPORT_WASM_BUILDER_H
#define SUPPORT_WASM_BUILDER_H

#include <stddef.h>
#include <stdint.h>

enum { WASM_BUILDER_BYTES = 1 << 20 };

struct wasm_builder {
	size_t size;
	uint8_t bytes[WASM_BUILDER_BYTES];
};

/* Some bytes and how many they are: two arguments, or two fields of a table's row. */
#define BYTES(...)                                                                                 \
	(const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[])                                    \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

/* Empties the builder and writes a module's header. */
void wasm_builder_begin(struct wasm_builder *builder);

void wasm_builder_append(struct wasm_builder *builder, const uint8_t *data, size_t size);
void wasm_builder_u32(struct wasm_builder *builder, uint32_t value);

/* A section with that payload, its size in front. */
void wasm_builder_section(struct wasm_builder *builder, uint8_t id, const uint8_t *payload,
			  size_t size);

/* A code section with one body, which begins with its locals. */
void wasm_builder_body(struct wasm_builder *builder, const uint8_t *body, size_t size);

/* A code section with one body without locals. */
void wasm_builder_code(struct wasm_builder *builder, const uint8_t *code, size_t size);

#endif
