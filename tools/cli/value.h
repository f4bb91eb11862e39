/*
 * value: the body of any message in words, by the definition of its interface: what `cairn run
 * --trace` shows. docs/INTERFACES.md has the encoding and what each type looks like here.
 *
 * Total: any body is shown. One that is not what the definition says is shown as bytes, with the
 * reason and the place. Strings are escaped, and long ones cut; of a list the first items are
 * shown; a line that is longer than its buffer ends with "...".
 */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"
#include "outline.h"

enum {
	VALUE_STRING_BYTES = 64, /* shown of a string or a list of bytes */
	VALUE_ITEMS = 8,         /* of a list */
	VALUE_HEX_BYTES = 32,    /* of a body that is shown as bytes */

	/* Values that are looked at in one body, shown or not: there are bodies of 8 MiB. */
	VALUE_STEPS_MAX = 100000
};

struct value_body {
	const uint8_t *data;
	size_t size;
};

/* `write(stream: 1, data: "Hello")`; false where the body is none of the interface's calls. */
bool value_call(const struct outline *outline, struct value_body body, struct text *out);

/* The answer to the function of that number, whatever number it is: `ok(5)`. */
bool value_answer(const struct outline *outline, uint32_t function, struct value_body body,
		  struct text *out);

/* Bytes: `0x0102...(40 bytes)`. */
void value_bytes(struct value_body body, struct text *out);

/* The name of the function that the body calls, or NULL. */
const char *value_function(const struct outline *outline, struct value_body body);

#endif
