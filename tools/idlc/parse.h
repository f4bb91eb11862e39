/*
 * parse: WIT into a tree. An error is reported where it stands and the parser goes on behind the
 * declaration, so that a run finds several. What could not be read is not in the tree, or is a
 * definition marked PROGRESS_FAILED; resolve.c takes that, everybody else needs an empty report.
 */
#ifndef IDLC_PARSE_H
#define IDLC_PARSE_H

#include "tree.h"

struct file *parse_source(struct pool *pool, const struct source *source, struct report *report);

#endif
