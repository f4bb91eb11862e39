#include "c_name.h"

#include <stdio.h>
#include <string.h>

/* Words of C11, C23 and C++, names that headers define as macros, and the types that bindings use.
 */
static const char *const reserved[] = {
    "alignas",       "alignof",   "and",       "and_eq",
    "asm",           "assert",    "auto",      "bitand",
    "bitor",         "bool",      "break",     "case",
    "catch",         "char",      "class",     "compl",
    "complex",       "concept",   "const",     "consteval",
    "constexpr",     "constinit", "continue",  "decltype",
    "default",       "delete",    "do",        "double",
    "else",          "enum",      "errno",     "explicit",
    "export",        "extern",    "false",     "float",
    "for",           "friend",    "goto",      "if",
    "imaginary",     "inline",    "int",       "int16_t",
    "int32_t",       "int64_t",   "int8_t",    "linux",
    "long",          "mutable",   "namespace", "new",
    "noexcept",      "not",       "not_eq",    "nullptr",
    "offsetof",      "operator",  "or",        "or_eq",
    "private",       "protected", "public",    "register",
    "requires",      "restrict",  "return",    "short",
    "signed",        "size_t",    "sizeof",    "static",
    "static_assert", "stderr",    "stdin",     "stdout",
    "struct",        "switch",    "template",  "this",
    "thread_local",  "throw",     "true",      "try",
    "typedef",       "typeid",    "typename",  "typeof",
    "typeof_unqual", "uint16_t",  "uint32_t",  "uint64_t",
    "uint8_t",       "union",     "unix",      "unsigned",
    "using",         "virtual",   "void",      "volatile",
    "wchar_t",       "while",     "xor",       "xor_eq",
};

/* Variables and parameters of the generated functions that also have a call's parameters. */
static const char *const variables[] = {"answer", "buffer", "head",   "memory", "message",
					"out",    "parts",  "result", "status"};

/* Prefixes of the headers that bindings include. */
static const char *const runtimes[] = {"abi",    "cairn", "call",    "messages",
				       "system", "wire",  "wire_in", "wire_out"};

static bool is_among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

#define IS_AMONG(name, names) is_among(name, names, sizeof names / sizeof names[0])

static char converted(char letter, bool is_upper)
{
	if (letter == '-')
		return '_';
	if (is_upper && letter >= 'a' && letter <= 'z')
		return (char)(letter - 'a' + 'A');
	if (!is_upper && letter >= 'A' && letter <= 'Z')
		return (char)(letter - 'A' + 'a');
	return letter;
}

static char *convert(struct pool *pool, const char *prefix, const char *name, bool is_upper)
{
	size_t prefix_size = prefix == NULL ? 0 : strlen(prefix);
	char *result = pool_take(pool, prefix_size + strlen(name) + 3);
	char *next = result;
	for (size_t i = 0; i < prefix_size; i++)
		*next++ = converted(prefix[i], is_upper);
	if (prefix_size > 0)
		*next++ = '_';
	while (*name != '\0')
		*next++ = converted(*name++, is_upper);
	return result;
}

const char *c_name_lower(struct pool *pool, const char *prefix, const char *name)
{
	return convert(pool, prefix, name, false);
}

const char *c_name_upper(struct pool *pool, const char *prefix, const char *name)
{
	return convert(pool, prefix, name, true);
}

const char *c_name_member(struct pool *pool, const char *name)
{
	char *result = convert(pool, NULL, name, false);
	return IS_AMONG(result, reserved) ? strcat(result, "_") : result;
}

const char *c_name_parameter(struct pool *pool, const char *name)
{
	char *result = convert(pool, NULL, name, false);
	return IS_AMONG(result, reserved) || IS_AMONG(result, variables) ? strcat(result, "_")
									 : result;
}

const char *c_name_interface(struct pool *pool, const char *name)
{
	char *result = convert(pool, NULL, name, false);
	return IS_AMONG(result, runtimes) ? strcat(result, "_") : result;
}

static const char *joined(struct pool *pool, const char *stem, const char *ending)
{
	char *result = pool_take(pool, strlen(stem) + strlen(ending) + 1);
	return strcat(strcpy(result, stem), ending);
}

static bool is_free(struct c_names *names, const char *stem, const char *const *endings)
{
	if (table_find(&names->lower, stem) != NULL)
		return false;
	for (; *endings != NULL; endings++)
		if (table_find(&names->lower, joined(names->pool, stem, *endings)) != NULL)
			return false;
	return true;
}

const char *c_name_take(struct c_names *names, const char *stem, const char *const *endings)
{
	while (!is_free(names, stem, endings))
		stem = joined(names->pool, stem, "_");
	table_put(&names->lower, names->pool, stem, (void *)stem);
	for (; *endings != NULL; endings++) {
		const char *whole = joined(names->pool, stem, *endings);
		table_put(&names->lower, names->pool, whole, (void *)whole);
	}
	return stem;
}

const char *c_name_take_constant(struct c_names *names, const char *name)
{
	while (table_find(&names->upper, name) != NULL)
		name = joined(names->pool, name, "_");
	table_put(&names->upper, names->pool, name, (void *)name);
	return name;
}
