/*
 * spec-pack: a sample of the official suite as one file, which a kernel without a JSON parser runs
 * (spec_format.h). Of every script the first commands are taken, as many as make the sample: later
 * commands depend on earlier ones, and so every script has its part. A script ends before the first
 * command that makes several instances of one module: that form is left to build/spec-run.
 *
 *     spec-pack COMMANDS OUT SCRIPT.json...
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "module.h"
#include "spec/value.h"
#include "standalone/spec_format.h"

static FILE *out;

static _Noreturn void give_up(const char *what, const char *where)
{
	fprintf(stderr, "spec-pack: %s: %s\n", what, where);
	exit(1);
}

static void put(const void *data, size_t size)
{
	if (fwrite(data, 1, size, out) != size)
		give_up("cannot write", strerror(errno));
}

static void put_u32(uint32_t value)
{
	put(&value, sizeof value);
}

static void put_bytes(const void *data, size_t size)
{
	put_u32((uint32_t)size);
	put(data, size);
}

/* A string, or nothing at all. */
static void put_name(const json_t *name)
{
	if (name == NULL)
		put_u32(SPEC_NO_NAME);
	else
		put_bytes(json_string_value(name), json_string_length(name));
}

static void put_text(const json_t *command, const char *key)
{
	const char *text = json_string_value(json_object_get(command, key));
	put_bytes(text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
}

static void put_module(const char *script, const json_t *command)
{
	const char *file = json_string_value(json_object_get(command, "filename"));
	const char *slash = strrchr(script, '/');
	char path[4096];
	snprintf(path, sizeof path, "%.*s/%s", (int)(slash - script), script, file);
	FILE *in = fopen(path, "rb");
	if (in == NULL)
		give_up("cannot read", path);
	static uint8_t bytes[16 << 20];
	put_bytes(bytes, fread(bytes, 1, sizeof bytes, in));
	fclose(in);
}

static enum wasm_type type_of(const json_t *value)
{
	static const enum wasm_type types[] = {WASM_I32, WASM_I64,     WASM_F32,
					       WASM_F64, WASM_FUNCREF, WASM_EXTERNREF};
	const char *name = json_string_value(json_object_get(value, "type"));
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(wasm_type_text(types[i]), name) == 0)
			return types[i];
	give_up("a type that is not known", name);
}

static void put_argument(const json_t *value)
{
	uint64_t slot;
	if (!value_to_slot(value, &slot))
		give_up("a value that is not known", json_dumps(value, 0));
	put(&slot, sizeof slot);
}

static void put_expected(const json_t *value)
{
	const char *text = json_string_value(json_object_get(value, "value"));
	uint8_t match = text == NULL                          ? SPEC_SOME_REFERENCE
			: strcmp(text, "nan:canonical") == 0  ? SPEC_NAN_CANONICAL
			: strcmp(text, "nan:arithmetic") == 0 ? SPEC_NAN_ARITHMETIC
							      : SPEC_EXACT;
	put(&match, 1);
	put_u32((uint32_t)type_of(value));
	if (match == SPEC_EXACT)
		put_argument(value);
}

static void put_action(const json_t *command)
{
	const json_t *action = json_object_get(command, "action");
	const json_t *arguments = json_object_get(action, "args");
	put_name(json_object_get(action, "module"));
	put_name(json_object_get(action, "field"));
	put_u32((uint32_t)json_array_size(arguments));
	for (size_t i = 0; i < json_array_size(arguments); i++)
		put_argument(json_array_get(arguments, i));
}

static enum spec_command type_of_command(const json_t *command)
{
	static const char *const names[] = {
	    [SPEC_MODULE] = "module",
	    [SPEC_REGISTER] = "register",
	    [SPEC_ACTION] = "action",
	    [SPEC_RETURN] = "assert_return",
	    [SPEC_TRAP] = "assert_trap",
	    [SPEC_EXHAUSTION] = "assert_exhaustion",
	    [SPEC_MALFORMED] = "assert_malformed",
	    [SPEC_INVALID] = "assert_invalid",
	    [SPEC_UNLINKABLE] = "assert_unlinkable",
	    [SPEC_UNINSTANTIABLE] = "assert_uninstantiable",
	};
	const char *name = json_string_value(json_object_get(command, "type"));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return (enum spec_command)i;
	give_up("a command that is not known", name);
}

