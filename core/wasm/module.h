/*
 * module: what decoding a WebAssembly module yields. Filled by decode.c in the order of the
 * sections, judged by validate.c, given code in internal form by translate.c, and read-only from
 * then on.
 *
 * Everything but the code lives in the module's arena, the bytes (`source`) too, so names and
 * bodies are slices of it. Index spaces count imports first, as the specification does (2.5.1).
 */
#ifndef WASM_MODULE_H
#define WASM_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "bytes.h"
#include "core/wasm.h"
#include "growable.h"

struct text;
struct wasm_code; /* a function in internal form; see code.h */

struct wasm_function_type {
	uint32_t parameter_count;
	uint32_t result_count;
	enum wasm_type *types; /* parameters, then results */
	uint32_t canonical;    /* the smallest index of an equal type in this module */
};

struct wasm_limits_type {
	uint64_t min;
	uint64_t max; /* UINT64_MAX where the module gives none */
	bool has_max;
};

struct wasm_table_type {
	enum wasm_type element;
	struct wasm_limits_type limits;
};

struct wasm_memory_type {
	struct wasm_limits_type limits; /* in pages of 64 KiB */
	bool is_shared;
	uint64_t offset; /* where the module says so; 0 of one that the host makes */
};

struct wasm_global_type {
	enum wasm_type value;
	bool is_mutable;
};

struct wasm_import {
	struct wasm_name module;
	struct wasm_name name;
	enum wasm_kind kind;
	union {
		uint32_t function_type;
		struct wasm_table_type table;
		struct wasm_memory_type memory;
		struct wasm_global_type global;
	};
};

/* A constant expression (2.0: 3.3.10), evaluated at instantiation. */
enum wasm_constant_kind {
	WASM_CONSTANT_VALUE,    /* `bits` */
	WASM_CONSTANT_GLOBAL,   /* the value of global `index` */
	WASM_CONSTANT_FUNCTION, /* a reference to function `index` */
	WASM_CONSTANT_OTHER     /* more than one instruction: no valid module of 2.0 has one */
};

struct wasm_constant {
	enum wasm_constant_kind kind;
	enum wasm_type type; /* of the value; of a global: filled by validation */
	uint32_t index;
	uint64_t bits;   /* a null reference is 0 */
	uint64_t offset; /* in the source, for errors */
};

struct wasm_export {
	struct wasm_name name;
	enum wasm_kind kind;
	uint32_t index;
};

enum wasm_segment_mode { WASM_SEGMENT_ACTIVE, WASM_SEGMENT_PASSIVE, WASM_SEGMENT_DECLARATIVE };

struct wasm_element_segment {
	enum wasm_segment_mode mode;
	enum wasm_type type;
	uint32_t table;             /* active */
	struct wasm_constant start; /* active */
	uint32_t count;
	struct wasm_constant *items;
	uint64_t offset; /* in the source, for errors */
};

struct wasm_data_segment {
	enum wasm_segment_mode mode;
	uint32_t memory;            /* active */
	struct wasm_constant start; /* active */
	uint32_t size;
	const uint8_t *data;
	uint64_t offset;
};

/* A function that the module defines. */
struct wasm_body {
	uint32_t type;            /* index into types */
	uint32_t local_count;     /* without the parameters */
	uint32_t local_run_count; /* locals come as runs of one type */
	struct wasm_local_run *local_runs;
	const uint8_t *code; /* the expression, its final `end` included */
	uint32_t code_size;
	uint64_t code_offset;   /* in the source */
	struct wasm_code *form; /* by translate.c */
};

struct wasm_local_run {
	uint32_t count;
	enum wasm_type type;
};

struct wasm_module {
	struct arena arena;
	const uint8_t *source;
	size_t source_size;

	uint32_t type_count;
	struct wasm_function_type *types;
	uint32_t import_count;
	struct wasm_import *imports;

	/* The four index spaces, imports first. `function_types` are indices into `types`. */
	uint32_t function_count, imported_function_count;
	uint32_t *function_types;
	uint32_t table_count, imported_table_count;
	struct wasm_table_type *tables;
	uint32_t memory_count, imported_memory_count;
	struct wasm_memory_type *memories;
	uint32_t global_count, imported_global_count;
	struct wasm_global_type *globals;
	struct wasm_constant *global_values; /* of those that the module defines */

	uint32_t export_count;
	struct wasm_export *exports;
	bool has_start;
	uint32_t start;
	uint32_t element_count;
	struct wasm_element_segment *elements;
	bool has_data_count;
	uint32_t data_count;
	struct wasm_data_segment *data;
	struct wasm_body *bodies; /* function_count - imported_function_count of them */

	struct growable code_words;    /* union wasm_word: all functions' code */
	struct growable code_notes;    /* uint8_t: the same of their notes */
	uint8_t *is_function_declared; /* a bit a function: may `ref.func` name it? (2.0: 3.4.1) */
	uint32_t features;             /* bits of enum wasm_feature that the code uses */
};

/* Proposals that followed 1.0, as `cairn inspect` prints them. */
enum wasm_feature {
	WASM_FEATURE_SIGN_EXTENSION = 1 << 0,
	WASM_FEATURE_SATURATING_CONVERSION = 1 << 1,
	WASM_FEATURE_MULTI_VALUE = 1 << 2,
	WASM_FEATURE_BULK_MEMORY = 1 << 3,
	WASM_FEATURE_REFERENCE_TYPES = 1 << 4,
	WASM_FEATURE_MUTABLE_GLOBALS = 1 << 5,
	WASM_FEATURE_THREADS = 1 << 6
};

/* decode.c: bytes into a module; only what 5.x of the specification calls malformed is refused. The
 * instructions of bodies are left to validation. The module's arena and source are set by the
 * caller. */
must_check enum status wasm_decode(struct wasm_module *module, struct fault *fault);

/* validate.c: the rules of chapter 3. Instructions are decoded on the way, so that a malformed one
 * is found here, and reported as malformed even where something else is invalid. */
must_check enum status wasm_validate(struct wasm_module *module, struct fault *fault);

/* translate.c: the internal form of all bodies of a valid module. */
must_check enum status wasm_translate(struct wasm_module *module, struct fault *fault);

/* The type of a function of the index space. */
static inline const struct wasm_function_type *
wasm_module_function_type(const struct wasm_module *module, uint32_t function)
{
	return &module->types[module->function_types[function]];
}

/* types.c: types in words, such as "i32", "(i32, i32) -> i64", "1 to 2 pages", "mutable i32". */
const char *wasm_type_text(enum wasm_type type);
void wasm_text_function_type(struct text *text, const struct wasm_function_type *type);
void wasm_text_table_type(struct text *text, const struct wasm_table_type *type);
void wasm_text_memory_type(struct text *text, const struct wasm_memory_type *type);
void wasm_text_global_type(struct text *text, const struct wasm_global_type *type);

/* The name that the custom section "name" gives to a function; size 0 where there is none. */
struct wasm_name wasm_module_function_name(const struct wasm_module *module, uint32_t function);

#endif
