/*
 * page: an interface as a page of documentation, in Markdown.
 */
#ifndef IDLC_PAGE_H
#define IDLC_PAGE_H

#include "outline.h"

/* The outline must be the one made or recalled last. */
void page_write(const struct outline *outline, struct output *out);

#endif
