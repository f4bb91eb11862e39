#include "definition.h"

#include <stdio.h>
#include <string.h>

static const char *const leaves[] = {"bool", "u8",  "u16", "u32", "u64",  "s8",    "s16",
				     "s32",  "s64", "f32", "f64", "char", "string"};
enum { LEAVES = sizeof leaves / sizeof leaves[0] };

uint32_t random_below(struct random *random, uint32_t limit)
{
	random->state = random->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random->state >> 33) % limit;
}

/* ---- Making ---- */

/* Names with a number of their own never clash; some are keywords of C or WIT with a tail. */
static void make_name(struct random *random, uint32_t number, char name[24])
{
	static const char *const words[] = {"a",       "int",    "list", "size-of",
					    "READ-it", "result", "x9"};
	snprintf(name, 24, "%s-n%u", words[random_below(random, 7)], number);
}

static int32_t make_shape(struct random *random, struct random_definition *definition,
			  uint32_t items, uint32_t depth)
{
	if (definition->shape_count == SHAPE_MAX - 1)
		return 0;
	uint32_t kind = depth > 3 ? SHAPE_LEAF : random_below(random, 8);
	struct shape shape = {
	    .kind = kind > SHAPE_ITEM ? SHAPE_LEAF : kind, .first = -1, .second = -1};
	if (shape.kind == SHAPE_ITEM && items == 0)
		shape.kind = SHAPE_LEAF;
	shape.leaf = random_below(random, shape.kind == SHAPE_ITEM ? items : LEAVES);
	if (shape.kind == SHAPE_LIST || shape.kind == SHAPE_OPTION || shape.kind == SHAPE_TUPLE)
		shape.first = make_shape(random, definition, items, depth + 1);
	if (shape.kind == SHAPE_TUPLE)
		shape.second = make_shape(random, definition, items, depth + 1);
	if (shape.kind == SHAPE_RESULT && random_below(random, 3) > 0)
		shape.first = make_shape(random, definition, items, depth + 1);
	if (shape.kind == SHAPE_RESULT && random_below(random, 3) > 0)
		shape.second = make_shape(random, definition, items, depth + 1);
	definition->shapes[definition->shape_count] = shape;
	return (int32_t)definition->shape_count++;
}

static void make_item(struct random *random, struct random_definition *definition,
		      uint32_t functions_from)
{
	uint32_t number = definition->item_count;
	struct item *item = &definition->items[number];
	uint32_t types = number < functions_from ? number : functions_from;
	*item = (struct item){.result = -1};
	item->kind = number < functions_from ? random_below(random, 4) : ITEM_FUNCTION;
	make_name(random, number, item->name);
	item->member_count =
	    random_below(random, MEMBER_MAX) + (item->kind == ITEM_FUNCTION ? 0 : 1);
	for (uint32_t i = 0; i < item->member_count; i++) {
		struct definition_member *member = &item->members[i];
		bool has_type = item->kind == ITEM_RECORD || item->kind == ITEM_FUNCTION ||
				(item->kind == ITEM_VARIANT && random_below(random, 3) > 0);
		make_name(random, i, member->name);
		member->shape = has_type ? make_shape(random, definition, types, 1) : -1;
	}
	if (item->kind == ITEM_FUNCTION && random_below(random, 4) > 0)
		item->result = make_shape(random, definition, types, 1);
	definition->item_count++;
}

void definition_make(struct random *random, struct random_definition *out)
{
	uint32_t types = random_below(random, ITEM_MAX - 4);
	uint32_t count = types + 1 + random_below(random, 4);
	*out = (struct random_definition){.shape_count = 1};
	make_name(random, random_below(random, 100), out->name);
	while (out->item_count < count)
		make_item(random, out, types);
}

/* ---- Writing ---- */

struct writer {
	const struct random_definition *definition;
	struct random *random; /* NULL: plainly */
	struct output *out;
	struct output aliases; /* declarations that the items need */
	uint32_t alias_count;
};

static bool sometimes(struct writer *writer, uint32_t one_in)
{
	return writer->random != NULL && random_below(writer->random, one_in) == 0;
}

/* What may stand between any two tokens. */
static void blank(struct writer *writer, struct output *out)
{
	static const char *const blanks[] = {" ",
					     "\n",
					     "\t",
					     " /* } ; */ ",
					     " // record x\n",
					     "\n/// docs\n",
					     " /** docs /* nested */ */ ",
					     "\r\n"};
	output_string(out, " ");
	if (sometimes(writer, 4))
		output_string(out, blanks[random_below(writer->random, 8)]);
}

static void write_shape(struct writer *writer, int32_t index, struct output *out);

static void write_wrapped(struct writer *writer, const struct shape *shape, struct output *out)
{
	static const char *const names[] = {[SHAPE_LIST] = "list",
					    [SHAPE_OPTION] = "option",
					    [SHAPE_RESULT] = "result",
					    [SHAPE_TUPLE] = "tuple"};
	output_string(out, names[shape->kind]);
	if (shape->first < 0 && shape->second < 0)
		return;
	blank(writer, out);
	output_string(out, "<");
	blank(writer, out);
	if (shape->first < 0)
		output_string(out, "_");
	else
		write_shape(writer, shape->first, out);
	if (shape->second >= 0) {
		output_string(out, ",");
		blank(writer, out);
		write_shape(writer, shape->second, out);
	}
	if (shape->kind == SHAPE_TUPLE && sometimes(writer, 3))
		output_string(out, ",");
	output_string(out, ">");
}

static void write_bare_shape(struct writer *writer, int32_t index, struct output *out)
{
	const struct shape *shape = &writer->definition->shapes[index];
	if (shape->kind == SHAPE_LEAF)
		output_string(out, leaves[shape->leaf]);
	else if (shape->kind == SHAPE_ITEM)
		output_format(out, "%s%s", sometimes(writer, 5) ? "%" : "",
			      writer->definition->items[shape->leaf].name);
	else
		write_wrapped(writer, shape, out);
}

