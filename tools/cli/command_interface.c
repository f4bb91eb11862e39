/*
 * interface: the definitions that this node knows. One that is published is a block in the store,
 * and a record whose name begins with RECORD_PREFIX: that is how it is listed. What the record says
 * is checked against the block, so a file of the user's that has such a name does no harm.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "core/text.h"
#include "definitions.h"
#include "interface.h"
#include "json.h"
#include "nearest.h"
#include "options.h"
#include "program.h"
#include "report.h"
#include "store.h"

static const char record_prefix[] = "interface:";

enum { NAME_BYTES = 65 };

struct short_name {
	char text[NAME_BYTES];
};

/* The second word of a canonical text. */
static struct short_name name_of(struct definitions_text text)
{
	struct short_name name = {{0}};
	size_t start = strlen("interface ");
	size_t size = 0;
	if (start < text.size && text.data[start] == '%')
		start++;
	while (start + size < text.size && text.data[start + size] != ' ' && size < NAME_BYTES - 1)
		size++;
	memcpy(name.text, text.data + start, size);
	return name;
}

/* ---- list ---- */

static void print_one(struct definitions_text text, const char *source, bool is_json)
{
	char cid_text[CID_TEXT_BYTES];
	struct cid cid = cid_of_block(CID_RAW, text.data, text.size);
	cid_to_text(&cid, cid_text);
	struct short_name name = name_of(text);
	if (!is_json) {
		printf("%-12s %s %s\n", name.text, cid_text, source);
		return;
	}
	struct json json = {0};
	json_open_object(&json, NULL);
	json_string(&json, "name", name.text);
	json_string(&json, "cid", cid_text);
	json_string(&json, "source", source);
	json_number(&json, "size", text.size);
	json_close_object(&json);
	json_end_line(&json);
}

struct listing {
	struct store *store;
	struct store_block block;
	bool is_json;
};

/* The text that a record names, if it is one; it lies in the listing's block. */
static bool published(struct listing *listing, const struct store_record *record,
		      struct definitions_text *out)
{
	struct definitions_parsed parsed;
	struct definitions_text system;
	struct fault fault;
	struct digest digest = definitions_digest(&record->cid);
	size_t size = strlen(record_prefix);
	if (record->name_size < size || memcmp(record->name, record_prefix, size) != 0 ||
	    definitions_of_system(&digest, &system) ||
	    store_get(listing->store, &record->cid, &listing->block, &fault) != STATUS_OK)
		return false;
	*out = (struct definitions_text){(const char *)listing->block.data, listing->block.size};
	bool is_canonical = definitions_parse(*out, &parsed);
	definitions_close(&parsed);
	return is_canonical;
}

static void print_record(void *context, const struct store_record *record)
{
	struct listing *listing = context;
	struct definitions_text text;
	if (published(listing, record, &text))
		print_one(text, "published", listing->is_json);
}

static bool list(struct store *store, bool is_json)
{
	struct definitions_text text = {0};
	struct fault fault = {0};
	while (definitions_next_of_system(&text))
		print_one(text, "system", is_json);
	struct listing listing = {.store = store, .is_json = is_json};
	enum status status = store_record_list(store, print_record, &listing, &fault);
	store_block_release(&listing.block);
	if (status != STATUS_OK)
		report_fault(status, &fault);
	return status == STATUS_OK;
}

/* ---- show ---- */

static bool print_text(struct definitions_text text)
{
	return fwrite(text.data, 1, text.size, stdout) == text.size;
}

static bool show_block(const struct cid *cid, const struct store_block *block, const char *argument)
{
	struct definitions_text text = {(const char *)block->data, block->size};
	struct definitions_parsed parsed;
	bool is_canonical = cid->codec == CID_RAW && definitions_parse(text, &parsed);
	if (cid->codec == CID_RAW)
		definitions_close(&parsed);
	if (is_canonical)
		return print_text(text);
	report_error("no definition of an interface in canonical form (cairn cat prints what it "
		     "is): %s",
		     show(argument).text);
	return false;
}

static bool show_by_cid(struct store *store, const struct cid *cid, const char *argument)
{
	struct digest digest = definitions_digest(cid);
	struct definitions_text text;
	if (cid->codec == CID_RAW && definitions_of_system(&digest, &text))
		return print_text(text);
	struct store_block block = {0};
	struct fault fault = {0};
	enum status status = store_get(store, cid, &block, &fault);
	bool is_shown = status == STATUS_OK && show_block(cid, &block, argument);
	store_block_release(&block);
	if (status == STATUS_NOT_FOUND)
		report_error("no interface of that hash is in the store (whoever has its FILE.wit "
			     "adds it with: cairn interface publish FILE.wit): %s",
			     show(argument).text);
	else if (status != STATUS_OK)
		report_fault(status, &fault);
	return is_shown;
}

/* Remembers the CID of the published interface of that name; the newest wins. */
struct search {
	struct listing listing;
	const char *name;
	struct cid found;
	uint32_t count;
};

