/*
 * canonical: the one text of an interface, from which its name is computed. docs/INTERFACES.md has
 * the grammar. It never changes: texts that are published are hashed.
 */
#ifndef IDLC_CANONICAL_H
#define IDLC_CANONICAL_H

#include "outline.h"

/* Stops where `out` is cut. */
void canonical_write(const struct outline *outline, struct output *out);

/* One declaration, without its indentation and newline. */
void canonical_definition(const struct outline_type *type, struct output *out);
void canonical_function(const struct function *function, struct output *out);
/* A type; names are those of the outline made or recalled last. */
void canonical_type(const struct type *type, struct output *out);

#endif