static void write_shape(struct writer *writer, int32_t index, struct output *out)
{
	if (!sometimes(writer, 6)) {
		write_bare_shape(writer, index, out);
		return;
	}
	struct output alias = {0};
	uint32_t number = writer->alias_count++;
	output_format(&alias, "type alias%u =", number);
	blank(writer, &alias);
	write_bare_shape(writer, index, &alias);
	output_string(&alias, ";\n");
	output_bytes(&writer->aliases, alias.data, alias.size);
	output_drop(&alias);
	output_format(out, "alias%u", number);
}

static void write_members(struct writer *writer, const struct item *item, struct output *out)
{
	for (uint32_t i = 0; i < item->member_count; i++) {
		const struct definition_member *member = &item->members[i];
		blank(writer, out);
		output_string(out, member->name);
		if (member->shape >= 0) {
			output_string(out, item->kind == ITEM_VARIANT ? "(" : ":");
			blank(writer, out);
			write_shape(writer, member->shape, out);
			output_string(out, item->kind == ITEM_VARIANT ? ")" : "");
		}
		if (i + 1 < item->member_count || sometimes(writer, 2))
			output_string(out, ",");
	}
}

static void write_item(struct writer *writer, const struct item *item)
{
	static const char *const keywords[] = {"record", "variant", "enum", "flags"};
	struct output *out = writer->out;
	blank(writer, out);
	if (sometimes(writer, 5))
		output_string(out,
			      "@unstable(feature = fancy) @deprecated(version = 2.0.0-rc.1)\n");
	if (item->kind != ITEM_FUNCTION) {
		output_format(out, "%s %s {", keywords[item->kind], item->name);
		write_members(writer, item, out);
		output_string(out, "}\n");
		return;
	}
	output_format(out, "%s:", item->name);
	blank(writer, out);
	output_string(out, "func(");
	write_members(writer, item, out);
	output_string(out, ")");
	if (item->result >= 0) {
		output_string(out, "->");
		blank(writer, out);
		write_shape(writer, item->result, out);
	}
	output_string(out, ";\n");
}

void definition_write(const struct random_definition *definition, struct random *random,
		      struct output *out)
{
	struct writer writer = {.definition = definition, .random = random, .out = out};
	uint32_t order[ITEM_MAX];
	for (uint32_t i = 0; i < definition->item_count; i++)
		order[i] = i;
	for (uint32_t i = definition->item_count; i > 1 && random != NULL; i--) {
		uint32_t other = random_below(random, i), kept = order[other];
		order[other] = order[i - 1];
		order[i - 1] = kept;
	}
	if (sometimes(&writer, 2))
		output_string(out, "package some:thing@1.2.3;\n");
	output_format(out, "interface %s {", definition->name);
	for (uint32_t i = 0; i < definition->item_count; i++)
		write_item(&writer, &definition->items[order[i]]);
	if (writer.aliases.data != NULL)
		output_string(out, writer.aliases.data);
	output_string(out, "}\n");
	output_drop(&writer.aliases);
}

/* ---- Changing ---- */

static bool change_name(char name[24])
{
	size_t size = strlen(name);
	if (size == 23)
		return false;
	name[size] = 'q';
	return true;
}

/* Swaps two members: fields, cases, flags or parameters. Their names differ, so a peer notices. */
static bool swap_members(struct random *random, struct item *item)
{
	if (item->member_count < 2)
		return false;
	uint32_t first = random_below(random, item->member_count - 1);
	struct definition_member kept = item->members[first];
	item->members[first] = item->members[first + 1];
	item->members[first + 1] = kept;
	return true;
}

static bool drop_member(struct item *item)
{
	if (item->member_count < (item->kind == ITEM_FUNCTION ? 1u : 2u))
		return false;
	item->member_count--;
	return true;
}

/* Another type where one stands. */
static bool change_shape(struct random *random, struct random_definition *definition,
			 const struct item *item)
{
	int32_t index = item->result;
	if (item->member_count > 0 && (index < 0 || random_below(random, 2) == 0))
		index = item->members[random_below(random, item->member_count)].shape;
	if (index < 0)
		return false;
	/* Down to a leaf, or to one of the types in between. */
	while (random_below(random, 2) == 0 && definition->shapes[index].first >= 0)
		index = definition->shapes[index].first;
	struct shape *shape = &definition->shapes[index];
	if (shape->kind == SHAPE_LEAF) {
		shape->leaf = (shape->leaf + 1 + random_below(random, LEAVES - 1)) % LEAVES;
		return true;
	}
	if (shape->kind != SHAPE_LIST && shape->kind != SHAPE_OPTION)
		return false;
	shape->kind = shape->kind == SHAPE_LIST ? SHAPE_OPTION : SHAPE_LIST;
	return true;
}

static bool change_once(struct random *random, struct random_definition *definition)
{
	struct item *item = &definition->items[random_below(random, definition->item_count)];
	switch (random_below(random, 8)) {
	case 0:
		return change_name(definition->name);
	case 1:
		return change_name(item->name);
	case 2:
		return item->member_count > 0 &&
		       change_name(item->members[random_below(random, item->member_count)].name);
	case 3:
		return swap_members(random, item);
	case 4:
		return drop_member(item);
	case 5:
		if (item->kind != ITEM_FUNCTION)
			return false;
		item->result = item->result < 0 ? 0 : -1;
		return true;
	default:
		return change_shape(random, definition, item);
	}
}

void definition_change(struct random *random, struct random_definition *definition)
{
	while (!change_once(random, definition))
		continue;
}
