/*
 * Every definition is settled once, from the inside out, so that shared types (aliases of tuples of
 * aliases) cost what their text costs and not what they unfold to. Recursion is as deep as types
 * may nest, and refuses what is deeper.
 */
#include "resolve.h"

#include <string.h>

#include "layout.h"
#include "bounds.h"
#include "table.h"

static bool settle_definition(struct library *library, struct definition *definition,
			      const struct name *user, unsigned depth);

static void refuse_twice(struct report *report, const struct name *name, const struct name *first)
{
	if (strcmp(name->text, first->text) == 0)
		report_add(report, name->place,
			   "expected a name of its own, found \"%s\", which line %u has taken",
			   name->text, first->place.line);
	else
		report_add(report, name->place,
			   "expected a name of its own, found \"%s\", which differs from \"%s\" "
			   "of line %u in nothing but case",
			   name->text, first->text, first->place.line);
}

static void add_name(struct library *library, struct table *table, struct name *name)
{
	struct name *first = table_put(table, &library->pool, name->text, name);
	if (first != NULL)
		refuse_twice(&library->report, name, first);
}

static void check_members(struct library *library, struct member *members)
{
	struct table names = {0};
	for (struct member *member = members; member != NULL; member = member->next)
		add_name(library, &names, &member->name);
}

/* The names of an interface: types and functions share one space, as WIT has it. */
static void check_names(struct library *library, struct interface *interface)
{
	struct table names = {0};
	for (struct definition *d = interface->definitions; d != NULL; d = d->next) {
		if (d->progress == PROGRESS_FAILED)
			continue;
		add_name(library, &names, &d->name);
		check_members(library, d->members);
	}
	for (struct function *f = interface->functions; f != NULL; f = f->next) {
		add_name(library, &names, &f->name);
		check_members(library, f->parameters);
	}
}

static struct definition *find_type(struct interface *interface, const char *name)
{
	struct definition *found = table_find(&interface->types, name);
	return found != NULL && strcmp(found->name.text, name) == 0 ? found : NULL;
}

static void index_types(struct library *library, struct interface *interface)
{
	for (struct definition *d = interface->definitions; d != NULL; d = d->next)
		table_put(&interface->types, &library->pool, d->name.text, d);
}

static void refuse_depth(struct report *report, struct place place)
{
	report_add(report, place,
		   "expected types nested at most %d deep, names followed, found more",
		   LIMIT_DEPTH);
}

static bool settle_type(struct library *library, struct interface *interface, struct type *type,
			unsigned depth)
{
	bool is_good = true;
	if (depth > LIMIT_DEPTH) {
		refuse_depth(&library->report, type->place);
		return false;
	}
	if (type->kind == TYPE_NAMED) {
		type->definition = find_type(interface, type->name.text);
		if (type->definition == NULL) {
			report_add(&library->report, type->place,
				   "expected the name of a type, found \"%s\", which interface "
				   "\"%s\" does not define",
				   type->name.text, interface->name.text);
			return false;
		}
		is_good = settle_definition(library, type->definition, &type->name, depth);
	}
	if (type->first != NULL)
		is_good = settle_type(library, interface, type->first, depth + 1) && is_good;
	if (type->second != NULL)
		is_good = settle_type(library, interface, type->second, depth + 1) && is_good;
	for (struct type *item = type->items; item != NULL; item = item->next)
		is_good = settle_type(library, interface, item, depth + 1) && is_good;
	if (!is_good)
		return false;
	layout_of_type(type);
	if (type->layout.depth <= LIMIT_DEPTH)
		return true;
	refuse_depth(&library->report, type->place);
	return false;
}

static bool settle_use(struct library *library, struct definition *definition, unsigned depth)
{
	struct use *use = definition->use;
	if (use->target == NULL)
		return false;
	definition->target = find_type(use->target, definition->used_name.text);
	if (definition->target == NULL) {
		report_add(&library->report, definition->used_name.place,
			   "expected the name of a type, found \"%s\", which interface \"%s\" "
			   "does not define",
			   definition->used_name.text, use->target->name.text);
		return false;
	}
	return settle_definition(library, definition->target, &definition->used_name, depth + 1);
}

static bool settle_parts(struct library *library, struct definition *definition, unsigned depth)
{
	if (definition->kind == DEFINITION_USE)
		return settle_use(library, definition, depth);
	if (definition->kind == DEFINITION_ALIAS)
		return settle_type(library, definition->owner, definition->alias, depth + 1);
	bool is_good = true;
	for (struct member *m = definition->members; m != NULL; m = m->next)
		if (m->type != NULL)
			is_good =
			    settle_type(library, definition->owner, m->type, depth + 1) && is_good;
	return is_good;
}