static void match_record(void *context, const struct store_record *record)
{
	struct search *search = context;
	struct definitions_text text;
	if (!published(&search->listing, record, &text) ||
	    strcmp(name_of(text).text, search->name) != 0)
		return;
	search->found = record->cid;
	search->count++;
}

static void report_unknown_name(const char *name)
{
	struct nearest nearest = nearest_to(name);
	struct definitions_text text = {0};
	struct short_name names[64];
	for (size_t i = 0; i < 64 && definitions_next_of_system(&text); i++) {
		names[i] = name_of(text);
		nearest_consider(&nearest, names[i].text);
	}
	if (nearest.word != NULL)
		report_error("unknown interface, perhaps %s is meant: %s", nearest.word,
			     show(name).text);
	else
		report_error("neither a hash, nor a .wit file, nor the name of an interface (cairn "
			     "interface list): %s",
			     show(name).text);
}

static bool show_by_name(struct store *store, const char *name)
{
	struct definitions_text text = {0};
	while (definitions_next_of_system(&text))
		if (strcmp(name_of(text).text, name) == 0)
			return print_text(text);
	struct search search = {.listing = {.store = store}, .name = name};
	struct fault fault = {0};
	enum status status = store_record_list(store, match_record, &search, &fault);
	store_block_release(&search.listing.block);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return false;
	}
	if (search.count == 1)
		return show_by_cid(store, &search.found, name);
	if (search.count == 0)
		report_unknown_name(name);
	else
		report_error("%u published interfaces have that name; choose by hash (cairn "
			     "interface list): %s",
			     search.count, show(name).text);
	return false;
}

/* ---- Files ---- */

/* Calls `take` with each interface of a file. False after an error that was reported. */
static bool for_each_of_file(struct store *store, const char *path,
			     bool (*take)(struct store *store, const struct outline *outline))
{
	struct library library = {0};
	bool is_good = true;
	library_read(&library, path);
	library_resolve(&library);
	for (struct file *file = library.files; file != NULL && library.report.count == 0;
	     file = file->next)
		for (struct interface *i = file->interfaces; i != NULL && is_good; i = i->next) {
			struct outline outline;
			if (file->is_asked_for && outline_make(&library, i, &outline))
				is_good = take(store, &outline);
		}
	if (library.report.count > 0)
		fputs(library.report.lines.data, stderr);
	is_good = is_good && library.report.count == 0;
	library_drop(&library);
	return is_good;
}

static bool show_outline(struct store *store, const struct outline *outline)
{
	return print_text((struct definitions_text){outline->text, outline->text_size});
}

static bool is_definition_file(const char *argument)
{
	size_t size = strlen(argument);
	return (size >= 4 && strcmp(argument + size - 4, ".wit") == 0) ||
	       (strchr(argument, '/') != NULL && access(argument, F_OK) == 0);
}

static bool show_any(struct store *store, const char *argument)
{
	struct cid cid;
	struct digest digest;
	struct fault fault = {0};
	if (interface_from_hex(argument, &digest)) {
		cid = definitions_cid(&digest);
		return show_by_cid(store, &cid, argument);
	}
	if (cid_from_text(argument, strlen(argument), &cid, &fault) == STATUS_OK)
		return show_by_cid(store, &cid, argument);
	if (is_definition_file(argument))
		return for_each_of_file(store, argument, show_outline);
	return show_by_name(store, argument);
}

/* ---- publish ---- */

static bool publish_text(struct store *store, struct definitions_text text)
{
	char record_name[sizeof record_prefix + NAME_BYTES];
	char cid_text[CID_TEXT_BYTES];
	struct timespec now;
	struct fault fault = {0};
	struct cid cid = cid_of_block(CID_RAW, text.data, text.size);
	enum status status = store_put(store, &cid, text.data, text.size, &fault);
	clock_gettime(CLOCK_REALTIME, &now);
	int size =
	    snprintf(record_name, sizeof record_name, "%s%s", record_prefix, name_of(text).text);
	struct store_record record = {.cid = cid,
				      .name = (const uint8_t *)record_name,
				      .name_size = (size_t)size,
				      .size = text.size,
				      .added_ns = (uint64_t)now.tv_sec * 1000000000u +
						  (uint64_t)now.tv_nsec};
	if (status == STATUS_OK)
		status = store_record_add(store, &record, &fault);
	if (status != STATUS_OK) {
		report_fault(status, &fault);
		return false;
	}
	cid_to_text(&cid, cid_text);
	printf("%s %s\n", name_of(text).text, cid_text);
	return true;
}

static bool publish_outline(struct store *store, const struct outline *outline)
{
	return publish_text(store, (struct definitions_text){outline->text, outline->text_size});
}

static bool publish_system(struct store *store)
{
	struct definitions_text text = {0};
	bool is_good = true;
	while (is_good && definitions_next_of_system(&text))
		is_good = publish_text(store, text);
	return is_good;
}

/* ---- The command ---- */

