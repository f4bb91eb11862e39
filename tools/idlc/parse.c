#include "parse.h"

#include <string.h>

#include "bounds.h"
#include "parser.h"

void parser_advance(struct parser *parser)
{
	if (token_is(&parser->token, "{"))
		parser->open_braces++;
	if (token_is(&parser->token, "}") && parser->open_braces > 0)
		parser->open_braces--;
	parser->token = lexer_next(&parser->lexer);
	if (parser->token.kind == TOKEN_WRONG)
		parser->has_failed = true;
}

void parser_refuse(struct parser *parser, struct place place, const char *why)
{
	if (!parser->has_failed)
		report_add(parser->report, place, "%s", why);
	parser->has_failed = true;
}

void parser_expected(struct parser *parser, const char *what)
{
	if (!parser->has_failed)
		report_add(parser->report, parser->token.place, "expected %s, found %s", what,
			   token_shown(&parser->token));
	parser->has_failed = true;
}

bool parser_accept(struct parser *parser, const char *text)
{
	if (parser->has_failed || !token_is(&parser->token, text))
		return false;
	parser_advance(parser);
	return true;
}

bool parser_require(struct parser *parser, const char *text)
{
	if (parser_accept(parser, text))
		return true;
	char what[16] = "\"";
	strcat(strcat(what, text), "\"");
	parser_expected(parser, what);
	return false;
}

struct name parser_name(struct parser *parser, const char *what)
{
	struct name name = {.text = "", .place = parser->token.place};
	if (parser->has_failed)
		return name;
	if (parser->token.kind == TOKEN_KEYWORD) {
		report_add(parser->report, parser->token.place,
			   "expected the name of %s, found the keyword \"%.*s\" (as a name it is "
			   "written %%%.*s)",
			   what, (int)parser->token.size, parser->token.start,
			   (int)parser->token.size, parser->token.start);
		parser->has_failed = true;
		return name;
	}
	if (parser->token.kind != TOKEN_NAME) {
		char expected[48] = "the name of ";
		parser_expected(parser, strncat(expected, what, 32));
		return name;
	}
	name.text = pool_copy(parser->pool, parser->token.start, parser->token.size);
	parser_advance(parser);
	return name;
}

void *parser_node(struct parser *parser, size_t size)
{
	if (parser->nodes++ >= LIMIT_TREE_NODES) {
		parser_refuse(parser, parser->token.place,
			      "expected a file of at most 500000 names and types, found more");
		parser->lexer.next = parser->lexer.end;
		parser_advance(parser);
		return NULL;
	}
	return pool_take(parser->pool, size);
}

/*
 * Goes behind the declaration that was given up, which began with `depth` braces open: behind its
 * `;` or the brace that closes what it opened, or in front of the one that closes what it stands
 * in. No declaration has a `;` inside of its braces, so that one that failed there ends at a `;`
 * even if its brace is missing.
 */
static void recover(struct parser *parser, unsigned depth)
{
	bool was_inside = parser->open_braces > depth;
	bool is_behind = false;
	while (!is_behind && parser->token.kind != TOKEN_END) {
		bool is_brace = token_is(&parser->token, "}");
		if (is_brace && parser->open_braces <= depth)
			break;
		if (is_brace)
			is_behind = parser->open_braces == depth + 1;
		else if (token_is(&parser->token, ";"))
			is_behind = was_inside || parser->open_braces == depth;
		parser_advance(parser);
		if (is_brace && is_behind && token_is(&parser->token, ";"))
			parser_advance(parser);
	}
	if (parser->open_braces > depth)
		parser->open_braces = depth;
	parser->has_failed = false;
}

/* Takes a word, whatever it is. */
static void skip_word(struct parser *parser, const char *what)
{
	if (parser->token.kind == TOKEN_NAME || parser->token.kind == TOKEN_KEYWORD)
		parser_advance(parser);
	else
		parser_expected(parser, what);
}

/* Takes the version behind the token, which is the next one; a version is no token of WIT's. */
static void skip_version_behind(struct parser *parser, const char *token)
{
	if (parser->has_failed || !token_is(&parser->token, token))
		return;
	bool is_there = lexer_skip_version(&parser->lexer);
	parser_advance(parser);
	if (!is_there)
		parser_expected(parser, "a version");
}

/* @since(version = 1.2.3) and its like say nothing about the bytes of a message. */
static void skip_attributes(struct parser *parser)
{
	while (parser_accept(parser, "@")) {
		bool is_version = false;
		skip_word(parser, "the name of an attribute");
		if (!parser_accept(parser, "("))
			continue;
		do {
			is_version = token_says(&parser->token, "version");
			skip_word(parser, "\"version\" or \"feature\"");
			if (is_version)
				skip_version_behind(parser, "=");
			else if (parser_require(parser, "="))
				skip_word(parser, "the name of a feature");
		} while (parser_accept(parser, ","));
		parser_require(parser, ")");
	}
}

