/*
 * Names are given in a fixed order, so that a clash is always decided in the same way: first what
 * the bindings need for themselves, then named types, functions, and last what is composed.
 */
#include "c_type.h"

#include <string.h>

#include "canonical.h"
#include "layout.h"
#include "resolve.h"

/* Longer names than this are not made up from a type's parts. */
enum { COMPOSED_NAME_BYTES = 40 };

/* What is made from a type's stem, and from a function's. */
static const char *const type_endings[] = {"_get", "_put", "_check", "_case", "_next", NULL};
static const char *const function_endings[] = {
    "_call",     "_encode", "_decode", "_answer_encode", "_answer_decode",
    "_dispatch", "_answer", "_start",  "_finish",        NULL};

static const struct c_type *model_type(struct c_model *model, const struct type *source);

bool c_type_is_value(const struct c_type *type)
{
	return type->kind == C_NUMBER || type->kind == C_VIEW || type->kind == C_ENUM ||
	       type->kind == C_FLAGS;
}

static struct c_type *new_type(struct c_model *model, enum c_kind kind)
{
	struct c_type *type = pool_new(model->pool, struct c_type);
	type->kind = kind;
	return type;
}

/* ---- Types of wire.h ---- */

static struct c_type *primitive(struct c_model *model, enum type_kind kind)
{
	static const struct {
		const char *stem;
		const char *declared;
	} names[] = {
	    [TYPE_BOOL] = {"bool", "bool"},
	    [TYPE_U8] = {"u8", "uint8_t"},
	    [TYPE_U16] = {"u16", "uint16_t"},
	    [TYPE_U32] = {"u32", "uint32_t"},
	    [TYPE_U64] = {"u64", "uint64_t"},
	    [TYPE_S8] = {"s8", "int8_t"},
	    [TYPE_S16] = {"s16", "int16_t"},
	    [TYPE_S32] = {"s32", "int32_t"},
	    [TYPE_S64] = {"s64", "int64_t"},
	    [TYPE_F32] = {"f32", "float"},
	    [TYPE_F64] = {"f64", "double"},
	    [TYPE_CHAR] = {"char", "uint32_t"},
	    [TYPE_STRING] = {"string", "struct wire_string"},
	};
	struct c_type *type = new_type(model, kind == TYPE_STRING ? C_VIEW : C_NUMBER);
	type->stem = names[kind].stem;
	type->declared = names[kind].declared;
	return type;
}

/* wire.h has the lists of numbers, strings and bytes. NULL for others. */
static struct c_type *wire_list(struct c_model *model, const struct c_type *item)
{
	bool is_text = item->kind == C_VIEW &&
		       (strcmp(item->stem, "bytes") == 0 || strcmp(item->stem, "string") == 0);
	if (item->kind != C_NUMBER && !is_text)
		return NULL;
	struct c_type *type = new_type(model, C_VIEW);
	type->stem = strcmp(item->stem, "u8") == 0 ? "bytes"
						   : pool_print(model->pool, "%s_list", item->stem);
	type->declared = pool_print(model->pool, "struct wire_%s", type->stem);
	return type;
}

/* ---- Composed types ---- */

/* What stands for a type in the name of one that contains it: blocks_error -> error. */
static const char *short_name(const struct c_model *model, const struct c_type *type,
			      const char *otherwise)
{
	if (type == NULL)
		return otherwise;
	if (type->kind == C_NUMBER || type->kind == C_VIEW)
		return type->stem;
	return type->stem + strlen(model->prefix) + 1;
}

static void name_composed(struct c_model *model, struct c_type *type, const char *name)
{
	if (strlen(name) > COMPOSED_NAME_BYTES)
		name = "composed";
	type->stem = c_name_take(
	    &model->names, pool_print(model->pool, "%s_%s", model->prefix, name), type_endings);
	type->declared = pool_print(model->pool, "struct %s", type->stem);
}

