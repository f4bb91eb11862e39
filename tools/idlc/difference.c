#include "difference.h"

#include <string.h>

#include "canonical.h"
#include "resolve.h"

/* One type in both definitions, and which way its values go. */
struct pair {
	const char *name;
	const struct outline_type *old; /* NULL: added */
	const struct outline_type *new; /* NULL: removed */
	bool is_changed;
	/* Bits: 1 for the old interface, 2 for the new one. */
	unsigned in_calls;
	unsigned in_answers;
};

/* A converter meets values of a type where both interfaces have it in the same place. */
enum { BOTH = 3 };

struct comparison {
	struct pool *pool;
	const struct outline *old, *new;
	struct table pairs; /* name -> struct pair */
	struct output *out;
};

/* ---- Texts ---- */

static const char *kept(struct pool *pool, struct output *text)
{
	const char *copy = pool_copy(pool, text->data == NULL ? "" : text->data, text->size);
	output_drop(text);
	return copy;
}

static const char *type_text(struct pool *pool, const struct type *type)
{
	struct output text = {0};
	if (type != NULL)
		canonical_type(type, &text);
	return kept(pool, &text);
}

static const char *definition_text(struct pool *pool, const struct outline_type *type)
{
	struct output text = {0};
	canonical_definition(type, &text);
	return kept(pool, &text);
}

static bool is_same_type(struct pool *pool, const struct type *a, const struct type *b)
{
	return strcmp(type_text(pool, a), type_text(pool, b)) == 0;
}

/* ---- Which types are reached, and whether they are the same ---- */

static void add_pairs(struct comparison *comparison, const struct outline *outline, bool is_old)
{
	for (uint32_t i = 0; i < outline->type_count; i++) {
		const struct outline_type *type = &outline->types[i];
		struct pair *pair = table_find(&comparison->pairs, type->name);
		if (pair == NULL) {
			pair = pool_new(comparison->pool, struct pair);
			pair->name = type->name;
			table_put(&comparison->pairs, comparison->pool, type->name, pair);
		}
		if (is_old)
			pair->old = type;
		else
			pair->new = type;
		pair->is_changed = pair->old == NULL || pair->new == NULL ||
				   strcmp(definition_text(comparison->pool, pair->old),
					  definition_text(comparison->pool, pair->new)) != 0;
	}
}

/* Marks what a type is made of; true where any of it changed. Every name is followed once for a
 * `seen`. */
static bool reach(struct comparison *comparison, const struct type *type, bool is_call,
		  unsigned side, struct table *seen)
{
	bool is_changed = false;
	if (type == NULL)
		return false;
	type = resolve_type(type);
	if (type->kind != TYPE_NAMED) {
		is_changed = reach(comparison, type->first, is_call, side, seen);
		is_changed = reach(comparison, type->second, is_call, side, seen) || is_changed;
		for (const struct type *item = type->items; item != NULL; item = item->next)
			is_changed = reach(comparison, item, is_call, side, seen) || is_changed;
		return is_changed;
	}
	struct definition *definition = resolve_definition(type->definition);
	struct pair *pair = table_find(&comparison->pairs, outline_name(definition));
	if (table_put(seen, comparison->pool, pair->name, pair) != NULL)
		return false;
	*(is_call ? &pair->in_calls : &pair->in_answers) |= side;
	is_changed = pair->is_changed;
	for (const struct member *m = definition->members; m != NULL; m = m->next)
		is_changed = reach(comparison, m->type, is_call, side, seen) || is_changed;
	return is_changed;
}

/* The types of a function's parameters and result; true where any of them changed. */
static bool reach_function(struct comparison *comparison, const struct function *function,
			   unsigned side)
{
	struct table calls = {0}, answers = {0};
	bool is_changed = reach(comparison, function->result, false, side, &answers);
	for (const struct member *m = function->parameters; m != NULL; m = m->next)
		is_changed = reach(comparison, m->type, true, side, &calls) || is_changed;
	return is_changed;
}

/* ---- Members ---- */

static const struct member *find_member(const struct member *members, const char *name,
					uint32_t *number)
{
	*number = 0;
	for (; members != NULL; members = members->next, ++*number)
		if (strcmp(members->name.text, name) == 0)
			return members;
	return NULL;
}

static void advise(struct output *out, bool is_missing, const char *name, const char *where)
{
	output_format(out, "      a converter %s %s %s\n", is_missing ? "must supply" : "drops",
		      name, where);
}

static void lone_member(struct comparison *comparison, const struct pair *pair, bool is_added,
			const struct member *member, uint32_t number)
{
	struct output *out = comparison->out;
	enum definition_kind kind = pair->old->definition->kind;
	output_format(out, "    %s %s (%u)\n", is_added ? "+" : "-", member->name.text, number);
	if (kind == DEFINITION_RECORD) {
		if (pair->in_calls == BOTH)
			advise(out, is_added, member->name.text, "in calls");
		if (pair->in_answers == BOTH)
			advise(out, !is_added, member->name.text, "in answers");
		return;
	}
	/* A case or flag matters where values that have it meet a side that does not know it. */
	if ((is_added ? pair->in_answers : pair->in_calls) == BOTH)
		output_format(out,
			      "      a converter that meets %s in %s must put it otherwise, or "
			      "refuse the call\n",
			      member->name.text, is_added ? "an answer" : "a call");
}

