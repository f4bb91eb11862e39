#include "page.h"

#include <string.h>

#include "canonical.h"

static void paragraph(const char *doc, struct output *out)
{
	if (doc == NULL)
		return;
	output_string(out, "\n");
	output_string(out, doc);
}

/* Documentation as one cell of a table. */
static void cell(const char *doc, struct output *out)
{
	size_t size = doc == NULL ? 0 : strlen(doc);
	while (size > 0 && doc[size - 1] == '\n')
		size--;
	for (size_t i = 0; i < size; i++) {
		if (doc[i] == '|')
			output_string(out, "\\");
		output_bytes(out, doc[i] == '\n' ? " " : doc + i, 1);
	}
}

static void heading(const struct outline *outline, struct output *out)
{
	output_format(out, "# Interface `%s`\n", outline->interface->name.text);
	paragraph(outline->interface->doc, out);
	output_string(out, "\n- Hash: `");
	for (size_t i = 0; i < sizeof outline->digest; i++)
		output_format(out, "%02x", outline->digest[i]);
	output_format(out, "`\n- Canonical text: `%s`\n", outline->cid);
}

static bool has_docs(const struct member *members)
{
	for (const struct member *m = members; m != NULL; m = m->next)
		if (m->doc != NULL)
			return true;
	return false;
}

static void function(const struct function *function, uint32_t number, struct output *out)
{
	output_format(out, "\n### `%s`\n\n```wit\n", function->name.text);
	canonical_function(function, out);
	output_string(out, "\n```\n");
	paragraph(function->doc, out);
	if (has_docs(function->parameters))
		output_string(out, "\n");
	for (const struct member *m = function->parameters; m != NULL; m = m->next) {
		if (m->doc == NULL)
			continue;
		output_format(out, "- `%s`: ", m->name.text);
		cell(m->doc, out);
		output_string(out, "\n");
	}
	output_format(out, "\nNumber %u%s.\n", number,
		      function->result == NULL ? ", no answer" : "");
}

static void type(const struct outline_type *type, struct output *out)
{
	static const char *const kinds[] = {"record", "variant", "enum", "flags"};
	static const char *const members[] = {"field", "case", "case", "flag"};
	const struct definition *definition = type->definition;
	output_format(out, "\n### %s `%s`\n", kinds[definition->kind], type->name);
	paragraph(type->doc, out);
	output_format(out, "\n| | %s | type | |\n| ---: | --- | --- | --- |\n",
		      members[definition->kind]);
	uint32_t number = 0;
	for (const struct member *m = definition->members; m != NULL; m = m->next, number++) {
		output_format(out, "| %u | `%s` | ", number, m->name.text);
		if (m->type != NULL) {
			output_string(out, "`");
			canonical_type(m->type, out);
			output_string(out, "`");
		}
		output_string(out, " | ");
		cell(m->doc, out);
		output_string(out, " |\n");
	}
}

void page_write(const struct outline *outline, struct output *out)
{
	heading(outline, out);
	if (outline->function_count > 0)
		output_string(out, "\n## Functions\n");
	for (uint32_t i = 0; i < outline->function_count; i++)
		function(outline->functions[i], i, out);
	if (outline->type_count > 0)
		output_string(out, "\n## Types\n");
	for (uint32_t i = 0; i < outline->type_count; i++)
		type(&outline->types[i], out);
}