static struct c_type *list(struct c_model *model, const struct type *source)
{
	const struct c_type *item = model_type(model, source->first);
	struct c_type *type = wire_list(model, item);
	if (type != NULL)
		return type;
	type = new_type(model, item->layout.is_fixed ? C_ITEMS : C_SERIES);
	type->first = item;
	type->item_name = item->kind == C_FLAGS && item->layout.least > 1
			      ? pool_print(model->pool, "wire_u%u", item->layout.least * 8)
			      : item->declared;
	name_composed(model, type,
		      pool_print(model->pool, "%s_list", short_name(model, item, NULL)));
	return type;
}

static struct c_type *option(struct c_model *model, const struct type *source)
{
	struct c_type *type = new_type(model, C_OPTION);
	type->first = model_type(model, source->first);
	name_composed(model, type,
		      pool_print(model->pool, "%s_option", short_name(model, type->first, NULL)));
	return type;
}

static struct c_type *result(struct c_model *model, const struct type *source)
{
	struct c_type *type = new_type(model, C_RESULT);
	if (source->first != NULL)
		type->first = model_type(model, source->first);
	if (source->second != NULL)
		type->second = model_type(model, source->second);
	name_composed(model, type,
		      pool_print(model->pool, "%s_or_%s", short_name(model, type->first, "nothing"),
				 short_name(model, type->second, "failure")));
	return type;
}

static struct c_type *tuple(struct c_model *model, const struct type *source)
{
	struct c_type *type = new_type(model, C_RECORD);
	struct output name = {.limit = COMPOSED_NAME_BYTES * 2};
	for (const struct type *item = source->items; item != NULL; item = item->next)
		type->member_count++;
	type->members = pool_new_array(model->pool, struct c_member, type->member_count);
	struct c_member *member = type->members;
	for (const struct type *item = source->items; item != NULL; item = item->next, member++) {
		member->type = model_type(model, item);
		member->name =
		    pool_print(model->pool, "item%u", (unsigned)(member - type->members));
		output_string(&name, member == type->members ? "" : "_and_");
		output_string(&name, short_name(model, member->type, NULL));
	}
	name_composed(model, type,
		      name.is_cut              ? "composed"
		      : type->member_count > 1 ? pool_print(model->pool, "%s", name.data)
					       : pool_print(model->pool, "only_%s", name.data));
	output_drop(&name);
	return type;
}

/* ---- Named types ---- */

static void add_members(struct c_model *model, struct c_type *type, const struct member *source,
			const char *constant_prefix)
{
	uint32_t count = 0;
	for (const struct member *m = source; m != NULL; m = m->next)
		count++;
	type->members = pool_new_array(model->pool, struct c_member, count);
	for (const struct member *m = source; m != NULL; m = m->next) {
		struct c_member *member = &type->members[type->member_count++];
		member->name = c_name_member(model->pool, m->name.text);
		member->doc = m->doc;
		if (m->type != NULL)
			member->type = model_type(model, m->type);
		if (constant_prefix != NULL)
			member->constant = c_name_take_constant(
			    &model->names,
			    c_name_upper(model->pool, constant_prefix, m->name.text));
	}
}

static void append(struct c_model *model, struct c_type *type)
{
	*model->last = type;
	model->last = &type->next;
}

/* Gives a named type its members, and its place behind those that they need. */
static void complete(struct c_model *model, struct c_type *type)
{
	struct definition *definition = type->definition;
	if (definition == NULL)
		return;
	type->definition = NULL;
	add_members(model, type, definition->members,
		    type->kind == C_RECORD
			? NULL
			: c_name_upper(model->pool, model->prefix, outline_name(definition)));
	append(model, type);
}

/* Named types exist, by name only, before anything else is looked at. */
static void announce(struct c_model *model, const struct outline_type *source)
{
	static const enum c_kind kinds[] = {C_RECORD, C_VARIANT, C_ENUM, C_FLAGS};
	struct c_type *type = new_type(model, kinds[source->definition->kind]);
	type->definition = source->definition;
	type->layout = source->definition->layout;
	type->doc = source->doc;
	type->shown = source->name;
	type->stem = c_name_take(
	    &model->names, c_name_lower(model->pool, model->prefix, source->name), type_endings);
	type->declared = type->kind == C_FLAGS
			     ? pool_print(model->pool, "uint%u_t", type->layout.least * 8)
			     : pool_print(model->pool, "%s %s",
					  type->kind == C_ENUM ? "enum" : "struct", type->stem);
	table_put(&model->by_text, model->pool, source->name, type);
}

