/*
 * body: what must hold for any bytes whatever that are given to generated bindings.
 */
#ifndef IDLC_BODY_H
#define IDLC_BODY_H

#include "idlc/reference.h"
#include "idlc/table.h"

/* NULL, or what is wrong: the bindings accept a body if and only if the reference does, read
 * nothing outside of it (the sanitizer sees that), and encode what they accepted to the same bytes,
 * in a buffer, in parts, measured, and item by item. `accepted` says which it was. */
const char *body_check(const struct table_row *row, const struct reference *reference,
		       const uint8_t *body, size_t size, bool *accepted);

#endif