static bool check_limits(struct report *report, const struct definition *definition)
{
	uint32_t most = definition->kind == DEFINITION_FLAGS ? LIMIT_FLAGS : LIMIT_CASES;
	if (definition->kind != DEFINITION_RECORD && definition->member_count > most) {
		report_add(report, definition->name.place,
			   "expected at most %u members in \"%s\", found %u", most,
			   definition->name.text, definition->member_count);
		return false;
	}
	if (definition->layout.depth > LIMIT_DEPTH) {
		refuse_depth(report, definition->name.place);
		return false;
	}
	if (definition->layout.memory > LIMIT_VALUE_BYTES) {
		report_add(report, definition->name.place,
			   "expected a value of at most %d bytes beside its lists and strings, "
			   "found more in \"%s\"",
			   LIMIT_VALUE_BYTES, definition->name.text);
		return false;
	}
	return true;
}

/* `user` is the name by which the definition was come to. */
static bool settle_definition(struct library *library, struct definition *definition,
			      const struct name *user, unsigned depth)
{
	if (definition->progress == PROGRESS_UNDER_WAY) {
		report_add(&library->report, user->place,
			   "expected a type that does not contain itself, found \"%s\" inside of "
			   "itself",
			   user->text);
		return false;
	}
	if (definition->progress == PROGRESS_NEW) {
		definition->progress = PROGRESS_UNDER_WAY;
		bool is_good = settle_parts(library, definition, depth);
		if (is_good) {
			layout_of_definition(definition);
			is_good = check_limits(&library->report, definition);
		}
		definition->progress = is_good ? PROGRESS_DONE : PROGRESS_FAILED;
	}
	return definition->progress == PROGRESS_DONE;
}

static void settle_function(struct library *library, struct interface *interface,
			    struct function *function)
{
	bool is_good = true;
	for (struct member *m = function->parameters; m != NULL; m = m->next)
		is_good = settle_type(library, interface, m->type, 1) && is_good;
	if (function->result != NULL)
		is_good = settle_type(library, interface, function->result, 1) && is_good;
	if (!is_good)
		return;
	uint32_t result = function->result == NULL ? 0 : function->result->layout.memory;
	if (layout_of_members(function->parameters).memory > LIMIT_VALUE_BYTES ||
	    result > LIMIT_VALUE_BYTES)
		report_add(&library->report, function->name.place,
			   "expected parameters and a result of at most %d bytes beside their "
			   "lists and strings, found more in \"%s\"",
			   LIMIT_VALUE_BYTES, function->name.text);
}

/* Finds the interfaces that are used, and those that they use. */
static void follow_uses(struct library *library, struct interface *interface, unsigned depth)
{
	if (interface->progress == PROGRESS_DONE)
		return;
	interface->progress = PROGRESS_UNDER_WAY;
	index_types(library, interface);
	for (struct use *use = interface->uses; use != NULL; use = use->next) {
		struct interface *target = library_find(library, interface->file, use);
		if (target == NULL) {
			report_add(&library->report, use->interface.place,
				   "expected the name of an interface, found \"%s\", which none "
				   "of the files read define%s%s",
				   use->interface.text,
				   use->package.text == NULL ? "" : " in package ",
				   use->package.text == NULL ? "" : use->package.text);
			continue;
		}
		if (target->progress == PROGRESS_UNDER_WAY || depth >= LIMIT_DEPTH) {
			report_add(&library->report, use->interface.place,
				   "expected an interface that does not depend on this one%s, "
				   "found \"%s\"",
				   depth >= LIMIT_DEPTH ? " (at most 32 uses deep)" : "",
				   use->interface.text);
			continue;
		}
		follow_uses(library, target, depth + 1);
		use->target = target;
	}
	interface->progress = PROGRESS_DONE;
}

static void check_interface_names(struct library *library, struct file *file)
{
	struct table names = {0};
	for (struct interface *i = file->interfaces; i != NULL; i = i->next)
		add_name(library, &names, &i->name);
}

void resolve_file(struct library *library, struct file *file)
{
	check_interface_names(library, file);
	for (struct interface *i = file->interfaces; i != NULL; i = i->next)
		follow_uses(library, i, 1);
	for (struct interface *i = file->interfaces; i != NULL; i = i->next) {
		check_names(library, i);
		for (struct definition *d = i->definitions; d != NULL; d = d->next)
			settle_definition(library, d, &d->name, 1);
		for (struct function *f = i->functions; f != NULL; f = f->next)
			settle_function(library, i, f);
	}
}

struct definition *resolve_definition(struct definition *definition)
{
	while (definition->kind == DEFINITION_USE)
		definition = definition->target;
	return definition;
}

const struct type *resolve_type(const struct type *type)
{
	while (type->kind == TYPE_NAMED) {
		const struct definition *target = resolve_definition(type->definition);
		if (target->kind != DEFINITION_ALIAS)
			break;
		type = target->alias;
	}
	return type;
}