/* name:name; only the first part was read so far */
static const char *package_name(struct parser *parser, const char *first)
{
	struct name second = parser_name(parser, "a package");
	size_t size = strlen(first);
	char *whole = pool_take(parser->pool, size + strlen(second.text) + 2);
	strcat(strcat(strcpy(whole, first), ":"), second.text);
	return whole;
}

static void package(struct parser *parser, struct file *file)
{
	parser_advance(parser);
	struct name first = parser_name(parser, "a package");
	if (!parser_require(parser, ":"))
		return;
	file->package = package_name(parser, first.text);
	skip_version_behind(parser, "@");
	if (token_is(&parser->token, "{"))
		parser_refuse(parser, parser->token.place,
			      "expected \";\", found \"{\": nested packages are not part of the "
			      "subset");
	parser_require(parser, ";");
}

/* { name: type, ... } or { name, ... } or { name(type), ... }, as the kind of definition says */
static void member(struct parser *parser, enum definition_kind kind, struct member *member)
{
	member->name = parser_name(parser, kind == DEFINITION_RECORD  ? "a field"
					   : kind == DEFINITION_FLAGS ? "a flag"
								      : "a case");
	if (kind == DEFINITION_RECORD && parser_require(parser, ":"))
		member->type = parse_type(parser);
	if (kind == DEFINITION_VARIANT && parser_accept(parser, "(")) {
		member->type = parse_type(parser);
		parser_require(parser, ")");
	}
}

static void members(struct parser *parser, struct definition *definition)
{
	struct member **last = &definition->members;
	if (!parser_require(parser, "{"))
		return;
	while (!parser->has_failed && !token_is(&parser->token, "}")) {
		*last = parser_node(parser, sizeof **last);
		if (*last == NULL)
			return;
		(*last)->doc = parser->token.doc;
		member(parser, definition->kind, *last);
		last = &(*last)->next;
		definition->member_count++;
		if (!parser_accept(parser, ","))
			break;
	}
	if (definition->member_count == 0)
		parser_refuse(parser, parser->token.place,
			      "expected at least one member, found none: a type of no size");
	parser_require(parser, "}");
}

/* Where the next definition of the interface is linked. */
static struct definition **last_definition(struct interface *interface)
{
	struct definition **last = interface->last_definition;
	return last == NULL ? &interface->definitions : last;
}

static struct definition *add_definition(struct parser *parser, struct interface *interface,
					 enum definition_kind kind, const char *doc)
{
	struct definition *definition = parser_node(parser, sizeof *definition);
	if (definition == NULL)
		return NULL;
	definition->kind = kind;
	definition->doc = doc;
	definition->owner = interface;
	*last_definition(interface) = definition;
	interface->last_definition = &definition->next;
	return definition;
}

static void define(struct parser *parser, struct interface *interface, enum definition_kind kind,
		   const char *doc)
{
	static const char *const what[] = {"a record", "a variant", "an enum", "a set of flags",
					   "a type"};
	struct definition *definition = add_definition(parser, interface, kind, doc);
	parser_advance(parser);
	if (definition == NULL)
		return;
	definition->name = parser_name(parser, what[kind]);
	if (kind != DEFINITION_ALIAS) {
		members(parser, definition);
		return;
	}
	parser_require(parser, "=");
	definition->alias = parse_type(parser);
	parser_require(parser, ";");
}

/* other. or package:name/other@1.2.3. */
static void use_path(struct parser *parser, struct use *use)
{
	use->interface = parser_name(parser, "an interface");
	if (parser_accept(parser, ":")) {
		use->package = use->interface;
		use->package.text = package_name(parser, use->interface.text);
		parser_require(parser, "/");
		use->interface = parser_name(parser, "an interface");
		skip_version_behind(parser, "@");
	}
	parser_require(parser, ".");
}

static void use(struct parser *parser, struct interface *interface)
{
	struct use *use = parser_node(parser, sizeof *use);
	parser_advance(parser);
	if (use == NULL)
		return;
	use_path(parser, use);
	parser_require(parser, "{");
	while (!parser->has_failed && !token_is(&parser->token, "}")) {
		struct definition *definition =
		    add_definition(parser, interface, DEFINITION_USE, parser->token.doc);
		if (definition == NULL)
			return;
		definition->use = use;
		definition->used_name = parser_name(parser, "a type");
		definition->name = definition->used_name;
		if (parser_accept(parser, "as"))
			definition->name = parser_name(parser, "a type");
		if (!parser_accept(parser, ","))
			break;
	}
	parser_require(parser, "}");
	if (!parser_require(parser, ";"))
		return;
	use->next = interface->uses;
	interface->uses = use;
}

