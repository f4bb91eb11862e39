#include "body.h"

#include <stdlib.h>
#include <string.h>

static bool is_same(const struct wire_out *out, const uint8_t *start, const uint8_t *body,
		    size_t size)
{
	return wire_is_whole(out) && out->size == size && (size_t)(out->next - start) == size &&
	       memcmp(start, body, size) == 0;
}

static bool parts_are(const struct wire_out *out, const uint8_t *body, size_t size)
{
	size_t at = 0;
	for (uint32_t i = 0; i < out->part_count; i++) {
		if (out->parts[i].size > size - at ||
		    memcmp(out->parts[i].data, body + at, out->parts[i].size) != 0)
			return false;
		at += out->parts[i].size;
	}
	return wire_is_whole(out) && at == size && out->size == size;
}

static const char *check_again(const struct table_row *row, const uint8_t *body, size_t size,
			       uint8_t *buffer)
{
	struct wire_part parts[9];
	struct wire_out out = wire_out_over(NULL, 0);
	if (row->again(body, size, false, &out) != WIRE_OK || out.size != size)
		return "measuring gives another size than encoding";
	out = wire_out_over(buffer, size);
	if (row->again(body, size, false, &out) != WIRE_OK || !is_same(&out, buffer, body, size))
		return "encoding gives other bytes than were decoded";
	out = wire_out_over(buffer, size);
	if (row->again(body, size, true, &out) != WIRE_OK || !is_same(&out, buffer, body, size))
		return "encoding item by item gives other bytes than were decoded";
	out = wire_out_parts(buffer, size, parts, 9);
	if (row->again(body, size, false, &out) != WIRE_OK || !parts_are(&out, body, size))
		return "encoding in parts gives other bytes than were decoded";
	if (size == 0)
		return NULL;
	out = wire_out_over(buffer, size - 1);
	if (row->again(body, size, false, &out) != WIRE_OK || wire_is_whole(&out))
		return "encoding into too small a buffer goes unnoticed";
	return NULL;
}

const char *body_check(const struct table_row *row, const struct reference *reference,
		       const uint8_t *body, size_t size, bool *accepted)
{
	/* Blocks of exactly that size, so that the sanitizer sees each byte too many. */
	uint8_t *copy = malloc(size == 0 ? 1 : size), *buffer = malloc(size == 0 ? 1 : size);
	struct wire_out out = wire_out_over(NULL, 0);
	const char *wrong = NULL;
	if (size > 0)
		memcpy(copy, body, size);
	bool is_good = reference_accepts(reference, row->function, row->is_answer, body, size);
	*accepted = row->again(size == 0 ? NULL : copy, size, false, &out) == WIRE_OK;
	if (*accepted != is_good)
		wrong = is_good ? "a good body is refused" : "a bad body is accepted";
	else if (is_good)
		wrong = check_again(row, copy, size, buffer);
	free(copy);
	free(buffer);
	return wrong;
}
