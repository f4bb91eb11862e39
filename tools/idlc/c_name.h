/*
 * c_name: the identifiers of C that stand for names of WIT. `too-large` becomes too_large, and
 * TOO_LARGE where it is a constant. A name that C (or C++, or a common macro) has taken, or that
 * the interface's bindings have used already, gets underscores behind it; which one does depends
 * on nothing but the canonical text.
 */
#ifndef IDLC_C_NAME_H
#define IDLC_C_NAME_H

#include <stdbool.h>

#include "pool.h"
#include "table.h"

/* The identifiers that one interface's bindings have used. */
struct c_names {
	struct pool *pool;
	struct table lower; /* types and functions */
	struct table upper; /* constants */
};

/* prefix_name; "" and NULL prefixes are left out. */
const char *c_name_lower(struct pool *pool, const char *prefix, const char *name);
const char *c_name_upper(struct pool *pool, const char *prefix, const char *name);

/* A field's or a parameter's name. */
const char *c_name_member(struct pool *pool, const char *name);
/* A parameter of a function that has variables of its own. */
const char *c_name_parameter(struct pool *pool, const char *name);

/* The prefix of an interface's bindings, which is their file's name too. */
const char *c_name_interface(struct pool *pool, const char *name);

/* Takes `stem` and stem with each of the endings (NULL ends them) as a type's or function's names;
 * returns the stem that was free. */
const char *c_name_take(struct c_names *names, const char *stem, const char *const *endings);
/* The same for one constant. */
const char *c_name_take_constant(struct c_names *names, const char *name);

#endif