static void parameters(struct parser *parser, struct function *function)
{
	struct member **last = &function->parameters;
	parser_require(parser, "(");
	while (!parser->has_failed && !token_is(&parser->token, ")")) {
		*last = parser_node(parser, sizeof **last);
		if (*last == NULL)
			return;
		(*last)->doc = parser->token.doc;
		(*last)->name = parser_name(parser, "a parameter");
		parser_require(parser, ":");
		(*last)->type = parse_type(parser);
		last = &(*last)->next;
		function->parameter_count++;
		if (!parser_accept(parser, ","))
			break;
	}
	parser_require(parser, ")");
}

static void function(struct parser *parser, struct interface *interface, const char *doc)
{
	struct function *function = parser_node(parser, sizeof *function);
	if (function == NULL)
		return;
	function->doc = doc;
	function->name = parser_name(parser, "a type or a function");
	parser_require(parser, ":");
	if (token_is(&parser->token, "async"))
		parser_refuse(parser, parser->token.place,
			      "expected \"func\", found \"async\": every message can be answered "
			      "later, so the subset has no such mark");
	parser_require(parser, "func");
	parameters(parser, function);
	if (parser_accept(parser, "->")) {
		if (token_is(&parser->token, "("))
			parser_refuse(parser, parser->token.place,
				      "expected one type, found \"(\": for several results return "
				      "a record or a tuple");
		function->result = parse_type(parser);
	}
	if (!parser_require(parser, ";"))
		return;
	if (interface->last_function == NULL)
		interface->functions = function;
	else
		interface->last_function->next = function;
	interface->last_function = function;
}

static void interface_item(struct parser *parser, struct interface *interface)
{
	static const struct {
		const char *keyword;
		enum definition_kind kind;
	} definitions[] = {
	    {"record", DEFINITION_RECORD}, {"variant", DEFINITION_VARIANT},
	    {"enum", DEFINITION_ENUM},     {"flags", DEFINITION_FLAGS},
	    {"type", DEFINITION_ALIAS},
	};
	const char *doc = parser->token.doc;
	skip_attributes(parser);
	for (size_t i = 0; i < sizeof definitions / sizeof definitions[0]; i++) {
		if (token_is(&parser->token, definitions[i].keyword)) {
			define(parser, interface, definitions[i].kind, doc);
			return;
		}
	}
	if (token_is(&parser->token, "use"))
		use(parser, interface);
	else if (token_is(&parser->token, "resource"))
		parser_refuse(parser, parser->token.place,
			      "expected a value type or a function, found a resource: these are "
			      "not part of the subset (a handle is a number of its handler's)");
	else
		function(parser, interface, doc);
}

static void interface(struct parser *parser, struct file *file, const char *doc)
{
	struct interface *interface = parser_node(parser, sizeof *interface);
	struct interface **last = &file->interfaces;
	parser_advance(parser);
	if (interface == NULL)
		return;
	interface->doc = doc;
	interface->file = file;
	interface->name = parser_name(parser, "an interface");
	if (!parser_require(parser, "{"))
		return;
	while (*last != NULL)
		last = &(*last)->next;
	*last = interface;
	while (parser->token.kind != TOKEN_END && !token_is(&parser->token, "}")) {
		unsigned depth = parser->open_braces;
		struct definition **first = last_definition(interface);
		interface_item(parser, interface);
		if (!parser->has_failed)
			continue;
		for (struct definition *d = *first; d != NULL; d = d->next)
			d->progress = PROGRESS_FAILED;
		recover(parser, depth);
	}
	parser_require(parser, "}");
}

static void file_item(struct parser *parser, struct file *file, bool is_first)
{
	const char *doc = parser->token.doc;
	skip_attributes(parser);
	if (token_is(&parser->token, "package") && is_first)
		package(parser, file);
	else if (token_is(&parser->token, "interface"))
		interface(parser, file, doc);
	else if (token_is(&parser->token, "world"))
		parser_refuse(parser, parser->token.place,
			      "expected an interface, found a world: these are not part of the "
			      "subset");
	else
		parser_expected(parser, is_first ? "\"package\" or an interface" : "an interface");
}

struct file *parse_source(struct pool *pool, const struct source *source, struct report *report)
{
	struct parser parser = {
	    .pool = pool, .report = report, .lexer = lexer_over(pool, source, report)};
	struct file *file = pool_new(pool, struct file);
	file->source = source;
	parser_advance(&parser);
	for (bool is_first = true; parser.token.kind != TOKEN_END; is_first = false) {
		file_item(&parser, file, is_first);
		if (!parser.has_failed)
			continue;
		recover(&parser, 0);
		/* In front of a brace that closes nothing recovery stands still. */
		if (token_is(&parser.token, "}"))
			parser_advance(&parser);
	}
	if (file->interfaces == NULL && report->count == 0)
		report_add(report, parser.token.place,
			   "expected an interface, found the end of the file");
	return file;
}
