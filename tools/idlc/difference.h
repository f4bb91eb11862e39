/*
 * difference: what changed between two definitions of an interface, and what a converter would have
 * to do: a program that handles the old one by way of the new one, so that calls go from the old to
 * the new, and answers back.
 */
#ifndef IDLC_DIFFERENCE_H
#define IDLC_DIFFERENCE_H

#include "outline.h"

/* The outlines are of two libraries. True where the hash is the same. */
bool difference_write(struct pool *pool, const struct outline *old, const struct outline *new,
		      struct output *out);

#endif
