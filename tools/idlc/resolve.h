/*
 * resolve: finds what every name of a file stands for, and what makes no sense: names that are
 * taken or unknown, types that contain themselves, more than the limits allow.
 */
#ifndef IDLC_RESOLVE_H
#define IDLC_RESOLVE_H

#include "library.h"

void resolve_file(struct library *library, struct file *file);

/* Behind aliases and uses: a type of another kind, or the name of a record, variant, enum or
 * flags. Only where there was no error. */
const struct type *resolve_type(const struct type *type);
struct definition *resolve_definition(struct definition *definition);

#endif