/* ---- All of them ---- */

static const char *text_of(struct c_model *model, const struct type *source)
{
	struct output text = {0};
	canonical_type(source, &text);
	const char *kept = pool_copy(model->pool, text.data, text.size);
	output_drop(&text);
	return kept;
}

static struct c_type *make(struct c_model *model, const struct type *source)
{
	switch (source->kind) {
	case TYPE_LIST:
		return list(model, source);
	case TYPE_OPTION:
		return option(model, source);
	case TYPE_RESULT:
		return result(model, source);
	case TYPE_TUPLE:
		return tuple(model, source);
	default:
		return primitive(model, source->kind);
	}
}

static const struct c_type *model_type(struct c_model *model, const struct type *source)
{
	source = resolve_type(source);
	if (source->kind == TYPE_NAMED) {
		struct c_type *type = table_find(
		    &model->by_text, outline_name(resolve_definition(source->definition)));
		complete(model, type);
		return type;
	}
	const char *text = text_of(model, source);
	/* A number's text is a keyword, and could be a type's name: that one's key has no `%`. */
	const char *key =
	    source->kind <= TYPE_STRING ? pool_print(model->pool, "<%s>", text) : text;
	struct c_type *type = table_find(&model->by_text, key);
	if (type != NULL)
		return type;
	type = make(model, source);
	type->shown = text;
	type->layout = source->layout;
	table_put(&model->by_text, model->pool, key, type);
	if (type->kind != C_NUMBER && type->kind != C_VIEW)
		append(model, type);
	return type;
}

static void announce_function(struct c_model *model, struct function *source,
			      struct c_function *out)
{
	out->source = source;
	out->stem =
	    c_name_take(&model->names, c_name_lower(model->pool, model->prefix, source->name.text),
			function_endings);
	out->constant = c_name_take_constant(
	    &model->names, c_name_upper(model->pool, model->prefix, source->name.text));
	out->field = c_name_member(model->pool, source->name.text);
}

static void complete_function(struct c_model *model, struct c_function *function)
{
	const struct function *source = function->source;
	if (source->result != NULL)
		function->result = model_type(model, source->result);
	if (source->parameters == NULL)
		return;
	function->call = new_type(model, C_RECORD);
	function->call->stem = pool_print(model->pool, "%s_call", function->stem);
	function->call->declared = pool_print(model->pool, "struct %s", function->call->stem);
	function->call->layout = layout_of_members(source->parameters);
	add_members(model, function->call, source->parameters, NULL);
}

void c_model_make(struct pool *pool, const struct outline *outline, struct c_model *out)
{
	static const char *const own_endings[] = {"_interface", "_handler", "_dispatch", "_serve",
						  NULL};
	const char *name = outline->interface->name.text;
	*out = (struct c_model){.pool = pool, .outline = outline, .names = {.pool = pool}};
	out->last = &out->types;
	out->prefix = c_name_interface(pool, name);
	out->upper_prefix = c_name_upper(pool, NULL, out->prefix);
	c_name_take(&out->names, out->prefix, own_endings);
	c_name_take_constant(&out->names, pool_print(pool, "%s_DIGEST", out->upper_prefix));
	for (uint32_t i = 0; i < outline->type_count; i++)
		announce(out, &outline->types[i]);
	out->function_count = outline->function_count;
	out->functions = pool_new_array(pool, struct c_function, out->function_count);
	for (uint32_t i = 0; i < out->function_count; i++)
		announce_function(out, outline->functions[i], &out->functions[i]);
	for (uint32_t i = 0; i < outline->type_count; i++)
		complete(out, table_find(&out->by_text, outline->types[i].name));
	for (uint32_t i = 0; i < out->function_count; i++)
		complete_function(out, &out->functions[i]);
}
