/*
 * What `cairn run --trace` shows of any message: the first byte chooses between a body of a known
 * interface, which is accepted exactly where the reference accepts it, and a definition that
 * anybody may have published with a body for it. Whatever is shown is harmless text.
 */
#include <stdlib.h>
#include <string.h>

#include <cairn/wire.h>

#include "definitions.h"
#include "idlc/reference.h"
#include "idlc/table.h"
#include "value.h"

#include <table.h>

enum { ROWS = sizeof table / sizeof table[0], LINE_BYTES = 600 };

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* Shows the body as a call, or as the answer to that function. */
static bool shows(const struct outline *outline, bool is_answer, uint32_t function,
		  const uint8_t *data, size_t size)
{
	char line[LINE_BYTES];
	struct text out = text_over(line, sizeof line);
	struct value_body body = {data, size};
	bool is_good = is_answer ? value_answer(outline, function, body, &out)
				 : value_call(outline, body, &out);
	require(out.used > 0 && strlen(line) == out.used);
	require(wire_is_utf8((const uint8_t *)line, out.used));
	for (size_t i = 0; i < out.used; i++)
		require((uint8_t)line[i] >= 0x20 && line[i] != 0x7f);
	return is_good;
}

static void try_known(const uint8_t *data, size_t size)
{
	static struct reference references[ROWS];
	size_t number = (data[0] | (size_t)data[1] << 8) % ROWS;
	const struct table_row *row = &table[number];
	if (references[number].outline.interface == NULL)
		reference_open(&references[number], row->text);
	const struct reference *reference = &references[number];
	data += 2;
	size -= 2;
	bool is_good = shows(&reference->outline, row->is_answer, row->function, data, size);
	uint32_t called = row->function;
	if (!row->is_answer && size >= sizeof called)
		memcpy(&called, data, sizeof called);
	if (called == row->function)
		require(is_good ==
			reference_accepts(reference, row->function, row->is_answer, data, size));
}

static void try_unknown(const uint8_t *data, size_t size)
{
	size_t text_size = data[0] | (size_t)data[1] << 8;
	struct definitions_parsed parsed;
	data += 2;
	size -= 2;
	if (text_size > size)
		text_size = size;
	if (definitions_parse((struct definitions_text){(const char *)data, text_size}, &parsed)) {
		data += text_size;
		size -= text_size;
		shows(&parsed.outline, false, 0, data, size);
		for (uint32_t i = 0; i <= parsed.outline.function_count; i++)
			shows(&parsed.outline, true, i, data, size);
	}
	definitions_close(&parsed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	if (data[0] % 2 == 0)
		try_known(data + 1, size - 1);
	else
		try_unknown(data + 1, size - 1);
	return 0;
}