struct request {
	const char *verb;
	bool is_json;
	bool is_system;
	char **operands;
	int count;
};

static bool each(struct store *store, const struct request *request,
		 bool (*take)(struct store *store, const char *argument))
{
	bool is_good = true;
	for (int i = 0; i < request->count; i++)
		is_good = take(store, request->operands[i]) && is_good;
	return is_good;
}

static bool publish_file(struct store *store, const char *path)
{
	return for_each_of_file(store, path, publish_outline);
}

static bool do_list(struct store *store, const struct request *request)
{
	return list(store, request->is_json);
}

static bool do_show(struct store *store, const struct request *request)
{
	return each(store, request, show_any);
}

static bool do_publish(struct store *store, const struct request *request)
{
	bool is_good = !request->is_system || publish_system(store);
	return each(store, request, publish_file) && is_good;
}

static const struct verb {
	const char *name;
	const char *operand; /* what it needs at least one of, or NULL where it takes none */
	bool (*run)(struct store *store, const struct request *request);
} verbs[] = {
    {"list", NULL, do_list},
    {"show", "a hash, a name or a file", do_show},
    {"publish", "a file", do_publish},
};

static int run_verb(const struct command *self, const struct verb *verb,
		    const struct request *request)
{
	bool has_operand = request->count > 0;
	if (verb->operand == NULL && has_operand)
		return options_misused(self, "list takes no names");
	if (verb->operand != NULL && !has_operand && !request->is_system) {
		char what[80];
		snprintf(what, sizeof what, "%s needs %s", verb->name, verb->operand);
		return options_misused(self, what);
	}
	struct store *store = program_open_store();
	if (store == NULL)
		return EXIT_FAILED;
	bool is_good = verb->run(store, request);
	store_close(store);
	return is_good ? EXIT_OK : EXIT_FAILED;
}

static int dispatch(const struct command *self, const struct request *request)
{
	struct nearest nearest = nearest_to(request->verb);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		nearest_consider(&nearest, verbs[i].name);
		if (strcmp(verbs[i].name, request->verb) != 0)
			continue;
		if (request->is_json && verbs[i].run != do_list)
			return options_misused(self, "--json belongs to list");
		if (request->is_system && verbs[i].run != do_publish)
			return options_misused(self, "--system belongs to publish");
		return run_verb(self, &verbs[i], request);
	}
	if (nearest.word != NULL)
		report_error("unknown word, perhaps `interface %s` is meant: %s", nearest.word,
			     show(request->verb).text);
	else
		report_error("not list, show or publish: %s", show(request->verb).text);
	return EXIT_USAGE;
}

static int run(const struct command *self, int count, char **arguments)
{
	static const struct option_row rows[] = {
	    {"json", 'j', false}, {"system", 's', false}, {NULL, 0, false}};
	struct options options = options_over(self, rows, count, arguments);
	struct request request = {.operands = arguments}; /* gathered at the front */
	for (;;) {
		switch (options_next(&options)) {
		case OPTIONS_STOP:
			return options.exit_code;
		case 'j':
			request.is_json = true;
			break;
		case 's':
			request.is_system = true;
			break;
		case OPTIONS_OPERAND:
			if (request.verb == NULL)
				request.verb = options.value;
			else
				arguments[request.count++] = options.value;
			break;
		case OPTIONS_END:
			if (request.verb == NULL)
				return options_misused(self, "what to do is missing");
			return dispatch(self, &request);
		}
	}
}

const struct command command_interface = {
    .name = "interface",
    .synopsis = "list [--json] | show HASH|NAME|FILE.wit... | publish [--system] FILE.wit...",
    .summary = "list, show and publish definitions of interfaces",
    .help =
	"An interface is named by the hash of its definition: the CID of one canonical text,\n"
	"which can be fetched by that name like any content. docs/INTERFACES.md has its\n"
	"grammar.\n"
	"\n"
	"  list     what this node knows, a line each: name, CID, and where it comes from:\n"
	"           `system` came with Cairn, `published` is in the store\n"
	"  show     the canonical text of each: by its hash, as a CID or as 64 hexadecimal\n"
	"           digits; by its name, where only one has it; or of a file. What is\n"
	"           fetched is checked against the hash\n"
	"  publish  puts the canonical text of each interface of the files into the store, and\n"
	"           prints its name and CID. From then on `show` and `cairn run --trace` know\n"
	"           it\n"
	"\n"
	"  -j, --json    list: an object a line: {\"name\":...,\"cid\":...,\"source\":...,"
	"\"size\":...}\n"
	"  -s, --system  publish: the interfaces of the system, which `cairn cat` then has too\n"
	"  -h, --help    print this page\n"
	"\n"
	"Example:\n"
	"  $ cairn interface publish greeter.wit\n"
	"  greeter bafkrei...\n"
	"  $ cairn interface show bafkrei...\n"
	"  interface greeter {\n"
	"    greet: func(name: string) -> string;\n"
	"  }\n",
    .run = run,
};
