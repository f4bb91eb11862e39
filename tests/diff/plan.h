/*
 * plan: what a generated module consists of before its code is written. Index spaces hold what is
 * imported first. A value type is a letter: i: i32, I: i64, f: f32, F: f64, c: funcref,
 * r: externref; lists of types are strings.
 */
#ifndef DIFF_PLAN_H
#define DIFF_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "random.h"

enum {
	PLAN_LIST_MAX = 1000,
	PLAN_TYPES_MAX = 96,
	PLAN_FUNCTIONS_MAX = 64,
	PLAN_GLOBALS_MAX = 64,
	PLAN_TABLES_MAX = 8,
	PLAN_SEGMENTS_MAX = 16,
	PLAN_ITEMS_MAX = 24,
	PLAN_FAVOURITES = 8
};

struct plan_type {
	char parameters[PLAN_LIST_MAX + 1];
	char results[PLAN_LIST_MAX + 1];
};

/* Where a thing comes from: the module itself, the host, or the other module of a pair. */
enum plan_source { SOURCE_OWN, SOURCE_HOST, SOURCE_OTHER };

struct plan_function {
	enum plan_source source;
	uint32_t other; /* its number in the other module */
	uint32_t type;
};

struct plan_global {
	enum plan_source source;
	uint32_t other;
	char letter;
	bool is_mutable;
};

struct plan_table {
	enum plan_source source;
	uint32_t other;
	char letter;
	uint32_t min, max;
};

struct plan_memory {
	bool is_there, is_shared;
	enum plan_source source;
	uint32_t min, max; /* pages */
};

struct plan_data {
	bool is_active;
	uint32_t start;
	uint32_t size;
};

struct plan_elements {
	uint8_t flags; /* as the binary format has them (5.5.12) */
	char letter;
	uint32_t table;
	uint32_t start;
	uint32_t count;
	uint32_t items[PLAN_ITEMS_MAX]; /* functions; UINT32_MAX: null */
};

/* What code does; each has a weight in a module, so that modules have characters of their own. */
enum plan_action {
	ACTION_VALUE,
	ACTION_OPERATOR,
	ACTION_SET,
	ACTION_TEE,
	ACTION_DROP,
	ACTION_SELECT,
	ACTION_GLOBAL_SET,
	ACTION_LOAD,
	ACTION_STORE,
	ACTION_BLOCK,
	ACTION_LOOP,
	ACTION_IF,
	ACTION_BRANCH,
	ACTION_BRANCH_IF,
	ACTION_BRANCH_TABLE,
	ACTION_RETURN,
	ACTION_UNREACHABLE,
	ACTION_CALL,
	ACTION_CALL_INDIRECT,
	ACTION_MEMORY,
	ACTION_TABLE,
	ACTION_IS_NULL,
	ACTION_NOP,
	ACTION_DEEP,
	ACTION_IDIOM,
	ACTION_ATOMIC,
	ACTION_COUNT
};

struct plan {
	struct random *random;
	uint32_t type_count;
	struct plan_type types[PLAN_TYPES_MAX];
	uint32_t function_count, imported_function_count;
	struct plan_function functions[PLAN_FUNCTIONS_MAX];
	uint32_t global_count, imported_global_count;
	struct plan_global globals[PLAN_GLOBALS_MAX];
	uint32_t table_count, imported_table_count;
	struct plan_table tables[PLAN_TABLES_MAX];
	struct plan_memory memory;
	uint32_t data_count;
	struct plan_data data[PLAN_SEGMENTS_MAX];
	uint32_t element_count;
	struct plan_elements elements[PLAN_SEGMENTS_MAX];
	uint32_t fuel; /* the global that every loop and call takes from */
	/* The function that sets the fuel: the last one of a first module; code never refers to it.
	 */
	uint32_t refuel;
	bool has_start;
	uint32_t start;
	uint16_t weights[ACTION_COUNT];
	const char *letters; /* value types, more often those that come more often */
	/* Operators that come so often, by numbers that are taken modulo how many there are. */
	uint8_t favourites[PLAN_FAVOURITES];
	uint32_t favourite_percent;
	bool is_small; /* few locals, few types: values of one local meet often */
};

/* What a call of an export may use up. */
enum { PLAN_FUEL = 1000 };

/* Decides about everything but code. `other` is the module that may be imported from, or NULL. */
void plan_make(struct plan *plan, struct random *random, const struct plan *other);

/* A random one of the value types that the module likes. */
char plan_letter(const struct plan *plan);

/* A type as the binary format has it (5.3). */
uint8_t plan_type_byte(char letter);

#endif
