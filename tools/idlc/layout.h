/*
 * layout: what is known of the values of a type: their size on the wire, their size in C, and
 * whether the two are the same bytes. Called by resolve.c from the inside out: the layouts of a
 * type's parts are known before its own is asked for.
 */
#ifndef IDLC_LAYOUT_H
#define IDLC_LAYOUT_H

#include "tree.h"

/* Fills in `layout`. */
void layout_of_type(struct type *type);
void layout_of_definition(struct definition *definition);

/* A function's parameters, as if they were a record's fields. */
struct layout layout_of_members(const struct member *members);

/* The size of a set of flags on the wire: the smallest integer that has a bit for each. */
uint32_t layout_flags_bytes(uint32_t count);

#endif
