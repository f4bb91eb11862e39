/*
 * reference: the encoding of docs/INTERFACES.md, interpreted: what the generated bindings are held
 * against. Written without a look at them: slow, and by the letter.
 */
#ifndef IDLC_REFERENCE_H
#define IDLC_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "outline.h"

/* Where random choices come from; zeros once they are used up. */
struct choices {
	const uint8_t *data;
	size_t size;
	size_t used;
};

/* An interface read from its canonical text, which must be good. */
struct reference {
	struct library library;
	struct outline outline;
};

void reference_open(struct reference *reference, const char *text);
void reference_close(struct reference *reference);

/* A body of that function's call, or of its answer. */
void reference_write(const struct reference *reference, uint32_t function, bool is_answer,
		     struct choices *choices, struct output *body);

/* Whether a body is one. */
bool reference_accepts(const struct reference *reference, uint32_t function, bool is_answer,
		       const uint8_t *body, size_t size);

#endif