static void put_command(const char *script, const json_t *command)
{
	enum spec_command type = type_of_command(command);
	const json_t *expected = json_object_get(command, "expected");
	put_u32(type);
	put_u32((uint32_t)json_integer_value(json_object_get(command, "line")));
	switch (type) {
	case SPEC_MODULE:
		put_name(json_object_get(command, "name"));
		put_module(script, command);
		break;
	case SPEC_REGISTER:
		put_name(json_object_get(command, "name"));
		put_name(json_object_get(command, "as"));
		break;
	case SPEC_RETURN:
		put_action(command);
		put_u32((uint32_t)json_array_size(expected));
		for (size_t i = 0; i < json_array_size(expected); i++)
			put_expected(json_array_get(expected, i));
		break;
	case SPEC_TRAP:
		put_action(command);
		put_text(command, "text");
		break;
	case SPEC_ACTION:
	case SPEC_EXHAUSTION:
		put_action(command);
		break;
	default:
		put_module(script, command);
	}
}

/* Whether a script ends here. */
static bool is_left_out(const json_t *command)
{
	const char *type = json_string_value(json_object_get(command, "type"));
	bool has_module = json_object_get(command, "filename") != NULL;
	return strcmp(type, "module_definition") == 0 || strcmp(type, "module_instance") == 0 ||
	       (!has_module && (strcmp(type, "assert_unlinkable") == 0 ||
				strcmp(type, "assert_uninstantiable") == 0));
}

/* Assertions about the text format are skipped, and not counted. */
static bool is_taken(const json_t *command)
{
	const char *type = json_string_value(json_object_get(command, "module_type"));
	return type == NULL || strcmp(type, "text") != 0;
}

static size_t count_taken(const json_t *commands)
{
	size_t count = 0;
	for (size_t i = 0; i < json_array_size(commands); i++) {
		if (is_left_out(json_array_get(commands, i)))
			break;
		count += is_taken(json_array_get(commands, i));
	}
	return count;
}

static void put_script(const char *path, const json_t *commands, size_t most)
{
	const char *slash = strrchr(path, '/');
	put_u32(SPEC_SCRIPT);
	put_u32(0);
	put_bytes(slash + 1, strlen(slash + 1));
	for (size_t i = 0; i < json_array_size(commands) && most > 0; i++) {
		const json_t *command = json_array_get(commands, i);
		if (is_left_out(command))
			break;
		if (!is_taken(command))
			continue;
		put_command(path, command);
		most--;
	}
}

/* The smallest number of commands of each script that makes the sample large enough. */
static size_t find_share(json_t *const *scripts, size_t count, size_t wanted)
{
	for (size_t share = 1;; share++) {
		size_t total = 0;
		for (size_t i = 0; i < count; i++) {
			size_t has = count_taken(scripts[i]);
			total += has < share ? has : share;
		}
		if (total >= wanted || share > wanted)
			return share;
	}
}

int main(int argc, char **argv)
{
	if (argc < 4)
		give_up("usage", "spec-pack COMMANDS OUT SCRIPT.json...");
	size_t wanted = strtoul(argv[1], NULL, 10);
	size_t count = (size_t)argc - 3;
	char **paths = argv + 3;
	json_t **scripts = calloc(count, sizeof *scripts);
	out = fopen(argv[2], "wb");
	if (scripts == NULL || out == NULL)
		give_up("cannot write", argv[2]);
	for (size_t i = 0; i < count; i++) {
		json_t *root = json_load_file(paths[i], JSON_ALLOW_NUL, NULL);
		scripts[i] = json_object_get(root, "commands");
		if (scripts[i] == NULL)
			give_up("no script", paths[i]);
	}
	size_t share = find_share(scripts, count, wanted);
	for (size_t i = 0; i < count; i++)
		put_script(paths[i], scripts[i], share);
	put_u32(SPEC_END);
	if (fclose(out) != 0)
		give_up("cannot write", argv[2]);
	return 0;
}
