/*
 * tree: what stands in the files, as parse.c finds it and resolve.c completes it. All of it lives
 * in the run's pool. Lists are linked in the order of the text.
 */
#ifndef IDLC_TREE_H
#define IDLC_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"
#include "table.h"

/* A name as written, without the `%` that lets a keyword be one. `text` ends with a zero. */
struct name {
	const char *text;
	struct place place;
};

enum type_kind {
	TYPE_BOOL,
	TYPE_U8,
	TYPE_U16,
	TYPE_U32,
	TYPE_U64,
	TYPE_S8,
	TYPE_S16,
	TYPE_S32,
	TYPE_S64,
	TYPE_F32,
	TYPE_F64,
	TYPE_CHAR,
	TYPE_STRING, /* the last one without parts */
	TYPE_LIST,
	TYPE_OPTION,
	TYPE_RESULT,
	TYPE_TUPLE,
	TYPE_NAMED
};

/* What is known of a type's values, computed once by layout.c. */
struct layout {
	uint32_t least;  /* bytes on the wire of the smallest value */
	uint32_t memory; /* an upper bound of a value's size in C */
	uint32_t depth;  /* of types in types; 1 for a number */
	uint32_t head;   /* bytes on the wire of the largest value, beside strings and lists */
	uint32_t views;  /* strings and lists in the largest value */
	bool is_fixed;   /* every value has `least` bytes, and C's packed struct is the encoding */
	bool is_plain;   /* fixed, and every pattern of bits is a value */
	bool is_endless; /* has lists whose items differ in size: `head` and `views` say nothing */
	bool is_known;
};

struct type {
	enum type_kind kind;
	struct place place;
	struct name name;              /* TYPE_NAMED */
	struct definition *definition; /* TYPE_NAMED, once resolved; NULL where that failed */
	struct type *first;  /* list, option: of the item; result: of the value, or NULL */
	struct type *second; /* result: of the error, or NULL */
	struct type *items;  /* tuple: linked by `next` */
	struct type *next;
	struct layout layout;
};

/* A field, a case, a flag, or a parameter. */
struct member {
	struct name name;
	struct type *type; /* NULL for a flag and a case without a value */
	const char *doc;   /* lines of the comment in front, or NULL */
	struct member *next;
};

enum definition_kind {
	DEFINITION_RECORD,
	DEFINITION_VARIANT,
	DEFINITION_ENUM,
	DEFINITION_FLAGS,
	DEFINITION_ALIAS, /* `type a = b` */
	DEFINITION_USE    /* a name that comes from another interface */
};

enum progress { PROGRESS_NEW, PROGRESS_UNDER_WAY, PROGRESS_DONE, PROGRESS_FAILED };

struct definition {
	enum definition_kind kind;
	struct name name;
	const char *doc;
	struct interface *owner;
	struct member *members;
	uint32_t member_count;
	struct type *alias;        /* DEFINITION_ALIAS */
	struct use *use;           /* DEFINITION_USE: where from */
	struct name used_name;     /* DEFINITION_USE: the name that it has there */
	struct definition *target; /* DEFINITION_USE, once resolved */
	enum progress progress;    /* of the search for cycles */
	struct layout layout;
	struct interface *shown_in; /* the interface that outline.c works on, and the name there */
	const char *shown_as;
	uint32_t shown_index;
	struct definition *next;
};

struct function {
	struct name name;
	const char *doc;
	struct member *parameters;
	uint32_t parameter_count;
	struct type *result; /* NULL: no answer is expected */
	struct function *next;
};

/* `use package/interface.{...}`; the names are definitions of kind DEFINITION_USE. */
struct use {
	struct name package; /* "cairn:system"; text is NULL where only the interface is named */
	struct name interface;
	struct interface *target; /* once resolved */
	struct use *next;
};

struct interface {
	struct name name;
	const char *doc;
	struct file *file;
	struct use *uses;
	struct definition *definitions;
	struct definition **last_definition; /* where the parser links the next one; may be NULL */
	struct function *functions;
	struct function *last_function;
	struct table types;     /* name -> struct definition, for resolve.c */
	enum progress progress; /* of the search for cycles */
	struct interface *next;
};

struct file {
	const struct source *source;
	const char *package; /* "cairn:system", or NULL */
	struct interface *interfaces;
	bool is_asked_for; /* named on the command line, not only used by one that is */
	struct file *next;
};

#endif
