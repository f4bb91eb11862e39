/*
 * c_type: what a type of WIT is in C. A model has those of one interface: its named types, then
 * what its functions take and return, then what those are composed of; each behind those that it
 * contains.
 */
#ifndef IDLC_C_TYPE_H
#define IDLC_C_TYPE_H

#include "c_name.h"
#include "outline.h"

enum c_kind {
	C_NUMBER, /* integers, floats, bool and char: of wire.h */
	C_VIEW,   /* strings and lists of numbers: of wire.h, by value */
	C_ENUM,
	C_FLAGS,
	C_RECORD, /* records and tuples */
	C_VARIANT,
	C_OPTION,
	C_RESULT,
	C_ITEMS, /* a list whose items are used where they stand */
	C_SERIES /* a list whose items differ in size */
};

/* A field, a case, a flag or a tuple's item. */
struct c_member {
	const char *name;     /* in C */
	const char *constant; /* of a case or flag */
	const char *doc;
	const struct c_type *type; /* NULL: none */
};

struct c_type {
	enum c_kind kind;
	const char *stem;      /* of its functions: blocks_error; for those of wire.h, u32 */
	const char *declared;  /* in front of a variable's name: "struct blocks_info" */
	const char *item_name; /* C_ITEMS: what an item is where it stands, at any address */
	const char *doc;
	const char *shown; /* in WIT */
	struct layout layout;
	const struct c_type *first; /* of the item or the value; NULL: none */
	const struct c_type *second;
	struct c_member *members;
	uint32_t member_count;
	struct definition *definition; /* of a named type that has no members yet; else NULL */
	struct c_type *next;
};

struct c_function {
	const char *stem;     /* blocks_get */
	const char *constant; /* BLOCKS_GET */
	const char *field;    /* of the handler's struct: get */
	const struct function *source;
	struct c_type *call;         /* the parameters as a record; NULL where there are none */
	const struct c_type *result; /* NULL: no answer */
};

struct c_model {
	struct pool *pool;
	const struct outline *outline;
	const char *prefix;
	const char *upper_prefix;
	struct c_names names;
	struct table by_text; /* the canonical text of a type -> struct c_type */
	struct c_type *types; /* in the order of declaration */
	struct c_type **last;
	struct c_function *functions;
	uint32_t function_count;
};

/* The outline must be the one made or recalled last. */
void c_model_make(struct pool *pool, const struct outline *outline, struct c_model *out);

/* Whether values are passed by value: numbers, enums, flags, and views. */
bool c_type_is_value(const struct c_type *type);

#endif
