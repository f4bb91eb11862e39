#include "uses.h"

#include <string.h>

#include "interface.h"

enum { DIGITS = 64 };

static bool read_digest(struct wasm_name line, struct digest *out)
{
	char digits[DIGITS + 1];
	if (line.size < DIGITS)
		return false;
	memcpy(digits, line.data, DIGITS);
	digits[DIGITS] = '\0';
	return interface_from_hex(digits, out);
}

/* ` SCOPE SCOPE` */
static bool read_scopes(struct wasm_name text, struct uses_line *out)
{
	out->scope_count = 0;
	while (text.size > 0) {
		if (*text.data != ' ' || out->scope_count == USES_SCOPES_MAX)
			return false;
		const uint8_t *start = text.data + 1;
		const uint8_t *end = memchr(start, ' ', text.size - 1);
		size_t size = end != NULL ? (size_t)(end - start) : text.size - 1;
		if (size == 0)
			return false;
		out->scopes[out->scope_count++] = (struct wasm_name){.data = start, .size = size};
		text.data += size + 1;
		text.size -= size + 1;
	}
	return true;
}

bool uses_next(struct wasm_name *rest, struct uses_line *out)
{
	if (rest->size == 0)
		return false;
	const uint8_t *end = memchr(rest->data, '\n', rest->size);
	struct wasm_name line = {.data = rest->data,
				 .size = end != NULL ? (size_t)(end - rest->data) : rest->size};
	if (!read_digest(line, &out->interface) ||
	    !read_scopes((struct wasm_name){line.data + DIGITS, line.size - DIGITS}, out))
		return false;
	size_t taken = line.size + (end != NULL);
	rest->data += taken;
	rest->size -= taken;
	return true;
}
