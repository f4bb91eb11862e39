/*
 * bindings: the C of an interface, in three headers:
 *
 *     NAME.h        types, and calls and answers as bytes and back; needs cairn/wire.h only
 *     NAME_calls.h  calling, and answering, from a program: over the SDK's cairn/call.h
 *     NAME_serve.h  answering from inside the kernel or its port: over core/request.h
 *
 * docs/decisions/0002-bindings.md says why they look as they do.
 */
#ifndef IDLC_BINDINGS_H
#define IDLC_BINDINGS_H

#include "c_type.h"

void bindings_write(const struct c_model *model, struct output *out);
void bindings_write_calls(const struct c_model *model, struct output *out);
void bindings_write_serve(const struct c_model *model, struct output *out);

/* Parts of them: the types in C, and the functions that encode and decode one. */
void bindings_declare(const struct c_type *type, struct output *out);
void bindings_declare_record(const struct c_type *type, struct output *out);
void bindings_codec(const struct c_type *type, struct output *out);

/* Statements that encode the value at `access` into the cursor `out`, or decode it. `cursor` is how
 * a pointer to the cursor is written. */
void bindings_put(const struct c_type *type, unsigned tabs, const char *cursor, const char *access,
		  struct output *out);
void bindings_get(const struct c_type *type, unsigned tabs, const char *cursor, const char *access,
		  struct output *out);

/* How a value is passed to a function: "uint32_t count", "const struct blocks_info *info". */
const char *bindings_parameter(struct pool *pool, const struct c_type *type, const char *name);

/* Whether a message is encoded on the stack, its strings and lists as parts: it then has a greatest
 * size, and that is small. Statements that declare the cursor, `out`, of one with `fixed` bytes. */
bool bindings_fits_stack(const struct layout *layout);
void bindings_cursor(const struct layout *layout, uint32_t fixed, struct output *out);

/* What a function is, with its documentation. */
void bindings_describe(const struct c_function *function, struct output *out);

#endif