static void members(struct comparison *comparison, const struct pair *pair,
		    const struct member *old, const struct member *new)
{
	struct output *out = comparison->out;
	uint32_t number = 0, place = 0;
	for (const struct member *m = old; m != NULL; m = m->next, number++) {
		const struct member *other = find_member(new, m->name.text, &place);
		if (other == NULL) {
			lone_member(comparison, pair, false, m, number);
			continue;
		}
		if (place != number)
			output_format(out, "    %s: %u -> %u\n", m->name.text, number, place);
		if (!is_same_type(comparison->pool, m->type, other->type))
			output_format(out, "    %s: %s -> %s\n", m->name.text,
				      type_text(comparison->pool, m->type),
				      type_text(comparison->pool, other->type));
	}
	number = 0;
	for (const struct member *m = new; m != NULL; m = m->next, number++)
		if (find_member(old, m->name.text, &place) == NULL)
			lone_member(comparison, pair, true, m, number);
}

static void type(struct comparison *comparison, const struct pair *pair)
{
	struct output *out = comparison->out;
	if (pair->new == NULL || pair->old == NULL) {
		output_format(out, "  %s type %s\n", pair->old == NULL ? "+" : "-", pair->name);
		return;
	}
	const struct definition *old = pair->old->definition, *new = pair->new->definition;
	output_format(out, "  type %s\n", pair->name);
	if (old->kind != new->kind)
		output_format(out, "    was:  %s\n    is:   %s\n",
			      definition_text(comparison->pool, pair->old),
			      definition_text(comparison->pool, pair->new));
	else
		members(comparison, pair, old->members, new->members);
}

static void types(struct comparison *comparison)
{
	/* In the order of the old outline, then what the new one has beside it. */
	for (uint32_t i = 0; i < comparison->old->type_count; i++) {
		const struct pair *pair =
		    table_find(&comparison->pairs, comparison->old->types[i].name);
		if (pair->is_changed)
			type(comparison, pair);
	}
	for (uint32_t i = 0; i < comparison->new->type_count; i++) {
		const struct pair *pair =
		    table_find(&comparison->pairs, comparison->new->types[i].name);
		if (pair->old == NULL)
			type(comparison, pair);
	}
}

/* ---- Functions ---- */

static const struct function *find_function(const struct outline *outline, const char *name,
					    uint32_t *number)
{
	for (*number = 0; *number < outline->function_count; ++*number)
		if (strcmp(outline->functions[*number]->name.text, name) == 0)
			return outline->functions[*number];
	return NULL;
}

static const char *signature(struct pool *pool, const struct function *function)
{
	struct output text = {0};
	canonical_function(function, &text);
	return kept(pool, &text);
}

static void changed_function(struct comparison *comparison, const struct function *old,
			     const struct function *new, bool is_type_changed)
{
	struct output *out = comparison->out;
	const char *before = signature(comparison->pool, old);
	const char *after = signature(comparison->pool, new);
	bool is_same = strcmp(before, after) == 0;
	if (!is_same)
		output_format(out, "    was:  %s\n    is:   %s\n", before, after);
	if (is_same && !is_type_changed)
		output_string(out, "    a converter passes the bytes behind the number on, and the "
				   "answer back\n");
	else
		output_string(out, "    a converter decodes, converts what changed, and encodes\n");
	if (old->result == NULL && new->result != NULL)
		output_string(out, "    the answer is new: a converter drops it\n");
	if (old->result != NULL && new->result == NULL)
		output_string(out, "    nothing is answered any more: a converter must answer\n");
}

static void functions(struct comparison *comparison)
{
	struct output *out = comparison->out;
	uint32_t place = 0;
	for (uint32_t i = 0; i < comparison->old->function_count; i++) {
		const struct function *old = comparison->old->functions[i];
		const struct function *new = find_function(comparison->new, old->name.text, &place);
		if (new == NULL) {
			output_format(out,
				      "  - %s (%u)\n    a converter must serve it by other means, "
				      "or refuse it\n",
				      old->name.text, i);
			continue;
		}
		bool is_changed = reach_function(comparison, old, 1);
		is_changed = reach_function(comparison, new, 2) || is_changed;
		output_format(out, place == i ? "  %s (%u)\n" : "  %s (%u -> %u)\n", old->name.text,
			      i, place);
		changed_function(comparison, old, new, is_changed);
	}
	for (uint32_t i = 0; i < comparison->new->function_count; i++) {
		const struct function *new = comparison->new->functions[i];
		if (find_function(comparison->old, new->name.text, &place) == NULL)
			output_format(out, "  + %s (%u)\n", new->name.text, i);
	}
}

static void hash(const char *label, const struct outline *outline, struct output *out)
{
	output_format(out, "  %s  %s\n", label, outline->cid);
}

bool difference_write(struct pool *pool, const struct outline *old, const struct outline *new,
		      struct output *out)
{
	const char *name = old->interface->name.text;
	if (memcmp(old->digest, new->digest, sizeof old->digest) == 0) {
		output_format(out, "%s: the same interface\n", name);
		hash("is  ", new, out);
		return true;
	}
	struct output parts = {0};
	struct comparison comparison = {.pool = pool, .old = old, .new = new, .out = &parts};
	outline_recall(old);
	outline_recall(new);
	add_pairs(&comparison, old, true);
	add_pairs(&comparison, new, false);
	output_format(out, "%s: another interface\n", name);
	hash("was ", old, out);
	hash("is  ", new, out);
	if (strcmp(name, new->interface->name.text) != 0)
		output_format(out, "  the name: %s -> %s\n", name, new->interface->name.text);
	/* Which way types go shows when functions are walked: they come first and are printed last.
	 */
	functions(&comparison);
	struct output types_part = {0};
	comparison.out = &types_part;
	types(&comparison);
	output_bytes(out, types_part.data == NULL ? "" : types_part.data, types_part.size);
	output_bytes(out, parts.data == NULL ? "" : parts.data, parts.size);
	output_drop(&types_part);
	output_drop(&parts);
	return false;
}
