/*
 * idlc: the interface compiler's command line.
 */
#include <stdio.h>
#include <string.h>

#include "command.h"

static const char help[] =
    "idlc: interfaces named by the hash of their definition\n"
    "\n"
    "  idlc hash FILE...           name, SHA-256 and CID of each interface, a line each\n"
    "  idlc canonical FILE...      the canonical text of each interface: what the hash is of\n"
    "  idlc c FILE... -o DIR       bindings for C: DIR/NAME.h (types, calls and answers as bytes\n"
    "                              and back), DIR/NAME_calls.h (calling from a program) and\n"
    "                              DIR/NAME_serve.h (answering from the kernel)\n"
    "  idlc doc FILE...            a page in Markdown for each interface\n"
    "  idlc diff OLD NEW           what changed between two files, whether the hash did, and what\n"
    "                              a converter from the old to the new would have to do;\n"
    "                              exit code 3 where a hash changed\n"
    "\n"
    "  -I DIR    where to look for interfaces of other packages: DIR/NAME.wit\n"
    "\n"
    "FILE is WIT: interfaces of functions over bool, integers, floats, char, string, list,\n"
    "option, result, tuple, record, variant, enum and flags, with `use` and `type` between\n"
    "them. What another file of the package defines is found beside FILE.\n"
    "\n"
    "Comments, the order of types and functions, aliases, packages and versions leave a hash\n"
    "alone; names, types, and the order of fields, cases and parameters change it.\n"
    "docs/INTERFACES.md has the grammar of the canonical text and the encoding of messages.\n"
    "\n"
    "Errors go to standard error as FILE:LINE:COLUMN: what was expected, what stands there;\n"
    "the exit code is then 1, or 2 where the command line itself makes no sense.\n";

static const struct {
	const char *name;
	int (*run)(const struct command_line *line);
} commands[] = {
    {"hash", command_hash}, {"canonical", command_canonical}, {"c", command_c},
    {"doc", command_doc},   {"diff", command_diff},
};

static int refuse(const char *what, const char *argument)
{
	fprintf(stderr, "idlc: %s \"%s\" (idlc --help)\n", what, argument);
	return 2;
}

/* The arguments behind the command; false where an option lacks its value or is unknown. */
static bool read_arguments(int count, char **arguments, struct command_line *line)
{
	for (int i = 0; i < count; i++) {
		bool is_output = strcmp(arguments[i], "-o") == 0;
		if (!is_output && strcmp(arguments[i], "-I") != 0) {
			if (arguments[i][0] == '-' && arguments[i][1] != '\0') {
				refuse("there is no option", arguments[i]);
				return false;
			}
			line->files[line->file_count++] = arguments[i];
			continue;
		}
		if (++i == count) {
			refuse("a folder is missing behind", arguments[i - 1]);
			return false;
		}
		if (is_output)
			line->output = arguments[i];
		else
			line->folders[line->folder_count++] = arguments[i];
	}
	return true;
}

static int run(const char *name, struct command_line *line)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (line->file_count == 0)
			return refuse("a file is missing behind", name);
		return commands[i].run(line);
	}
	return refuse("there is no command", name);
}

int main(int count, char **arguments)
{
	if (count < 2 || strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "-h") == 0) {
		fputs(help, count < 2 ? stderr : stdout);
		return count < 2 ? 2 : 0;
	}
	struct pool pool = {0};
	struct command_line line = {
	    .files = pool_new_array(&pool, const char *, (size_t)count),
	    .folders = pool_new_array(&pool, const char *, (size_t)count),
	};
	int code = read_arguments(count - 2, arguments + 2, &line) ? run(arguments[1], &line) : 2;
	pool_drop(&pool);
	return code;
}
