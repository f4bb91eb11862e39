#include "layout.h"

#include "bounds.h"

/* Sizes stop growing here: above every limit, and far from overflow. */
enum { TOO_LARGE = 1 << 24 };

/* A list in C: two pointers and two counts. */
enum { LIST_BYTES = 24 };

static uint32_t bounded(uint32_t size)
{
	return size > TOO_LARGE ? TOO_LARGE : size;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t aligned(uint32_t size)
{
	return (size + 7) / 8 * 8;
}

uint32_t layout_flags_bytes(uint32_t count)
{
	return count <= 8 ? 1 : count <= 16 ? 2 : count <= 32 ? 4 : 8;
}

static struct layout fixed(uint32_t size, bool is_plain)
{
	return (struct layout){.least = size,
			       .memory = size,
			       .head = size,
			       .depth = 1,
			       .is_fixed = true,
			       .is_plain = is_plain,
			       .is_known = true};
}

/* One behind the other: the fields of a record, the items of a tuple. */
static void add(struct layout *sum, const struct layout *part)
{
	sum->least = bounded(sum->least + part->least);
	sum->memory = bounded(aligned(sum->memory) + aligned(part->memory));
	sum->depth = larger(sum->depth, part->depth + 1);
	sum->head = bounded(sum->head + part->head);
	sum->views = bounded(sum->views + part->views);
	sum->is_endless = sum->is_endless || part->is_endless;
	sum->is_fixed = sum->is_fixed && part->is_fixed;
	sum->is_plain = sum->is_plain && part->is_plain;
}

/* One or the other, behind a byte that says which; `part` may be NULL: nothing. */
static void either(struct layout *choice, const struct layout *part, bool is_first)
{
	static const struct layout nothing = {0};
	part = part == NULL ? &nothing : part;
	uint32_t least = bounded(1 + part->least);
	choice->least = is_first || least < choice->least ? least : choice->least;
	choice->memory = larger(choice->memory, bounded(8 + aligned(part->memory)));
	choice->head = larger(choice->head, bounded(1 + part->head));
	choice->views = larger(choice->views, part->views);
	choice->depth = larger(choice->depth, part->depth + 1);
	choice->is_endless = choice->is_endless || part->is_endless;
}

static const struct layout *layout_or_null(const struct type *type)
{
	return type == NULL ? NULL : &type->layout;
}

static struct layout primitive(enum type_kind kind)
{
	static const uint8_t sizes[] = {
	    [TYPE_BOOL] = 1, [TYPE_U8] = 1,  [TYPE_U16] = 2, [TYPE_U32] = 4,
	    [TYPE_U64] = 8,  [TYPE_S8] = 1,  [TYPE_S16] = 2, [TYPE_S32] = 4,
	    [TYPE_S64] = 8,  [TYPE_F32] = 4, [TYPE_F64] = 8, [TYPE_CHAR] = 4,
	};
	return fixed(sizes[kind], kind != TYPE_BOOL && kind != TYPE_CHAR);
}

static struct layout sequence(uint32_t depth, bool is_fixed)
{
	return (struct layout){.least = 4,
			       .memory = LIST_BYTES,
			       .depth = depth + 1,
			       .head = 4,
			       .views = 1,
			       .is_endless = !is_fixed,
			       .is_known = true};
}

void layout_of_type(struct type *type)
{
	struct layout layout = {.is_known = true};
	switch (type->kind) {
	case TYPE_STRING:
		layout = sequence(0, true);
		break;
	case TYPE_LIST:
		layout = sequence(type->first->layout.depth, type->first->layout.is_fixed);
		break;
	case TYPE_OPTION:
		either(&layout, NULL, true);
		either(&layout, &type->first->layout, false);
		break;
	case TYPE_RESULT:
		either(&layout, layout_or_null(type->first), true);
		either(&layout, layout_or_null(type->second), false);
		break;
	case TYPE_TUPLE:
		layout = fixed(0, true);
		for (const struct type *item = type->items; item != NULL; item = item->next)
			add(&layout, &item->layout);
		break;
	case TYPE_NAMED:
		layout = type->definition->layout;
		break;
	default:
		layout = primitive(type->kind);
		break;
	}
	type->layout = layout;
}

struct layout layout_of_members(const struct member *members)
{
	struct layout layout = fixed(0, true);
	for (const struct member *member = members; member != NULL; member = member->next)
		add(&layout, &member->type->layout);
	return layout;
}

static struct layout variant(const struct member *cases)
{
	struct layout layout = {.is_known = true};
	for (const struct member *member = cases; member != NULL; member = member->next)
		either(&layout, layout_or_null(member->type), member == cases);
	return layout;
}

void layout_of_definition(struct definition *definition)
{
	struct layout layout = {0};
	uint32_t count = definition->member_count;
	switch (definition->kind) {
	case DEFINITION_RECORD:
		layout = layout_of_members(definition->members);
		break;
	case DEFINITION_VARIANT:
		layout = variant(definition->members);
		break;
	case DEFINITION_ENUM:
		layout = fixed(1, count == LIMIT_CASES);
		break;
	case DEFINITION_FLAGS:
		layout = fixed(layout_flags_bytes(count), count == layout_flags_bytes(count) * 8);
		break;
	case DEFINITION_ALIAS:
		layout = definition->alias->layout;
		layout.depth++;
		break;
	case DEFINITION_USE:
		layout = definition->target->layout;
		layout.depth++;
		break;
	}
	definition->layout = layout;
}
