/*
 * Types. They nest, so depth is counted here, before the tree exists: what the parser recurses into
 * is bounded whatever the file holds.
 */
#include <string.h>

#include "bounds.h"
#include "parser.h"

static const struct {
	const char *keyword;
	enum type_kind kind;
} plain_types[] = {
    {"bool", TYPE_BOOL},     {"u8", TYPE_U8},   {"u16", TYPE_U16}, {"u32", TYPE_U32},
    {"u64", TYPE_U64},       {"s8", TYPE_S8},   {"s16", TYPE_S16}, {"s32", TYPE_S32},
    {"s64", TYPE_S64},       {"f32", TYPE_F32}, {"f64", TYPE_F64}, {"char", TYPE_CHAR},
    {"string", TYPE_STRING},
};

static struct type *type_within(struct parser *parser, unsigned depth);

static struct type *node(struct parser *parser, enum type_kind kind)
{
	struct type *type = parser_node(parser, sizeof *type);
	if (type == NULL)
		return NULL;
	type->kind = kind;
	type->place = parser->token.place;
	return type;
}

/* list<T> and option<T> */
static struct type *wrapper(struct parser *parser, enum type_kind kind, unsigned depth)
{
	struct type *type = node(parser, kind);
	parser_advance(parser);
	if (type == NULL || !parser_require(parser, "<"))
		return NULL;
	type->first = type_within(parser, depth + 1);
	if (type->first != NULL && token_is(&parser->token, ","))
		parser_refuse(parser, parser->token.place,
			      "expected \">\", found \",\": lists of a fixed length are not part "
			      "of the subset");
	return parser_require(parser, ">") ? type : NULL;
}

/* result, result<T>, result<_, E>, result<T, E> */
static struct type *result(struct parser *parser, unsigned depth)
{
	struct type *type = node(parser, TYPE_RESULT);
	parser_advance(parser);
	if (type == NULL || !parser_accept(parser, "<"))
		return type;
	if (parser_accept(parser, "_")) {
		if (!parser_require(parser, ","))
			return NULL;
		type->second = type_within(parser, depth + 1);
	} else {
		type->first = type_within(parser, depth + 1);
		if (parser_accept(parser, ","))
			type->second = type_within(parser, depth + 1);
	}
	return parser_require(parser, ">") ? type : NULL;
}

static struct type *tuple(struct parser *parser, unsigned depth)
{
	struct type *type = node(parser, TYPE_TUPLE);
	parser_advance(parser);
	if (type == NULL || !parser_require(parser, "<"))
		return NULL;
	if (token_is(&parser->token, ">"))
		parser_refuse(parser, type->place,
			      "expected a type in the tuple, found none: a type of no size");
	struct type **last = &type->items;
	while (!parser->has_failed && !token_is(&parser->token, ">")) {
		*last = type_within(parser, depth + 1);
		if (*last == NULL)
			return NULL;
		last = &(*last)->next;
		if (!parser_accept(parser, ","))
			break;
	}
	return parser_require(parser, ">") ? type : NULL;
}

static struct type *named(struct parser *parser)
{
	struct type *type = node(parser, TYPE_NAMED);
	if (type == NULL)
		return NULL;
	type->name = parser_name(parser, "a type");
	return parser->has_failed ? NULL : type;
}

static bool is_foreign(const struct token *token)
{
	static const char *const foreign[] = {"stream", "future", "own",
					      "borrow", "map",    "error-context"};
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		if (token_is(token, foreign[i]))
			return true;
	return false;
}

static struct type *type_within(struct parser *parser, unsigned depth)
{
	if (parser->has_failed)
		return NULL;
	if (depth > LIMIT_DEPTH) {
		parser_refuse(parser, parser->token.place,
			      "expected types nested at most 32 deep, found one level more");
		return NULL;
	}
	for (size_t i = 0; i < sizeof plain_types / sizeof plain_types[0]; i++) {
		if (!token_is(&parser->token, plain_types[i].keyword))
			continue;
		struct type *type = node(parser, plain_types[i].kind);
		parser_advance(parser);
		return type;
	}
	if (token_is(&parser->token, "list"))
		return wrapper(parser, TYPE_LIST, depth);
	if (token_is(&parser->token, "option"))
		return wrapper(parser, TYPE_OPTION, depth);
	if (token_is(&parser->token, "result"))
		return result(parser, depth);
	if (token_is(&parser->token, "tuple"))
		return tuple(parser, depth);
	if (is_foreign(&parser->token)) {
		parser_expected(parser, "a value type (resources, streams, futures and maps are "
					"not part of the subset)");
		return NULL;
	}
	return named(parser);
}

struct type *parse_type(struct parser *parser)
{
	return type_within(parser, 1);
}
