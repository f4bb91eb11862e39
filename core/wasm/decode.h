/*
 * decode: what the files of the decoder share. One cursor walks the module; it is narrowed to a
 * section, and to a body, while that is decoded. The first error stops it: from then on everything
 * reads zeros and no loop goes on.
 */
#ifndef WASM_DECODE_H
#define WASM_DECODE_H

#include <stdint.h>

#include "bytes.h"
#include "module.h"

struct wasm_decoder {
	struct wasm_module *module;
	struct bytes in;
	enum status status;     /* what the cursor's error means */
	uint32_t element_total; /* items of all element segments so far */
};

/* An error other than a malformed module: STATUS_LIMIT or STATUS_NO_MEMORY, at the cursor. */
void wasm_decode_fail(struct wasm_decoder *decoder, enum status status, const char *reason);

/* The count of a vector: at most `max`, else STATUS_LIMIT with `reason`. A count of more items than
 * bytes are left is malformed; so what is allocated for a vector is bounded by the module's size.
 * Yields 0 after an error. */
uint32_t wasm_decode_count(struct wasm_decoder *decoder, uint32_t max, const char *reason);

/* Zeroed records in the module's arena; NULL after an error. */
void *wasm_decode_array(struct wasm_decoder *decoder, uint64_t count, size_t size);

struct wasm_name wasm_decode_name(struct wasm_decoder *decoder);

/* decode_types.c: the sections 1 to 5, which say what there is. */
void wasm_decode_types(struct wasm_decoder *decoder);
void wasm_decode_imports(struct wasm_decoder *decoder);
void wasm_decode_functions(struct wasm_decoder *decoder);
void wasm_decode_tables(struct wasm_decoder *decoder);
void wasm_decode_memories(struct wasm_decoder *decoder);
struct wasm_global_type wasm_decode_global_type(struct wasm_decoder *decoder);

/* Makes room for `more` records behind the `count` old ones; NULL after an error. */
void *wasm_decode_extend(struct wasm_decoder *decoder, const void *old, uint32_t count,
			 uint32_t more, size_t size);

/* decode_contents.c: the sections with expressions and data in them. */
void wasm_decode_globals(struct wasm_decoder *decoder);
void wasm_decode_elements(struct wasm_decoder *decoder);
void wasm_decode_code(struct wasm_decoder *decoder);
void wasm_decode_data(struct wasm_decoder *decoder);

#endif
