#include "outline.h"

#include <stdlib.h>
#include <string.h>

#include "canonical.h"
#include "identity.h"
#include "bounds.h"
#include "resolve.h"

struct collector {
	struct library *library;
	struct outline *outline;
	uint32_t capacity;
};

static void add_type(struct collector *collector, const char *name, struct definition *definition)
{
	struct outline *outline = collector->outline;
	if (outline->type_count == collector->capacity) {
		collector->capacity = collector->capacity == 0 ? 16 : collector->capacity * 2;
		struct outline_type *larger = pool_new_array(
		    &collector->library->pool, struct outline_type, collector->capacity);
		if (outline->type_count > 0)
			memcpy(larger, outline->types, outline->type_count * sizeof *larger);
		outline->types = larger;
	}
	definition->shown_index = outline->type_count;
	outline->types[outline->type_count++] =
	    (struct outline_type){.name = name, .definition = definition, .doc = definition->doc};
	definition->shown_as = name;
}

/* Brings in what a type needs. Every definition is looked at once, aliases too: what they unfold to
 * can be exponentially large. */
static void collect(struct collector *collector, const struct type *type);

static void collect_definition(struct collector *collector, struct definition *definition)
{
	if (definition->shown_in == collector->outline->interface)
		return;
	definition->shown_in = collector->outline->interface;
	definition->shown_as = NULL;
	if (definition->kind == DEFINITION_USE) {
		collect_definition(collector, definition->target);
		return;
	}
	if (definition->kind == DEFINITION_ALIAS) {
		collect(collector, definition->alias);
		return;
	}
	add_type(collector, definition->name.text, definition);
	for (const struct member *m = definition->members; m != NULL; m = m->next)
		if (m->type != NULL)
			collect(collector, m->type);
}

static void collect(struct collector *collector, const struct type *type)
{
	if (type->kind == TYPE_NAMED)
		collect_definition(collector, type->definition);
	if (type->first != NULL)
		collect(collector, type->first);
	if (type->second != NULL)
		collect(collector, type->second);
	for (const struct type *item = type->items; item != NULL; item = item->next)
		collect(collector, item);
}

/* A type that is used under several names gets the first of them, whatever their order is. */
static void name_used_types(struct collector *collector)
{
	struct interface *interface = collector->outline->interface;
	for (struct definition *d = interface->definitions; d != NULL; d = d->next) {
		struct definition *target = resolve_definition(d);
		if (d->kind != DEFINITION_USE || target->kind == DEFINITION_ALIAS)
			continue;
		struct outline_type *type = &collector->outline->types[target->shown_index];
		if (!type->is_used || strcmp(d->name.text, type->name) < 0)
			type->name = d->name.text;
		type->is_used = true;
		target->shown_as = type->name;
	}
}

static int compare_types(const void *a, const void *b)
{
	const struct outline_type *left = a, *right = b;
	return strcmp(left->name, right->name);
}

static int compare_functions(const void *a, const void *b)
{
	const struct function *const *left = a, *const *right = b;
	return strcmp((*left)->name.text, (*right)->name.text);
}

static void collect_functions(struct library *library, struct outline *outline)
{
	uint32_t count = 0;
	for (struct function *f = outline->interface->functions; f != NULL; f = f->next)
		count++;
	outline->functions = pool_new_array(&library->pool, struct function *, count);
	for (struct function *f = outline->interface->functions; f != NULL; f = f->next)
		outline->functions[outline->function_count++] = f;
	qsort(outline->functions, count, sizeof *outline->functions, compare_functions);
}

/* Clashes that only show once used types are written out beside the interface's own. */
static bool check_names(struct library *library, const struct outline *outline)
{
	struct table names = {0};
	bool is_good = true;
	for (uint32_t i = 0; i < outline->function_count; i++)
		table_put(&names, &library->pool, outline->functions[i]->name.text,
			  (void *)outline->functions[i]->name.text);
	for (uint32_t i = 0; i < outline->type_count; i++) {
		const char *name = outline->types[i].name;
		if (table_put(&names, &library->pool, name, (void *)name) == NULL)
			continue;
		report_add(&library->report, outline->interface->name.place,
			   "expected used types whose names differ from this interface's own, "
			   "found \"%s\" twice (`use ... as` gives one another name)",
			   name);
		is_good = false;
	}
	return is_good;
}

static bool write_text(struct library *library, struct outline *outline)
{
	struct output text = {.limit = LIMIT_CANONICAL_BYTES};
	canonical_write(outline, &text);
	if (text.is_cut)
		report_add(&library->report, outline->interface->name.place,
			   "expected a canonical text of at most %d bytes, found more",
			   LIMIT_CANONICAL_BYTES);
	bool is_good = !text.is_cut;
	if (is_good) {
		outline->text = pool_copy(&library->pool, text.data, text.size);
		outline->text_size = text.size;
		identity_of_text(text.data, text.size, outline->digest, outline->cid);
	}
	output_drop(&text);
	return is_good;
}

bool outline_make(struct library *library, struct interface *interface, struct outline *out)
{
	*out = (struct outline){.interface = interface};
	struct collector collector = {.library = library, .outline = out};
	for (struct definition *d = interface->definitions; d != NULL; d = d->next)
		collect_definition(&collector, d);
	for (struct function *f = interface->functions; f != NULL; f = f->next) {
		for (struct member *m = f->parameters; m != NULL; m = m->next)
			collect(&collector, m->type);
		if (f->result != NULL)
			collect(&collector, f->result);
	}
	name_used_types(&collector);
	if (out->type_count > 0)
		qsort(out->types, out->type_count, sizeof *out->types, compare_types);
	collect_functions(library, out);
	return check_names(library, out) && write_text(library, out);
}

const char *outline_name(struct definition *definition)
{
	return definition->shown_as;
}

void outline_recall(const struct outline *outline)
{
	for (uint32_t i = 0; i < outline->type_count; i++)
		outline->types[i].definition->shown_as = outline->types[i].name;
}
